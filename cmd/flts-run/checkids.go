package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/console"
)

// checksSchema names the form of the JSON of check --list.
const checksSchema = "flts-run/checks/v1"

type checksDocument struct {
	Schema  string        `json:"schema"`
	Version string        `json:"version"`
	Checks  []listedCheck `json:"checks"`
}

// listedCheck is a check that would run for this configuration, or that is left out
// of it.
type listedCheck struct {
	ID           string         `json:"id"`
	Target       string         `json:"target"`
	Rung         checklist.Rung `json:"rung"`
	Title        string         `json:"title"`
	Needs        []string       `json:"needs,omitempty"`
	Advisory     bool           `json:"advisory,omitempty"`
	Prerequisite bool           `json:"prerequisite,omitempty"`
	Skip         string         `json:"skip,omitempty"` // why it would not run
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
	doc := checksDocument{Schema: checksSchema, Version: version, Checks: []listedCheck{}}
	for _, c := range checks {
		doc.Checks = append(doc.Checks, listedCheck{c.ID, c.Target, c.Rung, c.Title, c.Needs, c.Advisory, c.Prerequisite, c.Skip})
	}
	if format == "json" {
		return encode(doc, "  ")
	}
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CHECK\tSTRICTNESS\tNEEDS\tTITLE")
	for _, c := range doc.Checks {
		needs := strings.Join(c.Needs, ", ")
		if needs == "" {
			needs = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.ID, c.strictness(), needs, c.Title)
	}
	_ = w.Flush() // into memory
	return console.Printable(b.String()), nil
}

// strictness is what a failure would mean.
func (c listedCheck) strictness() string {
	switch {
	case c.Skip != "":
		return c.Skip
	case c.Advisory:
		return "advisory"
	}
	return "required"
}
