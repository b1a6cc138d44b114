package main

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
)

// table is a difference as a person reads it.
func (d *difference) table() string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "A\t%s\n", d.A.line())
	fmt.Fprintf(w, "B\t%s\n", d.B.line())
	_ = w.Flush() // into memory
	for _, e := range d.Differ {
		fmt.Fprintf(&b, "%s %s: %s\n", e.What, visible(e.Name), e.word())
		if e.What != "finding" || e.How == changed {
			fmt.Fprintf(&b, "  A  %s\n  B  %s\n", e.A, e.B)
		}
	}
	for _, why := range d.reasons() {
		fmt.Fprintf(&b, "cannot tell whether the value is the same: %s (%s)\n", strings.Join(why.names, ", "), why.text)
	}
	b.WriteString(d.summary() + "\n")
	return b.String()
}

// String is a side in a table: the value, its fingerprint, where it comes from.
func (s *side) String() string {
	if s == nil {
		return "-"
	}
	text := shownValue(s.Value)
	if s.Print != "" {
		text += " " + visible(s.Print)
	}
	if s.Origin != "" {
		text += " (" + visible(s.Origin) + ")"
	}
	return text
}

func (c compared) line() string {
	words := []string{visible(c.File), "version " + visible(c.Version), fmt.Sprint("status ", c.Status)}
	if c.Started != "" {
		words = append(words, "started "+visible(c.Started))
	}
	if c.Digest != "" {
		words = append(words, "digest "+visible(c.Digest))
	}
	return strings.Join(words, "  ")
}

func (e differs) word() string {
	switch e.How {
	case added:
		return "only in B"
	case removed:
		return "only in A"
	case moved:
		return "the same from somewhere else"
	case reprinted:
		return "another secret"
	}
	return "changed"
}

type reason struct {
	text  string
	names []string
}

// reasons groups what cannot be told by its reason.
func (d *difference) reasons() []reason {
	var list []reason
	for _, u := range d.Unknown {
		if n := len(list); n == 0 || list[n-1].text != u.Why {
			list = append(list, reason{text: u.Why})
		}
		last := &list[len(list)-1]
		last.names = append(last.names, visible(u.Name))
	}
	return list
}

func (d *difference) summary() string {
	text := fmt.Sprintf("%d differences", len(d.Differ))
	switch len(d.Differ) {
	case 0:
		text = "no difference"
	case 1:
		text = "1 difference"
	}
	if n := len(d.Unknown); n > 0 {
		text += fmt.Sprintf(", %d unknown", n)
	}
	return text
}
