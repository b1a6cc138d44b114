package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// refreshed runs a refresher for that long and returns when it fetched. Each fetch ends as
// the next of outcomes, and well when there are no more; the services refuse the
// credentials between the two times.
func refreshed(t *testing.T, d, every time.Duration, random float64, outcomes []error, refusedFrom, refusedTo time.Duration) (fetches []time.Duration, told []error) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		began, answers := time.Now(), make(chan error)
		f := &refresher{every: every, random: func() float64 { return random }, told: answers}
		f.fetch = func(context.Context) error {
			fetches = append(fetches, time.Since(began))
			if len(outcomes) == 0 {
				return nil
			}
			err := outcomes[0]
			outcomes = outcomes[1:]
			return err
		}
		if refusedTo > 0 {
			f.refused = func(context.Context) bool {
				return time.Since(began) >= refusedFrom && time.Since(began) < refusedTo
			}
		}
		done := make(chan struct{})
		go func() { defer close(done); f.run(ctx) }()
		end := time.After(d)
		for ended := false; !ended; {
			select {
			case err := <-answers:
				told = append(told, err)
			case <-end:
				ended = true
			}
		}
		stop()
		<-done
	})
	return fetches, told
}

func minutes(list ...float64) []time.Duration {
	var all []time.Duration
	for _, m := range list {
		all = append(all, time.Duration(m*float64(time.Minute)))
	}
	return all
}

func TestRefreshesComeAtIntervals(t *testing.T) {
	fetches, told := refreshed(t, 59*time.Minute, 15*time.Minute, 0.5, nil, 0, 0)
	require.Equal(t, minutes(15, 30, 45), fetches)
	require.Equal(t, []error{nil, nil, nil}, told)
	fetches, _ = refreshed(t, time.Hour, 15*time.Minute, 0, nil, 0, 0)
	require.Equal(t, minutes(13.5, 27, 40.5, 54), fetches, "the earliest")
	fetches, _ = refreshed(t, time.Hour, 15*time.Minute, 1, nil, 0, 0)
	require.Equal(t, minutes(16.5, 33, 49.5), fetches, "the latest")
}

// After a failure it tries again soon, less and less often, and never less often than the
// interval.
func TestRefreshesThatFail(t *testing.T) {
	down := errors.New("down")
	fetches, told := refreshed(t, 12*time.Minute, 4*time.Minute, 0.5, []error{down, down, down, down, down, down}, 0, 0)
	second := time.Second
	require.Equal(t, []time.Duration{240 * second, 250 * second, 270 * second, 310 * second, 390 * second, 550 * second}, fetches)
	require.Equal(t, []error{down, down, down, down, down, down}, told)
	fetches, _ = refreshed(t, 10*time.Minute, 4*time.Minute, 0.5, []error{down}, 0, 0)
	require.Equal(t, []time.Duration{240 * second, 250 * second, 490 * second}, fetches, "one that works ends it")
}

// Refused credentials are fetched again at once; if that does not help, less and less often.
func TestRefusedCredentialsAreFetchedAgain(t *testing.T) {
	fetches, _ := refreshed(t, time.Hour, time.Hour, 0.5, nil, 10*time.Minute, 11*time.Minute)
	require.Equal(t, minutes(10), fetches)
	fetches, _ = refreshed(t, 45*time.Minute, time.Hour, 0.5, nil, 10*time.Minute, time.Hour)
	require.Equal(t, minutes(10, 12, 16, 24, 40), fetches)
	fetches, _ = refreshed(t, 20*time.Minute, time.Hour, 0.5, []error{errors.New("down"), errors.New("down")}, 10*time.Minute, 11*time.Minute)
	require.Equal(t, []time.Duration{10 * time.Minute, 10*time.Minute + 10*time.Second, 10*time.Minute + 30*time.Second}, fetches, "what failed decides when, and not a look")
}

func TestBackoff(t *testing.T) {
	var pauses []time.Duration
	for n := range 5 {
		pauses = append(pauses, backoff(time.Second, n, 5*time.Second))
	}
	second := time.Second
	require.Equal(t, []time.Duration{second, 2 * second, 4 * second, 5 * second, 5 * second}, pauses)
	require.Equal(t, time.Hour, backoff(time.Second, 1000, time.Hour))
}
