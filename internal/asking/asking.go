// Package asking leads what a resolution wants of stored secrets to their store, and what
// the store answers back: neither package knows the other.
package asking

import (
	"github.com/flts-run/flts-run/resolve"
	"github.com/flts-run/flts-run/stores"
)

// Requests are those for all ids of a secret; none where nothing of it is wanted.
func Requests(a resolve.Ask) []stores.Request {
	if len(a.Wanted) == 0 {
		return nil
	}
	requests := make([]stores.Request, len(a.IDs))
	for i, id := range a.IDs {
		requests[i] = stores.Request{ID: id, Region: a.Secret.Region, Stage: a.Secret.Stage}
	}
	return requests
}

// Stored is an answer as a resolution takes it.
func Stored(a stores.Answer) resolve.Stored {
	s := resolve.Stored{ID: a.Request.ID, Stage: a.Request.Stage, Version: a.Version, Text: a.Text}
	if a.Failure != nil { // or else Err is a nil pointer that is not nil
		s.Err, s.Missing = a.Failure, a.Failure.Missing()
	}
	return s
}
