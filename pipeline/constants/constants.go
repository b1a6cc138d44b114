// Package constants is the values that stand in a compiled KFP pipeline: defaults of its
// parameters, what it gives to its tasks, and the variables that it sets. Each is seen
// as the key of the contract that it supplies.
package constants

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/resolve"
)

// Constant is a value that stands in a pipeline.
type Constant struct {
	Task  string       // "" is the pipeline itself
	What  string       // "parameter gateway_url", "variable GATEWAY_URL"
	Name  string       // of the parameter or the variable
	Key   *resolve.Key // that it supplies, or nil
	Value any          // JSON; it may be a secret
	At    []string     // where the pipeline document has it, as Package.Line takes it
}

// String is what and where it is: "task train: variable GATEWAY_URL".
func (c Constant) String() string {
	if c.Task == "" {
		return c.What
	}
	return "task " + c.Task + ": " + c.What
}

// Of are the constants of a pipeline, defaults of its parameters first. What is empty,
// made by a run, or the name of an object, is none. tasks are p.Tasks(), which takes a
// while.
func Of(p *pipeline.Package, tasks []pipeline.Task, c *resolve.Contract) []Constant {
	var all []Constant
	for _, m := range p.Form().Parameters() {
		if m.HasDefault && !NamesObject(tasks, m.Name) {
			all = append(all, Constant{"", "parameter " + m.Name, m.Name, c.KeyForParam(m.Name), m.Default, pipeline.AtParameter(m.Name)})
		}
	}
	for _, t := range tasks {
		for _, name := range slices.Sorted(maps.Keys(t.Inputs)) {
			if s := t.Inputs[name]; s.Parameter == "" && s.HasValue {
				at := slices.Concat(t.At, []string{"inputs", "parameters", name})
				all = append(all, Constant{t.Path, "parameter " + name, name, c.KeyForParam(name), s.Value, at})
			}
		}
		for _, name := range slices.Sorted(maps.Keys(t.Environ)) {
			all = append(all, Constant{t.Path, "variable " + name, name, c.KeyFor(bare(name)), t.Environ[name], t.AtContainer("env")})
		}
	}
	return slices.DeleteFunc(all, func(w Constant) bool {
		text, isText := w.Value.(string)
		return w.Value == nil || isText && (text == "" || strings.Contains(text, "{{$"))
	})
}

// NamesObject reports whether a parameter of the pipeline is the name of an object, as of
// a Secret, and so no secret.
func NamesObject(tasks []pipeline.Task, parameter string) bool {
	return slices.ContainsFunc(tasks, func(t pipeline.Task) bool { return t.NamesObject(parameter) })
}

// KeyOfVariable is the key of a variable, also of one that names a file or says where it
// comes from; nil where there is none.
func KeyOfVariable(c *resolve.Contract, name string) *resolve.Key {
	if k := c.KeyFor(bare(name)); k != nil {
		return k
	}
	return c.KeyFor(strings.TrimSuffix(bare(name), "_FILE"))
}

// bare is the name of a variable without what says where it comes from.
func bare(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, resolve.ConfigMapPrefix), resolve.SecretPrefix)
}

// IsSecret reports a value that must not stand in a pipeline. A key of the contract knows
// better than its name whether it is one.
func (c Constant) IsSecret() bool {
	if c.Key != nil {
		return c.Key.Sensitive || form.HoldsSecret(c.Value)
	}
	return form.IsSecret(c.Name, c.Value)
}

// Judge reads the value as flts-run does in a pod: text is the form in which its key is
// exported, where that is usable, and code is that of an error, or "". It has a key.
func (c Constant) Judge(contract *resolve.Contract) (text, code string, usable bool) {
	values, err := json.Marshal(map[string]any{c.Key.Name: c.Value})
	if err != nil {
		return "", resolve.CodeType, false
	}
	source, err := resolve.ParamsJSON(contract, "the pipeline", values)
	if err != nil {
		return "", resolve.CodeType, false
	}
	r := resolve.Resolve(resolve.Input{Contract: contract, Sources: []resolve.Source{source}, InPod: true})
	for _, f := range r.Findings {
		if code == "" && f.Key == c.Key.Name && f.Severity == resolve.Error {
			code = f.Code
		}
	}
	for _, candidate := range r.Get(c.Key.Name).Candidates {
		if candidate.Layer == resolve.Parameters && candidate.Err == nil {
			return candidate.Value.Reveal(), code, true
		}
	}
	return "", cmp.Or(code, resolve.CodeType), false
}
