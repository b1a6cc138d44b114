package main

import (
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/console"
)

// doctorDocument is an examination as data.
type doctorDocument struct {
	Schema     string            `json:"schema"`
	Version    string            `json:"version"`
	Vantage    vantage           `json:"vantage"`
	Started    string            `json:"started"`
	DurationMS float64           `json:"duration_ms"`
	Status     int               `json:"status"`
	Checks     checklist.Verdict `json:"checks"`
}

// vantage is where the examination looked from, and at what.
type vantage struct {
	Context   string `json:"context,omitempty"`
	Server    string `json:"server"`
	Namespace string `json:"namespace"`
	ConfigMap string `json:"configmap,omitempty"`
	Secret    string `json:"secret,omitempty"`
}

func (r *runner) printVerdict(e examination, v checklist.Verdict, started time.Time) error {
	switch e.output {
	case "json":
		return r.writeDocument("json", doctorDocument{
			Schema: documentSchema, Version: version, Started: rfc3339(started), DurationMS: float64(v.Took.Microseconds()) / 1000,
			Vantage: vantage{e.kube.Context, e.kube.Host, e.options.Namespace, e.options.ConfigMap, e.options.Secret},
			Status:  v.Status(), Checks: v,
		})
	case "junit":
		return r.product(console.Printable(checklist.JUnit(v)))
	case "short":
		return r.product(console.Printable(checklist.Short(v)))
	}
	return r.product(console.Printable(checklist.Table(v)))
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
