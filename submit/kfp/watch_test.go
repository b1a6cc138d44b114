package kfp

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// playWatch watches runs to each end that they may have. What is seen lets the next
// thing happen.
func playWatch(t *testing.T, s server, b *Backend) {
	for _, tt := range []struct {
		name       string
		end        string
		stop       bool
		state      submit.State
		terminated bool
		seen       []submit.State
	}{
		{name: "it succeeds", end: "SUCCEEDED", state: submit.Succeeded, seen: []submit.State{submit.Running, submit.Succeeded}},
		{name: "it fails", end: "FAILED", state: submit.Failed, seen: []submit.State{submit.Running, submit.Failed}},
		{name: "it is terminated", end: "FAILED", stop: true, state: submit.Failed, terminated: true, seen: []submit.State{submit.Running, submit.Canceling, submit.Failed}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id := started(t, b, order(t))
			var seen []submit.State
			var tasks []string
			got, err := submit.Watch(t.Context(), b, id, submit.WatchOptions{Interval: submit.MinInterval}, func(e submit.Event) {
				if e.Kind == submit.TaskChanged {
					tasks = append(tasks, e.Task.Name)
					return
				}
				state := e.Run.State
				switch {
				case state == submit.Running && tt.stop:
					require.NoError(t, b.Terminate(t.Context(), id))
				case state == submit.Running, state == submit.Canceling:
					require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: tt.end}))
				case !state.Final(): // however a server calls what has not begun
					require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
					return
				}
				seen = append(seen, state)
			})
			require.NoError(t, err)
			require.Equal(t, tt.seen, seen)
			require.Equal(t, tt.state, got.State)
			require.Equal(t, tt.terminated, got.Terminated)
			require.Contains(t, tasks, "preprocess")
		})
	}
}

// The bar: a request a second at most. What a run's names are is asked once.
func TestWatchCostsOneRequestAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakekfp.New(fakekfp.Options{})
		b := New(&access.Access{Base: &url.URL{Scheme: "http", Host: "kfp"}, Client: &http.Client{Transport: handled{received{fake}}}}, Options{})
		o := order(t)
		o.Experiment = "watched"
		id := started(t, b, o)
		require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
		_, err := b.Run(t.Context(), id)
		require.NoError(t, err)
		before := len(fake.Calls())

		const minutes = 10
		ctx, cancel := context.WithTimeout(t.Context(), minutes*time.Minute-time.Millisecond)
		defer cancel()
		_, err = submit.Watch(ctx, b, id, submit.WatchOptions{}, func(submit.Event) {})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, minutes*60*2/3, len(fake.Calls())-before)
	})
}

// received hands a request on as a server has it: with a body, if an empty one.
type received struct{ http.Handler }

func (h received) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	h.Handler.ServeHTTP(w, r)
}
