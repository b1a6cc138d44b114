// Package console is how our programs speak to people: one line a thought, with
// the program's name and "error:", "warning:" or "hint:" in front, lower case, no
// full stop. Whatever is written passes the masker first, and what does not print
// is written as its escape.
package console

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/flts-run/flts-run/internal/redact"
)

// Console is where a program speaks.
type Console struct {
	Program string
	W       io.Writer
	Mask    redact.Set

	// Hint, if there is one, has the last word on what is to be typed next.
	Hint func(string) string
}

// Print writes a text for people, as one piece.
func (c *Console) Print(text string) { c.Raw(Printable(text)) }

// Raw writes a text for programs.
func (c *Console) Raw(text string) {
	// There is nobody to tell that stderr is gone.
	_, _ = io.WriteString(c.W, c.Mask.Mask(text))
}

// Line says one thing, and under it what to type next if that is known.
func (c *Console) Line(kind, text, hint string) {
	if c.Hint != nil {
		hint = c.Hint(hint)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: %s\n", c.Program, kind, strings.ReplaceAll(text, "\n", "\n"+c.Program+": "+kind+": "))
	if hint != "" {
		fmt.Fprintf(&b, "%s: hint: %s\n", c.Program, hint)
	}
	c.Print(b.String())
}

// Printable writes what does not print as its escape: a value or a server's answer
// must not move the cursor, colour the log or write backwards.
func Printable(text string) string {
	if !strings.ContainsFunc(text, isOdd) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isOdd(r) {
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isOdd(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }
