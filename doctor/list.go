package doctor

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/near"
)

// List is a checklist as people have it: items in their own words, each with the
// checks that answer it.
type List struct {
	Name        string
	Description string
	Items       []Item
}

// Item is one line of a list.
type Item struct {
	Text     string
	From     string   // the section that it stands in, may be empty
	Checks   []string // globs of check ids, as those of --only
	Severity Severity
}

// Severity is how much the checks of an item count, whatever they themselves say.
type Severity string

// The severities. The empty one leaves it to the check.
const (
	SeverityFail Severity = "fail" // a failure counts
	SeverityWarn Severity = "warn" // a failure is a warning
	SeverityOff  Severity = "off"  // not looked at, unless something else needs it
)

var severities = []Severity{SeverityFail, SeverityWarn, SeverityOff}

//go:embed lists/*.yaml
var lists embed.FS

// ListNames are the lists that there are without a file.
func ListNames() []string {
	var names []string
	files, _ := fs.Glob(lists, "lists/*.yaml") // the pattern is a constant
	for _, file := range files {
		names = append(names, strings.TrimSuffix(path.Base(file), ".yaml"))
	}
	return names
}

// builtinList is the list of that name.
func builtinList(name string) (*List, bool) {
	text, err := lists.ReadFile("lists/" + name + ".yaml")
	if err != nil {
		return nil, false
	}
	l, err := ParseList(name+".yaml", text, nil)
	return l, err == nil
}

// FindList is the list of that name, or the one in the file of that name, which
// readFile reads. The ids are those of all checks there are.
func FindList(word string, ids []string, readFile func(string) ([]byte, error)) (*List, error) {
	if l, ok := builtinList(word); ok {
		return l, nil
	}
	text, err := readFile(word)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(word, "./"):
		names := strings.Join(ListNames(), ", ")
		return nil, fmt.Errorf("there is no checklist %q: %s", word, near.DidYouMean(word, ListNames(), "there are "+names+", or name a file"))
	case err != nil:
		return nil, fmt.Errorf("checklist: %w", err)
	}
	return ParseList(word, text, ids)
}

// Apply picks the checks of the list, and what they need, and makes them count as much
// as the list says. Where several items say something about a check, the last one
// does: so a list changes what it extends.
func (l *List) Apply(checks []checklist.Check) []checklist.Check {
	said := map[string]Severity{}
	var wanted []string
	for _, c := range checks {
		listed := false
		for _, item := range l.Items {
			if !item.asks(c.ID) {
				continue
			}
			listed = true
			if item.Severity != "" {
				said[c.ID] = item.Severity
			}
		}
		if listed && said[c.ID] != SeverityOff {
			wanted = append(wanted, c.ID)
		}
	}
	if wanted == nil {
		return nil // an empty selection is all
	}
	selected := checklist.Selection{Only: wanted}.Of(checks)
	for i, c := range selected {
		if severity := said[c.ID]; severity != "" && !c.Prerequisite {
			selected[i].Advisory = severity == SeverityWarn
		}
	}
	return selected
}

// asks reports whether a check answers the item.
func (i Item) asks(id string) bool {
	return slices.ContainsFunc(i.Checks, func(glob string) bool {
		ok, _ := path.Match(glob, id)
		return ok
	})
}

// Report puts what the checks found under the items. Whatever they needed and did not
// get stands at the end.
func (l *List) Report(v checklist.Verdict) []checklist.Item {
	var items []checklist.Item
	for _, item := range l.Items {
		one := checklist.Item{Section: item.From, Text: item.Text}
		for _, r := range v.Results {
			if !r.Prerequisite && item.asks(r.ID) {
				one.Results = append(one.Results, r)
			}
		}
		if item.Severity != SeverityOff {
			items = append(items, one)
		}
	}
	needed := checklist.Item{Text: "what these need"}
	for _, r := range v.Results {
		if r.Prerequisite && r.State != checklist.Pass {
			needed.Results = append(needed.Results, r)
		}
	}
	if needed.Results != nil {
		items = append(items, needed)
	}
	return items
}
