package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/near"
)

// ParseList reads a list:
//
//	name: ours
//	description: what we look at on Fridays
//	extends: validation            # or several: [validation, security]
//	items:
//	- item: The store is there     # may be left out
//	  from: Storage                # its section, may be left out
//	  checks: [service.minio.*]    # ids, or globs of them
//	  severity: fail               # fail, warn, off; left out: as the check says
//
// An error holds everything that is wrong, a line for each, file:line:column: text.
// A glob that matches none of the ids is wrong; without ids, that is not looked at.
func ParseList(file string, text []byte, ids []string) (*List, error) {
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		var one *yaml.LoadError
		if errors.As(err, &one) && one.Mark.Line > 0 {
			return nil, fmt.Errorf("%s:%d:%d: is no valid YAML", file, one.Mark.Line, one.Mark.Column)
		}
		return nil, fmt.Errorf("%s: is no valid YAML, or empty", file)
	}
	if len(doc.Content) == 0 {
		return nil, fmt.Errorf("%s: is empty", file)
	}
	r := &listReader{ids: ids}
	l := r.list(doc.Content[0])
	if len(r.problems) == 0 {
		return l, nil
	}
	slices.SortStableFunc(r.problems, func(a, b listProblem) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var errs []error
	for _, p := range r.problems {
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s", file, p.line, p.column, p.text))
	}
	return nil, errors.Join(errs...)
}

// listReader walks the nodes of a file and collects what is wrong with it.
type listReader struct {
	ids      []string
	problems []listProblem
}

type listProblem struct {
	line, column int
	text         string
}

func (r *listReader) at(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, listProblem{n.Line, n.Column, fmt.Sprintf(format, args...)})
}

func (r *listReader) list(n *yaml.Node) *List {
	l := &List{}
	var base, own []Item
	for name, v := range r.fields(n, "a checklist", "name", "description", "extends", "items") {
		switch name {
		case "name":
			l.Name = r.text(v, name)
		case "description":
			l.Description = r.text(v, name)
		case "extends":
			for _, e := range r.texts(v, name) {
				extended, ok := builtinList(e.Value)
				if !ok {
					r.at(e, "extends %q: %s", e.Value, near.DidYouMean(e.Value, ListNames(), "there are "+strings.Join(ListNames(), ", ")))
					continue
				}
				base = append(base, extended.Items...)
			}
		case "items":
			for _, e := range r.elements(v, name) {
				own = append(own, r.item(e))
			}
		}
	}
	l.Items = slices.Concat(base, own)
	if len(r.problems) == 0 && len(l.Items) == 0 {
		r.at(n, "no items")
	}
	return l
}

func (r *listReader) item(n *yaml.Node) Item {
	var i Item
	for name, v := range r.fields(n, "an item", "item", "from", "checks", "severity") {
		switch name {
		case "item":
			i.Text = r.text(v, name)
		case "from":
			i.From = r.text(v, name)
		case "checks":
			for _, e := range r.texts(v, name) {
				r.glob(e)
				i.Checks = append(i.Checks, e.Value)
			}
		case "severity":
			i.Severity = Severity(r.text(v, name))
			if !slices.Contains(severities, i.Severity) {
				r.at(v, "severity %q: want fail, warn or off", i.Severity)
			}
		}
	}
	if len(i.Checks) == 0 && n.Kind == yaml.MappingNode {
		r.at(n, "an item without checks")
	}
	if i.Text == "" {
		i.Text = strings.Join(i.Checks, ", ")
	}
	return i
}

// glob holds the glob of a check against the ids there are.
func (r *listReader) glob(n *yaml.Node) {
	switch {
	case !checklist.ValidGlob(n.Value):
		r.at(n, "%q is no pattern", n.Value)
	case r.ids == nil:
	case !slices.ContainsFunc(r.ids, func(id string) bool { ok, _ := path.Match(n.Value, id); return ok }):
		r.at(n, "there is no check %q: %s", n.Value, near.DidYouMean(n.Value, r.ids, "fltsctl doctor -o json lists all"))
	}
}

// fields yields the values of a mapping that has no other names, none twice.
func (r *listReader) fields(n *yaml.Node, what string, known ...string) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n = target(n); n.Kind != yaml.MappingNode {
			r.at(n, "want %s, with %s", what, strings.Join(known, ", "))
			return
		}
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i]
			switch {
			case !slices.Contains(known, name.Value):
				r.at(name, "%s has no field %q: %s", what, name.Value, near.DidYouMean(name.Value, known, "it has "+strings.Join(known, ", ")))
			case seen[name.Value]:
				r.at(name, "%s is here twice", name.Value)
			case !yield(name.Value, target(n.Content[i+1])):
				return
			}
			seen[name.Value] = true
		}
	}
}

func (r *listReader) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		r.at(n, "%s: want a text", what)
		return ""
	}
	return n.Value
}

// texts are the elements of a list of texts, or the one text that stands for a list.
func (r *listReader) texts(n *yaml.Node, what string) []*yaml.Node {
	elements := []*yaml.Node{n}
	if n.Kind != yaml.ScalarNode {
		elements = r.elements(n, what)
	}
	return slices.DeleteFunc(elements, func(e *yaml.Node) bool { return r.text(e, what) == "" })
}

func (r *listReader) elements(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.at(n, "%s: want a list", what)
		return nil
	}
	var all []*yaml.Node
	for _, e := range n.Content {
		all = append(all, target(e))
	}
	return all
}

// target is the node that an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
