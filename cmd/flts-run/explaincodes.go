package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist/codes"
	"github.com/flts-run/flts-run/internal/near"
)

// explainedCode is a finding code with its text, which is in the program: it needs
// no configuration, and no network.
type explainedCode struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Text  string `json:"text,omitempty"` // Markdown
}

// table is the text as a person reads it.
func (e explainedCode) table() string {
	return fmt.Sprintf("%s: %s\n\n%s\n", e.Code, e.Title, e.Text)
}

// listCodes prints all codes with their titles.
func (r *runner) listCodes(format string, doc explainDocument) error {
	var b strings.Builder
	for _, t := range codes.All() {
		doc.Codes = append(doc.Codes, explainedCode{Code: t.ID, Title: t.Title})
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
func askedCodes(names []string) (found []explainedCode, rest []string, err error) {
	var problems []error
	for _, name := range names {
		if !likeCode(name) {
			rest = append(rest, name)
			continue
		}
		text, ok := codes.Explain(name)
		code := explainedCode{Code: text.ID, Title: text.Title, Text: text.Body}
		switch {
		case !ok:
			problems = append(problems, usage(nearCode(name), "no finding code %q", name))
		case !slices.Contains(found, code):
			found = append(found, code)
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

// nearCode is the hint for a code that does not exist. Codes of the same letter are
// about the same thing, so another letter is no slip that is worth guessing.
func nearCode(name string) string {
	name = codePrefix + strings.TrimPrefix(strings.ToUpper(name), codePrefix)
	var same []string
	for _, t := range codes.All() {
		if t.ID[:len(codePrefix)+1] == name[:min(len(name), len(codePrefix)+1)] {
			same = append(same, t.ID)
		}
	}
	return near.DidYouMean(name, same, "flts-run explain --codes lists them")
}
