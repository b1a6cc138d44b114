package main

import (
	"context"
	"maps"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
)

// order is the run that the command line wants, and where the values of its
// parameters come from. What is wrong goes to the settings' problems.
func (r *runner) order(ctx context.Context, s *settings, t submit.Target, f form.Form) (submit.Order, origins) {
	given, from := r.given(ctx, s, f)
	values, problems := f.Read(given)
	for _, p := range problems {
		if p.Warning {
			r.out.Line("warning", p.Message, p.Hint)
			continue
		}
		s.problem(usage(p.Hint, "%s", p.Message))
	}
	return submit.Order{
		Target:         t,
		Form:           f,
		Values:         values,
		Description:    s.value(descriptionOption),
		Key:            s.value(idempotencyOption),
		Labels:         s.pairs(labelOption),
		Experiment:     s.value(experimentOption),
		Namespace:      s.value(namespaceOption),
		ServiceAccount: s.value(serviceAccountOption),
		PipelineRoot:   s.value(pipelineRootOption),
		NoCache:        s.boolean(noCacheOption),
		Upload:         s.boolean(uploadOption),
	}, from
}

// runName fills the template that the command line or a variable has for the
// run's name.
func (r *runner) runName(s *settings, pipeline string, o submit.Order) string {
	template, from := s.get(runNameOption)
	if from == "" && o.Key != "" {
		template = keyedRunName
	}
	name, problems := fillName(template, nameParts{
		pipeline:   pipeline,
		user:       userName(s.vars),
		key:        o.Key,
		now:        r.now(),
		parameters: withDefaults(o.Form, o.Values),
	})
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
