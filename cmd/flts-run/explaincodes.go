package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist/codes"
)

// listCodes prints all codes with their titles.
func (r *runner) listCodes(format string, doc explainDocument) error {
	var b strings.Builder
	for _, t := range codes.All() {
		doc.Codes = append(doc.Codes, codes.Text{ID: t.ID, Title: t.Title})
		fmt.Fprintf(&b, "%s  %s\n", t.ID, t.Title)
	}
	text := b.String()
	if format == "json" {
		var err error
		if text, err = encode(doc, "  "); err != nil {
			return err
		}
	}
	_, err := io.WriteString(r.stdout, text)
	return err
}

// askedCodes takes the finding codes out of what is to be explained, each once.
func askedCodes(names []string) (found []codes.Text, rest []string, err error) {
	var problems []error
	for _, name := range names {
		if !likeCode(name) {
			rest = append(rest, name)
			continue
		}
		text, ok := codes.Explain(name)
		switch {
		case !ok:
			problems = append(problems, usage(codes.Near(name, "flts-run explain --codes lists them"), "no finding code %q", name))
		case !slices.Contains(found, text):
			found = append(found, text)
		}
	}
	return found, rest, joined(problems...)
}

// likeCode reports what is written as a code is: "FLTS-…", or a letter and two
// digits, small or capital.
func likeCode(name string) bool {
	name = strings.ToUpper(name)
	if strings.HasPrefix(name, codePrefix) {
		return true
	}
	return len(name) == 3 && name[0] >= 'A' && name[0] <= 'Z' && strings.Trim(name[1:], "0123456789") == ""
}
