// Package pause waits, in the one way that this project waits between two requests.
package pause

import (
	"context"
	"time"
)

// For waits that long. The error is why the context ended before.
func For(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
