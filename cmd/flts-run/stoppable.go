package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/launch"
)

// unlessStopped is f, given up when the context ends: a file that it reads may be a
// pipe into which nobody writes.
func unlessStopped[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := f()
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

func (r *runner) prepareUnlessStopped(ctx context.Context, s *settings) (*plan, error) {
	return unlessStopped(ctx, func() (*plan, error) { return r.prepare(ctx, s) })
}

// stoppable is the action of a command that is simply given up when it is told to
// stop.
func stoppable(action cli.ActionFunc) cli.ActionFunc {
	return func(c *cli.Context) error {
		_, err := unlessStopped(c.Context, func() (struct{}, error) { return struct{}{}, action(c) })
		return withoutTask(err)
	}
}

// withoutTask words the end by a signal for a command that starts no task.
func withoutTask(err error) error {
	var told *launch.StoppedBySignal
	if !errors.As(err, &told) {
		return err
	}
	return &failure{status: told.Status(), err: fmt.Errorf("stopped by %s", told.Name())}
}
