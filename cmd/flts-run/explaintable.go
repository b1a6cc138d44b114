package main

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
)

// table is an explained key as a person reads it.
func (e explainedKey) table() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\n", e.Name, e.outcome())
	fmt.Fprintf(&b, "  %s\n", e.kind())
	if len(e.Group) > 1 {
		fmt.Fprintf(&b, "  comes from one layer together with %s\n", strings.Join(without(e.Group, e.Name), ", "))
	}
	e.candidateLines(&b)
	for _, secret := range e.NotAsked {
		fmt.Fprintf(&b, "  not asked: %s\n", visible(secret))
	}
	e.variableLines(&b)
	fmt.Fprintln(&b, "  to change it:")
	for _, c := range e.Changes {
		fmt.Fprintf(&b, "    %s\n", c.Command)
		if c.Note != "" {
			fmt.Fprintf(&b, "      %s\n", c.Note)
		}
	}
	if len(e.Findings) > 0 {
		fmt.Fprintln(&b, "  findings:")
	}
	for _, f := range e.Findings {
		fmt.Fprintf(&b, "    %s: %s [%s]\n", f.Severity, f.Message, f.Code)
		if f.Hint != "" {
			fmt.Fprintf(&b, "      hint: %s\n", f.Hint)
		}
	}
	return b.String()
}

// outcome is the sentence that begins with the name of the key.
func (e explainedKey) outcome() string {
	switch {
	case e.Set:
		return fmt.Sprintf("= %s, from %s (layer %s)", shownValue(e.Value), e.Origin, e.Layer)
	case e.Layer != "":
		return fmt.Sprintf("is invalid, from %s (layer %s)", e.Origin, e.Layer)
	}
	return "is not set"
}

func (e explainedKey) kind() string {
	words := []string{}
	if e.Required {
		words = append(words, "required")
	}
	if e.Sensitive {
		words = append(words, "sensitive")
	}
	text := strings.Join(append(words, string(e.Type)), " ") + ": " + e.Accepts
	if e.Doc != "" {
		text = e.Doc + "; " + text
	}
	return text
}

func (e explainedKey) candidateLines(b *bytes.Buffer) {
	if len(e.Candidates) == 0 {
		fmt.Fprintln(b, "  found nowhere")
		return
	}
	fmt.Fprintln(b, "  found, highest first:")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, c := range e.Candidates {
		why := strings.Join(append([]string{c.Why}, c.Notes...), "; ")
		fmt.Fprintf(w, "    %s\t%s\t%s\t%s\n", c.Layer, visible(c.Origin), c.shown(), why)
	}
	_ = w.Flush() // into memory
}

func (e explainedKey) variableLines(b *bytes.Buffer) {
	fmt.Fprintln(b, "  the task gets:")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, v := range e.Variables {
		value, readers := shownValue(v.Value), "read by no client that we know"
		if !v.Exported {
			value = "-"
		}
		if len(v.ReadBy) > 0 {
			readers = "read by " + strings.Join(v.ReadBy, ", ")
		}
		fmt.Fprintf(w, "    %s\t%s\t%s\n", v.Name, value, readers)
	}
	_ = w.Flush() // into memory
}

func (c explainedCandidate) shown() string {
	if c.unread {
		return "-"
	}
	return shownValue(c.Value)
}

// shownValue is a value in a table.
func shownValue(value string) string {
	if value == "" {
		return `""`
	}
	return visible(value)
}

func without(names []string, name string) []string {
	var rest []string
	for _, n := range names {
		if n != name {
			rest = append(rest, n)
		}
	}
	return rest
}
