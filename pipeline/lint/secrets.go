package lint

import (
	"fmt"
	"slices"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/constants"
)

// secrets looks for values that are secrets. None of them is quoted.
func (l *linter) secrets() {
	hint := "take it out, and let the task get it from a Secret: " + l.Inject + "; what was in a run must be changed"
	for _, c := range l.constants {
		if c.IsSecret() {
			l.add(codeHeldSecret, c.Task, c.What+" holds a secret, and KFP stores and shows the whole pipeline in clear", hint, c.At...)
		}
	}
	for _, t := range l.tasks {
		if slices.ContainsFunc(t.Command, func(word string) bool { return form.HoldsSecret(word) }) {
			l.add(codeHeldSecret, t.Path, "the command holds a secret, and KFP stores and shows the whole pipeline in clear", hint, t.AtContainer("command")...)
		}
	}
}

// asked looks for parameters through which a run would be given a secret.
func (l *linter) asked() {
	const why = "KFP stores parameters in clear and shows them to all who see the run"
	hint := "drop the parameter, and let the task get it from a Secret: " + l.Inject
	for _, p := range l.p.Form().Parameters() {
		if form.IsSecret(p.Name, p.Default) || constants.NamesObject(l.tasks, p.Name) {
			continue // it holds one, which is said already, or is the name of one
		}
		if key := l.sensitive(p.Name); key != "" {
			l.add(codeAskedSecret, "", fmt.Sprintf("parameter %s asks for %s, and %s", p.Name, key, why), hint, pipeline.AtParameter(p.Name)...)
		}
	}
	for _, t := range l.tasks {
		for _, name := range sortedKeys(t.Inputs) {
			s := t.Inputs[name]
			if key := l.sensitive(name); key != "" && !s.HasValue && l.sensitive(s.Parameter) == "" {
				l.add(codeAskedSecret, t.Path, fmt.Sprintf("parameter %s asks for %s, and %s", name, key, why), hint, slices.Concat(t.At, []string{"inputs", "parameters", name})...)
			}
		}
	}
}

// sensitive is what a parameter of this name would hold that is secret, or "".
func (l *linter) sensitive(name string) string {
	switch k := l.Contract.KeyForParam(name); {
	case name == "":
	case k != nil && k.Sensitive:
		return k.Name
	case k == nil && form.IsSecretName(name):
		return "a secret by its name"
	}
	return ""
}
