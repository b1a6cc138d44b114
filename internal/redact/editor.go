package redact

import (
	"slices"

	"github.com/flts-run/flts-run/internal/secret"
)

// editor writes a text with stretches of it replaced by the mask. Stretches that
// overlap or touch become one.
type editor struct {
	out    []byte
	at     int         // what is before this was written, or masked
	masked int         // what is before this, up to the mask that was written last, is hidden
	within []key       // that the stretch under that mask holds
	counts map[key]int // in how many stretches a key was found
}

// show writes the text up to end, but for what is hidden.
func (e *editor) show(text []byte, end int) {
	if from := max(e.at, e.masked); from < end {
		e.out = append(e.out, text[from:end]...)
	}
	e.at = max(e.at, end)
}

// hide replaces a stretch by the mask. What of it was shown before stays shown.
// Stretches come in the order of their starts.
func (e *editor) hide(text []byte, start, end int, k key) {
	if end <= e.at {
		return
	}
	if underMask := e.at <= e.masked && start <= e.masked; !underMask {
		e.show(text, start)
		e.out = append(e.out, secret.Mask...)
		e.within = e.within[:0]
	}
	e.masked = max(e.masked, end)
	if !slices.Contains(e.within, k) {
		e.within = append(e.within, k)
		if e.counts == nil {
			e.counts = map[key]int{}
		}
		e.counts[k]++
	}
}

// forget makes all positions count from a later byte of the text.
func (e *editor) forget(n int) {
	e.at -= n
	e.masked = max(e.masked-n, -1)
}
