package main

import (
	"context"
	"time"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
)

// Options of Airflow alone.
var (
	confParamOption    = option{flag: "conf-param", heading: valuesHeading, backend: airflowBackend, repeated: true, usage: "the same as --param, `NAME=VALUE`"}
	runIDOption        = option{flag: "run-id", variables: []string{"FLTSCTL_RUN_ID"}, heading: runHeading, backend: airflowBackend, usage: "`TEMPLATE` of its id, as for --run-name; two submissions with the same id are one run"}
	logicalDateOption  = option{flag: "logical-date", heading: runHeading, backend: airflowBackend, usage: "its logical date, a `MOMENT` with a zone, 2026-01-02T03:04:05Z; none otherwise"}
	unpauseOption      = option{flag: "unpause", heading: runHeading, backend: airflowBackend, boolean: true, usage: "unpause the DAG first, if it is paused; its schedule runs then too"}
	noteOption         = option{flag: "note", heading: runHeading, backend: airflowBackend, usage: "the same as --description, `TEXT`"}
	allowSecretsOption = option{flag: "allow-secrets", heading: valuesHeading, backend: airflowBackend, boolean: true, usage: "let sensitive values into the conf, where everybody who sees the run can read them"}
	dagOption          = option{flag: "dag", heading: serverHeading, backend: airflowBackend, usage: "`ID` of the DAG, for ids of runs that do not say it"}
)

// airflow is Airflow 2 and 3.
func (r *runner) airflow() backend {
	return backend{name: airflowBackend, runName: runIDOption, target: airflowTarget, read: readDAG, open: r.openAirflow}
}

// airflowTarget is a DAG.
func airflowTarget(s *settings) submit.Target {
	s.moment(logicalDateOption) // so that a wrong one is told before the server is asked
	args := s.c.Args()
	t := submit.Target{Pipeline: args.First()}
	if t.Pipeline == "" {
		t.Pipeline = s.value(dagOption)
	}
	switch {
	case args.Len() > 1:
		s.problem(usage("a value with spaces needs quotes", "one DAG is wanted, and %q is there too", args.Get(1)))
	case t.Pipeline == "":
		s.problem(usage("fltsctl submit --backend airflow DAG_ID", "no DAG is given"))
	}
	return t
}

// readDAG knows no more than the name: what a DAG asks for only the server knows.
func readDAG(t submit.Target) (form.Form, string, error) { return nil, t.Pipeline, nil }

func (r *runner) openAirflow(_ context.Context, s *settings) (submit.Backend, error) {
	a, err := access.Airflow(r.accessOptions(s), r.surroundings())
	if err != nil {
		return nil, err
	}
	for _, w := range a.Warnings {
		r.out.Line("warning", w, "")
	}
	refuse := r.contractPlaces(s).refuseSecret()
	if s.boolean(allowSecretsOption) {
		refuse = r.warnOf(refuse)
	}
	return airflow.New(a, airflow.Options{DAG: s.value(dagOption), Notice: r.notice, Now: r.now, Refuse: refuse}), nil
}

// warnOf lets pass what is refused, and says so.
func (r *runner) warnOf(refuse func(name string, value any) error) func(string, any) error {
	return func(name string, value any) error {
		if err := refuse(name, value); err != nil {
			r.out.Line("warning", name+" "+err.Error(), "")
		}
		return nil
	}
}

// moment is the value of an option that is a time with a zone, zero where it is not
// given.
func (s *settings) moment(o option) time.Time {
	v, from := s.get(o)
	if v == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, v)
	if err != nil {
		s.problem(usage("write it with its zone: 2026-01-02T03:04:05Z, or +01:00 in place of Z", "%s is %q, which is no moment", from, v))
	}
	return t
}
