package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// asked is what is to run, and what it asks for.
type asked struct {
	target submit.Target
	form   form.Form
	name   string // of the pipeline or DAG

	runName option // that has the name of the run
}

// order reads the run that the command line wants. What is wrong goes to the
// settings' problems.
func (r *runner) order(s *settings, sub *submission, a asked) {
	given := r.gather(s, a.form)
	sub.from = given.from
	values, problems := a.form.Read(given.values)
	flags := flagNames(s.c.Command.Flags)
	for _, p := range problems {
		hint := hintOf(p, flags, slices.Contains(given.secrets, p.Parameter))
		switch {
		case p.Missing && given.lost:
		case p.Warning:
			r.out.Line("warning", p.Message, hint)
		default:
			s.problem(usage(hint, "%s", p.Message))
		}
	}
	sub.order = submit.Order{
		Target:         a.target,
		Form:           a.form,
		Values:         values,
		Description:    cmp.Or(s.value(descriptionOption), s.value(noteOption)),
		Key:            s.value(idempotencyOption),
		Labels:         s.pairs(labelOption),
		Experiment:     s.value(experimentOption),
		Namespace:      s.value(namespaceOption),
		ServiceAccount: s.value(serviceAccountOption),
		PipelineRoot:   s.value(pipelineRootOption),
		NoCache:        s.boolean(noCacheOption),
		Upload:         s.boolean(uploadOption),
		LogicalDate:    s.moment(logicalDateOption),
		Unpause:        s.boolean(unpauseOption),
	}
	sub.order.Name = r.runName(s, a.runName, nameParts{
		pipeline:   a.name,
		user:       userName(s.vars),
		key:        sub.order.Key,
		now:        r.now(),
		parameters: withDefaults(a.form, values),
	})
}

// hintOf is the hint of a form with its example as it is typed here. Nobody is told
// to type a secret.
func hintOf(p form.Problem, ours []string, isSecret bool) string {
	switch {
	case p.Example == "":
		return p.Hint
	case isSecret || form.IsSecretName(p.Parameter):
		return "parameters are stored in clear text: take it out of the pipeline, and let flts-run have it from the Secret"
	case p.Missing:
		return "add " + typed(p.Parameter, p.Example, ours)
	}
	return p.Hint + ": " + typed(p.Parameter, p.Example, ours)
}

// typed is how a value is given to a parameter on a command line.
func typed(name, value string, ours []string) string {
	if flag, own := strings.CutPrefix(parameterFlag(name, ours), "--param "); own {
		return "--param " + hint.ShellWord(flag+value)
	}
	return hint.ShellWord("--"+flagOf(name)) + " " + hint.ShellWord(value)
}

// runName fills the template that the command line or a variable has for the
// run's name.
func (r *runner) runName(s *settings, o option, parts nameParts) string {
	template, from := s.get(o)
	if template == "" {
		return ""
	}
	parts.flag = "--" + o.flag
	if from == "" && parts.key != "" {
		template = keyedRunName
	}
	name, problems := fillName(template, parts)
	s.problems = append(s.problems, problems...)
	return name
}

// userName is who the environment says we are.
func userName(vars map[string]string) string {
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if v := vars[name]; v != "" {
			return v
		}
	}
	return "unknown"
}

// withDefaults is what every parameter will be.
func withDefaults(f form.Form, values map[string]any) map[string]any {
	all := map[string]any{}
	for _, p := range f.Parameters() {
		if p.HasDefault {
			all[p.Name] = p.Default
		}
	}
	maps.Copy(all, values)
	return all
}
