package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/resolve"
)

// writtenValue is a value that stands in a compiled pipeline.
type writtenValue struct {
	what  string // "parameter gateway_url", "task train: variable GATEWAY_URL"
	name  string // of the parameter or the variable
	key   *resolve.Key
	value any
}

// written are the values that stand in the pipeline, defaults of its parameters first.
func (d *Doctor) written(tasks []pipeline.Task) []writtenValue {
	var all []writtenValue
	for _, p := range d.Pipeline.Form().Parameters() {
		if p.HasDefault {
			all = append(all, writtenValue{"parameter " + p.Name, p.Name, d.Contract.KeyForParam(p.Name), p.Default})
		}
	}
	for _, t := range tasks {
		for _, name := range slices.Sorted(maps.Keys(t.Inputs)) {
			if s := t.Inputs[name]; s.Parameter == "" && s.HasValue {
				all = append(all, writtenValue{"task " + t.Path + ": parameter " + name, name, d.Contract.KeyForParam(name), s.Value})
			}
		}
		for _, name := range slices.Sorted(maps.Keys(t.Environ)) {
			all = append(all, writtenValue{"task " + t.Path + ": variable " + name, name, d.keyOfVariable(name), t.Environ[name]})
		}
	}
	return slices.DeleteFunc(all, func(w writtenValue) bool {
		text, isText := w.value.(string)
		return w.value == nil || isText && (text == "" || strings.Contains(text, "{{$")) // not given, or made by a run
	})
}

// isSecret reports a value that must not stand there.
func (w writtenValue) isSecret() bool {
	text, isText := w.value.(string)
	switch {
	case form.HoldsSecret(w.value), w.key != nil && w.key.Sensitive:
		return true
	case w.key != nil || !isText || text == "":
		return false
	}
	return form.IsSecretName(w.name)
}

// pipelineSecrets looks for secrets in the pipeline and for parameters that ask for one:
// KFP stores both in clear and shows them to all who may see the run.
func (d *Doctor) pipelineSecrets(ctx context.Context, tasks []pipeline.Task) checklist.Finding {
	var held, asked []string
	for _, w := range d.written(tasks) {
		if w.isSecret() {
			held = append(held, w.what+" holds a secret")
			if text, ok := w.value.(string); ok {
				d.Learn(w.name, text)
			}
		}
	}
	for _, t := range tasks {
		if slices.ContainsFunc(t.Command, func(word string) bool { return form.HoldsSecret(word) }) {
			held = append(held, "the command of task "+t.Path+" holds a secret")
		}
	}
	state := checklist.Skip
	for _, p := range d.Pipeline.Form().Parameters() {
		if k := d.Contract.KeyForParam(p.Name); k != nil && k.Sensitive {
			asked = append(asked, fmt.Sprintf("parameter %s asks for %s", p.Name, k.Name))
			state = d.whenParameter(ctx, k)
		}
	}
	const advice = "take it out of the pipeline, and let tasks get it from a Secret; what was in a run must be changed"
	switch all := firstTen(append(slices.Clone(held), asked...)); {
	case len(held) > 0:
		return hinted(fail(codeSecretInRuns, held[0], all...), advice)
	case len(asked) > 0 && state != checklist.Pass:
		f := warn(codeSecretInRuns, asked[0], all...)
		f.State = state
		return hinted(f, advice)
	}
	return pass(fmt.Sprintf("%d parameters, %d tasks", len(d.Pipeline.Form().Parameters()), len(tasks)))
}

// whenParameter is how bad it is, by the policy of the environment, that a sensitive key
// is given as a parameter.
func (d *Doctor) whenParameter(ctx context.Context, k *resolve.Key) checklist.State {
	r := resolve.Resolve(resolve.Input{Contract: d.Contract, AppEnv: d.configuration(ctx).AppEnv, Sources: []resolve.Source{{
		Name: "a run", Layer: resolve.Parameters, Params: true, Values: map[string]resolve.Value{k.Name: resolve.Plain("any")},
	}}})
	for _, f := range r.Findings {
		if f.Code == resolve.CodeSensParam {
			return map[resolve.Severity]checklist.State{resolve.Error: checklist.Fail, resolve.Warning: checklist.Warn}[f.Severity]
		}
	}
	return checklist.Pass
}

// pipelineDefaults holds the values in the pipeline against what the ConfigMap and the
// Secret say, over which they win.
func (d *Doctor) pipelineDefaults(ctx context.Context, tasks []pipeline.Task) checklist.Finding {
	r := d.configuration(ctx)
	if err := r.configErr; err != nil && !absent(err) {
		return d.couldNotLook(err)
	}
	var invalid, different []string
	same, code := 0, ""
	for _, w := range d.written(tasks) {
		if w.key == nil || w.key.Sensitive || form.HoldsSecret(w.value) {
			continue
		}
		text, wrong := d.asExported(w)
		ours := r.Get(w.key.Name)
		switch {
		case wrong != "":
			code = cmp.Or(code, wrong)
			invalid = append(invalid, fmt.Sprintf("%s is %q, and %s takes %s", w.what, secret.Address(fmt.Sprint(w.value)).String(), w.key.Name, w.key.Accepts()))
		case !ours.Set || ours.IsBuiltin():
		case strings.TrimSuffix(ours.Value.Reveal(), "/") != strings.TrimSuffix(text, "/"):
			different = append(different, fmt.Sprintf("%s is %s, and %s says %s", w.what, secret.Address(text), ours.Origin(), ours.Value))
		default:
			same++
		}
	}
	look := "correct the pipeline, or submit with --from-contract, which fills such parameters"
	switch {
	case len(invalid) > 0:
		return hinted(fail(code, invalid[0], firstTen(append(invalid, different...))...), look)
	case len(different) > 0:
		return hinted(warn(codeOtherValue, different[0], firstTen(different)...), look)
	case same == 0:
		return skip("no value in the pipeline is one that the ConfigMap or the Secret has too")
	}
	return pass(fmt.Sprintf("%d of %d values are those of the cluster", same, same))
}

// asExported is a value in the form in which its key is exported, or the code of what is
// wrong with it.
func (d *Doctor) asExported(w writtenValue) (text, code string) {
	values, err := json.Marshal(map[string]any{w.key.Name: w.value})
	if err != nil {
		return "", codeInvalidValue
	}
	source, err := resolve.ParamsJSON(d.Contract, "the pipeline", values)
	if err != nil {
		return "", codeInvalidValue
	}
	r := resolve.Resolve(resolve.Input{Contract: d.Contract, Sources: []resolve.Source{source}})
	for _, c := range r.Get(w.key.Name).Candidates {
		if c.Layer != resolve.Parameters {
			continue
		}
		if c.Err == nil {
			return c.Value.Reveal(), ""
		}
		for _, f := range r.Findings {
			if f.Key == w.key.Name && f.Severity == resolve.Error {
				return "", f.Code
			}
		}
		return "", codeInvalidValue
	}
	return "", codeInvalidValue
}
