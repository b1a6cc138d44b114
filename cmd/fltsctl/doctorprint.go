package main

import (
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/console"
)

// doctorDocument is an examination as data.
type doctorDocument struct {
	Schema     string             `json:"schema"`
	Version    string             `json:"version"`
	Vantage    vantage            `json:"vantage"`
	Started    string             `json:"started"`
	DurationMS float64            `json:"duration_ms"`
	Status     int                `json:"status"`
	Checks     checklist.Verdict  `json:"checks"`
	Pod        *podDocument       `json:"pod,omitempty"`
	Checklist  *checklistDocument `json:"checklist,omitempty"`
	FixPlan    *doctor.FixPlan    `json:"fix_plan,omitempty"`
}

// checklistDocument is a named list, answered.
type checklistDocument struct {
	Name  string           `json:"name"`
	Items []checklist.Item `json:"items"`
}

// vantage is where the examination looked from, and at what.
type vantage struct {
	Context   string `json:"context,omitempty"`
	Server    string `json:"server"`
	Namespace string `json:"namespace"`
	ConfigMap string `json:"configmap,omitempty"`
	Secret    string `json:"secret,omitempty"`
}

func (r *runner) printVerdict(e examination, pod *doctor.OnePod, v checklist.Verdict, started time.Time) error {
	if e.output == "json" {
		return r.writeDocument("json", e.document(pod, v, started))
	}
	return r.product(console.Printable(e.text(pod, v)))
}

func (e examination) document(pod *doctor.OnePod, v checklist.Verdict, started time.Time) doctorDocument {
	d := doctorDocument{
		Schema: documentSchema, Version: version, Started: rfc3339(started), DurationMS: float64(v.Took.Microseconds()) / 1000,
		Vantage: vantage{e.kube.Context, e.kube.Host, e.options.Namespace, e.doctor.ConfigMap, e.doctor.Secret},
		Status:  v.Status(), Checks: v,
	}
	if pod != nil {
		p := newPodDocument(pod)
		d.Pod = &p
	}
	if e.list != nil {
		d.Checklist = &checklistDocument{e.list.Name, e.list.Report(v)}
	}
	if e.fixPlan {
		plan := doctor.Plan(v)
		d.FixPlan = &plan
	}
	return d
}

// text is the examination for people.
func (e examination) text(pod *doctor.OnePod, v checklist.Verdict) string {
	switch {
	case e.fixPlan:
		return doctor.Plan(v).Script()
	case e.output == "junit":
		return checklist.JUnit(v)
	case e.output == "short":
		return checklist.Short(v)
	case e.output == "markdown" && e.list != nil:
		return checklist.ItemsMarkdown(e.list.Report(v), v)
	case e.output == "markdown":
		return checklist.Markdown(v)
	case e.list != nil:
		return checklist.ItemsTable(e.list.Report(v), v)
	case pod != nil:
		return podTable(pod) + "\n" + foldedTable(v)
	}
	return foldedTable(v)
}

// checksDocument is a list of checks.
type checksDocument struct {
	Schema  string             `json:"schema"`
	Version string             `json:"version"`
	Checks  []checklist.Listed `json:"checks"`
}

func (r *runner) listChecks(format string, checks []checklist.Check) error {
	list := checklist.List(checks)
	if format == "json" {
		return r.writeDocument("json", checksDocument{documentSchema, version, list})
	}
	return r.product(console.Printable(checklist.ListTable(list)))
}
