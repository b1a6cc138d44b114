package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/console"
)

// checksSchema names the form of the JSON of check --list.
const checksSchema = "flts-run/checks/v1"

type checksDocument struct {
	Schema  string             `json:"schema"`
	Version string             `json:"version"`
	Checks  []checklist.Listed `json:"checks"`
}

// listChecks prints the checks and looks at nothing.
func (r *runner) listChecks(ctx context.Context, c *cli.Context, s *settings, o checkOrders) error {
	p, services, err := r.toCheck(ctx, c, s)
	if err != nil {
		return withoutTask(err)
	}
	r.out.findings(p.resolution.Findings)
	if err := p.failure(); err != nil {
		return err
	}
	checks, err := r.selectChecks(p, s, r.thorough(c, p, s, services, o))
	if err != nil {
		return err
	}
	text, err := listOf(checks, o.format)
	if err != nil {
		return err
	}
	return r.product(r.out.Mask.Mask(text))
}

func listOf(checks []checklist.Check, format string) (string, error) {
	doc := checksDocument{Schema: checksSchema, Version: version, Checks: checklist.List(checks)}
	if format == "json" {
		return encode(doc, "  ")
	}
	return console.Printable(checklist.ListTable(doc.Checks)), nil
}
