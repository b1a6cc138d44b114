package main

import (
	"context"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// watchOptions is how a run is watched.
type watchOptions struct {
	Timeout time.Duration // 0 is none
	Output  string        // "table" for people, "json" for JSON lines
}

// watch stays until a run ends and gives its state as the exit status.
func (r *runner) watch(context.Context, submit.Backend, string, watchOptions) error {
	return usage("leave it out", "--watch is not in this build")
}
