package main

import (
	"slices"
	"strings"

	"github.com/flts-run/flts-run/resolve"
)

// notes says which of the values in use are not the whole text of their file: a
// newline that was meant would be missed, and one that was not is a habit of
// "echo" that other readers of the file do not forgive.
func (c *speaker) notes(r *resolve.Resolution) {
	var names []string
	for _, k := range r.Keys {
		if k.Set && slices.Contains(k.Candidates[k.Winner].Notes, resolve.NoteNewline) {
			names = append(names, k.Key.Name)
		}
	}
	if names != nil {
		c.Line("note", resolve.NoteNewline+" from "+strings.Join(names, ", "), "")
	}
}
