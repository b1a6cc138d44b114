package main

import (
	"context"
	"time"
)

const (
	// lookEvery is how often the services are asked, between two refreshes, whether they
	// still take the credentials.
	lookEvery = time.Minute
	// retryFirst is the pause after the first refresh that failed; each further one is
	// twice as long, up to the interval.
	retryFirst = 10 * time.Second
	// spread is the part of a pause that chance decides, so that the pods of one workload
	// do not ask the store all at once.
	spread = 0.2
)

// refresher fetches stored secrets again while a task runs. It decides nothing about the
// task: whoever reads told resolves again and does.
type refresher struct {
	every   time.Duration               // between two refreshes
	random  func() float64              // from 0 to 1
	fetch   func(context.Context) error // with an error everything is as it was
	refused func(context.Context) bool  // whether a service refuses the credentials; nil: nobody asks
	told    chan<- error                // what came of each refresh
}

// run goes on until the context ends.
func (f *refresher) run(ctx context.Context) {
	failures, refusals := 0, 0
	due, look := f.after(f.every), f.look(refusals)
	for {
		select {
		case <-ctx.Done():
			return
		case <-due:
		case <-look:
			if !f.refused(ctx) {
				refusals = 0
				look = f.look(refusals)
				continue
			}
			refusals++ // what a refresh does not mend is not asked for each minute
		}
		err := f.fetch(ctx)
		select {
		case f.told <- err:
		case <-ctx.Done():
			return
		}
		if err != nil {
			failures++
			due, look = f.after(backoff(retryFirst, failures-1, f.every)), nil
			continue
		}
		failures = 0
		due, look = f.after(f.every), f.look(refusals)
	}
}

// after is a moment about that far away.
func (f *refresher) after(d time.Duration) <-chan time.Time {
	return time.After(time.Duration(float64(d) * (1 - spread/2 + spread*f.random())))
}

// look is the moment at which the services are asked, never if nobody does.
func (f *refresher) look(refusals int) <-chan time.Time {
	if f.refused == nil {
		return nil
	}
	return f.after(backoff(lookEvery, refusals, f.every))
}

// backoff is a pause that doubles with each time, up to the longest.
func backoff(first time.Duration, times int, longest time.Duration) time.Duration {
	return min(first<<min(times, 20), longest)
}
