package main

import (
	"fmt"
	"io"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/resolve"
)

// speaker is where everything said to a person goes. Every text passes the
// masker, also those of libraries.
type speaker struct{ console.Console }

func newSpeaker(w io.Writer) *speaker {
	return &speaker{console.Console{Program: "flts-run", W: w}}
}

func (c *speaker) fail(f *failure) {
	if !f.said {
		c.Line("error", f.Error(), f.hint)
	}
}

// notStarted ends the output of exec. The last lines of a log are what is looked
// at first, so what the checks found is said once more; the errors of a
// configuration are the last lines already.
func (c *speaker) notStarted(f *failure) {
	text := fmt.Sprintf("the task was not started (status %d)", f.status)
	if f.status == statusConfig {
		c.Line("error", text, "")
		return
	}
	c.Line("error", text+": "+f.Error(), f.hint)
}

// findings prints what there is to say about the configuration.
func (c *speaker) findings(list []resolve.Finding) {
	for _, f := range list {
		c.Line(string(f.Severity), worded(f), f.Hint)
	}
}

func worded(f resolve.Finding) string { return f.Message + " " + bracketed(f.Code) }
