package endpoints

import (
	"context"

	"github.com/flts-run/flts-run/checklist"
)

// walk goes down the ladder of a server to which another one sends the client: a
// redirect, a store for artifacts. It returns the first finding that ends it, else
// the first warning, else the last pass.
func walk(ctx context.Context, checks []checklist.Check) checklist.Finding {
	var passed, warned *checklist.Finding
	for _, c := range checks {
		f := c.Run(ctx)
		switch f.State {
		case checklist.Pass, checklist.Skip:
			passed = &f
		case checklist.Warn:
			if warned == nil {
				warned = &f
			}
		default:
			return f
		}
	}
	if warned != nil {
		return *warned
	}
	return *passed
}
