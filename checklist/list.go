package checklist

import (
	"strings"
	"text/tabwriter"

	"github.com/flts-run/flts-run/internal/near"
)

// Listed is a check that would run, or that is left out of a run, as a list of checks
// shows it.
type Listed struct {
	ID           string   `json:"id"`
	Target       string   `json:"target"`
	Rung         Rung     `json:"rung"`
	Title        string   `json:"title"`
	Needs        []string `json:"needs,omitempty"`
	Advisory     bool     `json:"advisory,omitempty"`
	Prerequisite bool     `json:"prerequisite,omitempty"`
	Skip         string   `json:"skip,omitempty"` // why it would not run
}

// List is the checks without what they do, in their order; never nil.
func List(checks []Check) []Listed {
	list := make([]Listed, len(checks))
	for i, c := range checks {
		list[i] = Listed{c.ID, c.Target, c.Rung, c.Title, c.Needs, c.Advisory, c.Prerequisite, c.Skip}
	}
	return list
}

// ListTable prints a list of checks: what a failure of each would mean, and what it
// needs.
func ListTable(list []Listed) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = w.Write([]byte("CHECK\tSTRICTNESS\tNEEDS\tTITLE\n"))
	for _, c := range list {
		needs := strings.Join(c.Needs, ", ")
		if needs == "" {
			needs = "-"
		}
		_, _ = w.Write([]byte(c.ID + "\t" + c.strictness() + "\t" + needs + "\t" + c.Title + "\n"))
	}
	_ = w.Flush() // into memory
	return b.String()
}

// strictness is what a failure would mean.
func (c Listed) strictness() string {
	switch {
	case c.Skip != "":
		return c.Skip
	case c.Advisory:
		return "advisory"
	}
	return "required"
}

// Near is what to type in the place of a glob that matches no check: otherwise where
// none is like it.
func Near(glob string, checks []Check, otherwise string) string {
	var ids []string
	for _, c := range checks {
		if c.Target == glob {
			return "write " + glob + ".* for all checks of " + glob
		}
		ids = append(ids, c.ID)
	}
	return near.DidYouMean(glob, ids, otherwise)
}
