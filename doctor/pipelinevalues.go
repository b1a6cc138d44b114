package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/constants"
	"github.com/flts-run/flts-run/resolve"
)

// written are the values that stand in the pipeline.
func (d *Doctor) written(tasks []pipeline.Task) []constants.Constant {
	return constants.Of(d.Pipeline, tasks, d.Contract)
}

// pipelineSecrets looks for secrets in the pipeline and for parameters that ask for one:
// KFP stores both in clear and shows them to all who may see the run.
func (d *Doctor) pipelineSecrets(ctx context.Context, tasks []pipeline.Task) checklist.Finding {
	var held, asked []string
	for _, w := range d.written(tasks) {
		if w.IsSecret() {
			held = append(held, w.String()+" holds a secret")
			if text, ok := w.Value.(string); ok {
				d.Learn(w.Name, text)
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
		if w.Key == nil || w.Key.Sensitive || form.HoldsSecret(w.Value) {
			continue
		}
		text, wrong, usable := w.Judge(d.Contract)
		ours := r.Get(w.Key.Name)
		switch {
		case !usable:
			code = cmp.Or(code, wrong)
			invalid = append(invalid, fmt.Sprintf("%s is %q, and %s takes %s", w.String(), secret.Address(fmt.Sprint(w.Value)).String(), w.Key.Name, w.Key.Accepts()))
		case !ours.Set || ours.IsBuiltin():
		case strings.TrimSuffix(ours.Value.Reveal(), "/") != strings.TrimSuffix(text, "/"):
			different = append(different, fmt.Sprintf("%s is %s, and %s says %s", w.String(), secret.Address(text), ours.Origin(), ours.Value))
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
