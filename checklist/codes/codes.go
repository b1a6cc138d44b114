// Package codes explains the finding codes: what each one means, how it comes
// about, and what mends it. The texts are the Markdown files beside this one,
// embedded, so that "explain FLTS-A12" works in a pod without a network, and
// they are the reference that people read in the repository.
//
// A file holds one area. A code is a heading of the second level, its title
// behind it, and everything down to the next heading is its text:
//
//	## FLTS-D01 the host name does not exist
//
//	The name server says …
//
// Codes are stable and never reused. Which code a package gives is a constant of
// that package; a test compares the constants of the whole module with the
// headings here.
package codes

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
)

//go:embed *.md
var files embed.FS

// Text explains one code.
type Text struct {
	ID    string `json:"code"`           // "FLTS-D01"
	Title string `json:"title"`          // "the host name does not exist"
	Body  string `json:"text,omitempty"` // Markdown: paragraphs, lists and indented commands
}

// String is the text as a person reads it.
func (t Text) String() string { return t.ID + ": " + t.Title + "\n\n" + t.Body + "\n" }

// All returns the texts of all codes, ordered by code.
func All() []Text {
	var all []Text
	names, _ := fs.Glob(files, "*.md") // the pattern is a constant
	for _, name := range names {
		text, _ := files.ReadFile(name) // it is embedded
		all = append(all, parse(string(text))...)
	}
	slices.SortFunc(all, func(a, b Text) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Explain returns the text of a code, which may be written in small letters and
// without the prefix: "a12".
func Explain(code string) (Text, bool) {
	id := idOf(code)
	for _, t := range All() {
		if t.ID == id {
			return t, true
		}
	}
	return Text{}, false
}

// Near is what to type in the place of a code that does not exist: otherwise where
// none is like it. Codes of the same letter are about the same thing, so another
// letter is no slip that is worth guessing.
func Near(code, otherwise string) string {
	id := idOf(code)
	var same []string
	for _, t := range All() {
		if t.ID[:len(prefix)+1] == id[:min(len(id), len(prefix)+1)] {
			same = append(same, t.ID)
		}
	}
	return near.DidYouMean(id, same, otherwise)
}

const prefix = "FLTS-"

func idOf(code string) string { return prefix + strings.TrimPrefix(strings.ToUpper(code), prefix) }

// parse reads one file.
func parse(text string) []Text {
	var all []Text
	for section := range strings.SplitSeq("\n"+text, "\n## ") {
		heading, body, _ := strings.Cut(section, "\n")
		id, title, _ := strings.Cut(heading, " ")
		if strings.HasPrefix(id, prefix) {
			all = append(all, Text{ID: id, Title: title, Body: strings.TrimSpace(body)})
		}
	}
	return all
}
