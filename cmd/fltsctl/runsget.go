package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// getDocument is one run.
type getDocument struct {
	Schema  string     `json:"schema"`
	Backend string     `json:"backend"`
	Run     runDetails `json:"run"`
}

func (r *runner) get(c *call) error {
	if err := c.open(1, 1); err != nil {
		return err
	}
	run, err := c.find(c.args.First())
	if err != nil {
		return err
	}
	failures := r.explain(c.ctx, c.backend, run)
	if c.output != "table" {
		return c.writeDocument(c.output, getDocument{documentSchema, c.backend.Kind(), newRunDetails(run, failures)})
	}
	if err := c.product(describe(run, c.now()) + failureText(run, failures)); err != nil {
		return err
	}
	c.whereToLook(c.backend, run, failures)
	return nil
}

// longestValue is how much of a parameter's value people are shown, in columns. A
// value may have megabytes.
const longestValue = 200

// describe is a run for people, but for why it failed.
func describe(run submit.Run, now time.Time) string {
	var b strings.Builder
	b.WriteString(oneLine(receiptLine(run)) + "\n")
	state := outcome(run, now)
	if run.Native != "" && !strings.EqualFold(run.Native, string(run.State)) {
		state += " (" + run.Native + ")"
	}
	created := rfc3339(run.Created)
	if created != "" {
		created += ", " + ago(run.Created, now)
	}
	archived := ""
	if run.Archived {
		archived = "yes"
	}
	b.WriteString(fields([][2]string{
		{"state", state},
		{"pipeline", run.Pipeline},
		{"version", run.Version},
		{"namespace", run.Namespace},
		{"service account", run.ServiceAccount},
		{"pipeline root", run.PipelineRoot},
		{"created", created},
		{"started", rfc3339(run.Started)},
		{"finished", rfc3339(run.Finished)},
		{"archived", archived},
		{"description", run.Description},
	}))
	if len(run.Parameters) > 0 {
		var list [][2]string
		shown := shownParameters(run.Parameters)
		for _, name := range slices.Sorted(maps.Keys(shown)) {
			list = append(list, [2]string{name, cut(oneLine(cmp.Or(word(shown[name]), `""`)), longestValue)})
		}
		b.WriteString("\nparameters\n" + fields(list))
	}
	if len(run.Tasks) > 0 {
		b.WriteString("\ntasks\n" + taskRows(run.Tasks, now))
	}
	if run.Error != "" {
		b.WriteString("\n")
	}
	return b.String()
}

// fields lines up what has a value.
func fields(list [][2]string) string {
	width := 0
	for _, f := range list {
		if f[1] != "" {
			width = max(width, columnsOf(oneLine(f[0])))
		}
	}
	var b strings.Builder
	for _, f := range list {
		if name := oneLine(f[0]); f[1] != "" {
			b.WriteString("  " + padded(name, width+3) + oneLine(f[1]) + "\n")
		}
	}
	return b.String()
}

// taskRows is the tree of tasks.
func taskRows(tasks []submit.Task, now time.Time) string {
	var b strings.Builder
	for _, l := range treeLines(submit.Tree(tasks), 100, now) {
		b.WriteString(l.text + "\n")
	}
	return b.String()
}
