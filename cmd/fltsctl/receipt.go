package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/submit"
)

// submissionDocument is the JSON of a run that was started or found.
type submissionDocument struct {
	Schema  string `json:"schema"`
	Backend string `json:"backend"`
	// Existing: an earlier submission with the same idempotency key started it.
	Existing   bool                      `json:"existing"`
	Run        runDocument               `json:"run"`
	Parameters map[string]valueAndOrigin `json:"parameters"`
}

// valueAndOrigin is a value that was sent, unless it may be secret, and where it
// came from.
type valueAndOrigin struct {
	Value  any    `json:"value"`
	Origin string `json:"origin"`
}

// receipt writes the run that there is now.
func (r *runner) receipt(sub submission, got submit.Receipt) error {
	run := got.Run
	switch sub.output {
	case "name":
		return r.product(run.Name + "\n")
	case "id":
		return r.product(run.ID + "\n")
	case "table":
		if got.Existing {
			r.notice("an earlier submission with the key " + sub.order.Key + " started this run")
		}
		return r.product(console.Printable(receiptLine(run)) + "\n")
	}
	doc := submissionDocument{
		Schema: documentSchema, Backend: sub.backend.Kind(), Existing: got.Existing,
		Run: newRunDocument(run), Parameters: map[string]valueAndOrigin{},
	}
	for name, v := range sub.order.Values {
		doc.Parameters[name] = valueAndOrigin{shownValue(name, v), sub.from[name]}
	}
	if sub.watch { // and what is watched comes behind it
		text, err := streamed(doc, sub.output == "yaml")
		if err != nil {
			return err
		}
		return r.product(text)
	}
	return r.writeDocument(sub.output, doc)
}

// receiptLine is a run in one line: its name, its id, and where it is.
func receiptLine(run submit.Run) string {
	var b strings.Builder
	fmt.Fprintf(&b, "run %s (%s)", run.Name, run.ID)
	if run.Experiment != "" {
		fmt.Fprintf(&b, " in experiment %s", run.Experiment)
	}
	if run.URL != "" {
		fmt.Fprintf(&b, ", %s", run.URL)
	}
	return b.String()
}

// draftDocument is what --dry-run prints.
type draftDocument struct {
	Schema   string           `json:"schema"`
	Backend  string           `json:"backend"`
	Requests []submit.Request `json:"requests"`
}

// draft writes what would be sent.
func (r *runner) draft(ctx context.Context, sub submission) error {
	requests, err := sub.backend.Draft(ctx, sub.order)
	if err != nil {
		return err
	}
	return r.writeDocument(sub.output, draftDocument{documentSchema, sub.backend.Kind(), requests})
}
