package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/resolve"
)

// console is where everything said to a person goes. Every text passes the
// masker, also those of libraries.
type console struct {
	w    io.Writer
	mask redact.Masker
}

// print writes a text as one piece.
func (c *console) print(text string) {
	// There is nobody to tell that stderr is gone.
	_, _ = io.WriteString(c.w, c.mask.Mask(text))
}

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
		c.line(string(f.Severity), f.Message+" ["+f.Code+"]", f.Hint)
	}
}
