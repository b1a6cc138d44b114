package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/resolve"
)

// console is where everything said to a person goes. Every text passes the
// masker, also those of libraries.
type console struct {
	w    io.Writer
	mask redact.Set
}

// print writes a text for people, as one piece.
func (c *console) print(text string) { c.raw(printable(text)) }

// raw writes a text for programs.
func (c *console) raw(text string) {
	// There is nobody to tell that stderr is gone.
	_, _ = io.WriteString(c.w, c.mask.Mask(text))
}

// printable writes what does not print as its escape: a value or a server's answer
// must not move the cursor, colour the log or write backwards.
func printable(text string) string {
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

func (c *console) line(kind, text, hint string) {
	var b strings.Builder
	fmt.Fprintf(&b, "flts-run: %s: %s\n", kind, strings.ReplaceAll(text, "\n", "\nflts-run: "+kind+": "))
	if hint != "" {
		fmt.Fprintf(&b, "flts-run: hint: %s\n", hint)
	}
	c.print(b.String())
}

func (c *console) fail(f *failure) {
	if !f.said {
		c.line("error", f.Error(), f.hint)
	}
}

// notStarted ends the output of exec. The last lines of a log are what is looked
// at first, so what the checks found is said once more; the errors of a
// configuration are the last lines already.
func (c *console) notStarted(f *failure) {
	text := fmt.Sprintf("the task was not started (status %d)", f.status)
	if f.status == statusConfig {
		c.line("error", text, "")
		return
	}
	c.line("error", text+": "+f.Error(), f.hint)
}

// findings prints what there is to say about the configuration.
func (c *console) findings(list []resolve.Finding) {
	for _, f := range list {
		c.line(string(f.Severity), worded(f), f.Hint)
	}
}

func worded(f resolve.Finding) string { return f.Message + " " + bracketed(f.Code) }
