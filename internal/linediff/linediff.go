// Package linediff shows what changed in a text as diff -u does.
package linediff

import (
	"fmt"

	"github.com/aymanbagabas/go-udiff"
)

// Unified is the difference of two texts by their lines, with three lines around each
// change; "" where there is none. from and to are the names in its head.
//
// The library counts the lines of the new text wrongly after a hunk that two changes
// share, so that is done here.
func Unified(from, to, before, after string) (string, error) {
	diff, err := udiff.ToUnifiedDiff(from, to, before, udiff.Lines(before, after), udiff.DefaultContextLines)
	if err != nil {
		return "", fmt.Errorf("difference of %s: %w", from, err)
	}
	more := 0
	for _, h := range diff.Hunks {
		h.ToLine = h.FromLine + more
		for _, line := range h.Lines {
			switch line.Kind {
			case udiff.Insert:
				more++
			case udiff.Delete:
				more--
			}
		}
	}
	return diff.String(), nil
}
