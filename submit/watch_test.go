package submit_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

// script is a backend that answers Run from a list, one answer a question; the last
// one is given again and again.
type script struct {
	submit.Backend
	answers []answer
	asked   []time.Time
	pages   map[string]submit.Page
	queries []submit.Query
}

type answer struct {
	run   submit.Run
	err   error
	takes time.Duration // that it takes
}

func (s *script) Run(ctx context.Context, id string) (submit.Run, error) {
	a := s.answers[min(len(s.asked), len(s.answers)-1)]
	s.asked = append(s.asked, time.Now())
	select {
	case <-time.After(a.takes):
		return a.run, a.err
	case <-ctx.Done():
		return submit.Run{}, ctx.Err()
	}
}

func (s *script) Runs(_ context.Context, q submit.Query) (submit.Page, error) {
	s.queries = append(s.queries, q)
	return s.pages[q.Page], nil
}

func (s *script) Logs(context.Context, submit.LogQuery, io.Writer) error { return nil }

// told is an event in one line.
func told(e submit.Event) string {
	switch e.Kind {
	case submit.TaskChanged:
		text := fmt.Sprintf("task %s %s>%s", e.Task.Label(), e.Was, e.Task.State)
		if e.Task.Try > 1 {
			text += fmt.Sprintf(" try %d", e.Task.Try)
		}
		if e.Task.Error != "" {
			text += ": " + e.Task.Error
		}
		return text
	case submit.RunChanged:
		return fmt.Sprintf("run %s>%s", e.Was, e.Run.State)
	case submit.Troubled:
		return "trouble: " + e.Err.Error()
	}
	return string(e.Kind)
}

func run(state submit.State, tasks ...submit.Task) submit.Run {
	return submit.Run{ID: "r", State: state, Tasks: tasks}
}

func task(name string, state submit.State) submit.Task {
	return submit.Task{ID: name, Name: name, State: state, MapIndex: -1}
}

func with(t submit.Task, change func(*submit.Task)) submit.Task {
	change(&t)
	return t
}

func ok(r submit.Run) answer { return answer{run: r} }

var (
	errDown  = &submit.Error{Kind: submit.Unusable, Message: "connection refused"}
	errGone  = &submit.Error{Kind: submit.NotFound, Message: "no such run"}
	errLogin = &submit.Error{Kind: submit.Refused, Message: "401"}
)

func TestWatch(t *testing.T) {
	running := ok(run(submit.Running))
	for _, tt := range []struct {
		name    string
		answers []answer
		events  []string
		state   submit.State
		err     string
	}{
		{
			name: "a task after the other",
			answers: []answer{
				ok(run(submit.Pending)),
				ok(run(submit.Running, task("a", submit.Running))),
				ok(run(submit.Running, task("a", submit.Running))),
				ok(run(submit.Running, task("a", submit.Succeeded), task("b", submit.Pending))),
				ok(run(submit.Succeeded, task("a", submit.Succeeded), task("b", submit.Succeeded))),
			},
			events: []string{
				"run >PENDING",
				"task a >RUNNING", "run PENDING>RUNNING",
				"task a RUNNING>SUCCEEDED", "task b >PENDING",
				"task b PENDING>SUCCEEDED", "run RUNNING>SUCCEEDED",
			},
			state: submit.Succeeded,
		},
		{
			name: "it has ended before it is looked at",
			answers: []answer{
				ok(run(submit.Failed, with(task("a", submit.Failed), func(t *submit.Task) { t.Error = "exit 1" }))),
			},
			events: []string{"task a >FAILED: exit 1", "run >FAILED"},
			state:  submit.Failed,
		},
		{
			name: "tries, mapped instances and a message that comes later",
			answers: []answer{
				ok(run(submit.Running,
					with(task("m", submit.Failed), func(t *submit.Task) { t.MapIndex, t.Try = 0, 1 }),
					with(task("m", submit.Running), func(t *submit.Task) { t.MapIndex, t.Try = 1, 1 }))),
				ok(run(submit.Running,
					with(task("m", submit.Failed), func(t *submit.Task) { t.MapIndex, t.Try, t.Error = 0, 1, "exit 1" }),
					with(task("m", submit.Running), func(t *submit.Task) { t.MapIndex, t.Try = 1, 2 }))),
				ok(run(submit.Failed,
					with(task("m", submit.Failed), func(t *submit.Task) { t.MapIndex, t.Try, t.Error = 0, 1, "exit 1" }),
					with(task("m", submit.Succeeded), func(t *submit.Task) { t.MapIndex, t.Try = 1, 2 }))),
			},
			events: []string{
				"task m[0] >FAILED", "task m[1] >RUNNING", "run >RUNNING",
				"task m[0] FAILED>FAILED: exit 1", "task m[1] RUNNING>RUNNING try 2",
				"task m[1] RUNNING>SUCCEEDED try 2", "run RUNNING>FAILED",
			},
			state: submit.Failed,
		},
		{
			name: "the run is told to have ended before its last task",
			answers: []answer{
				ok(run(submit.Running, task("a", submit.Running))),
				ok(run(submit.Succeeded, task("a", submit.Running))),
				ok(run(submit.Succeeded, task("a", submit.Succeeded))),
			},
			events: []string{"task a >RUNNING", "run >RUNNING", "run RUNNING>SUCCEEDED", "task a RUNNING>SUCCEEDED"},
			state:  submit.Succeeded,
		},
		{
			name: "the last task never ends",
			answers: []answer{
				ok(run(submit.Failed, task("a", submit.Pending))),
				ok(run(submit.Failed, task("a", submit.Pending))),
				{err: errors.New("asked once too often")},
			},
			events: []string{"task a >PENDING", "run >FAILED"},
			state:  submit.Failed,
		},
		{
			name:    "the server is away for a while",
			answers: []answer{running, {err: errDown}, {err: errDown}, {err: io.ErrUnexpectedEOF}, running, ok(run(submit.Succeeded))},
			events:  []string{"run >RUNNING", "trouble: connection refused", "recovered", "run RUNNING>SUCCEEDED"},
			state:   submit.Succeeded,
		},
		{
			name:    "it is away from the beginning",
			answers: []answer{{err: errDown}, ok(run(submit.Succeeded))},
			events:  []string{"trouble: connection refused", "recovered", "run >SUCCEEDED"},
			state:   submit.Succeeded,
		},
		{
			name:    "it is away for good",
			answers: []answer{running, {err: errDown}},
			events:  []string{"run >RUNNING", "trouble: connection refused"},
			state:   submit.Running,
			err:     "the server has said nothing of run r for 10m0s; it was last seen RUNNING",
		},
		{
			name:    "it never answers",
			answers: []answer{{takes: time.Hour}},
			events:  []string{"trouble: context deadline exceeded"},
			err:     "the server has said nothing of run r for 10m0s; it was never seen",
		},
		{
			name:    "there is no such run",
			answers: []answer{{err: errGone}},
			err:     "no such run",
		},
		{
			name:    "the run disappears",
			answers: []answer{running, {err: errGone}},
			events:  []string{"run >RUNNING", "trouble: no such run"},
			state:   submit.Running,
			err:     "run r is not there any more; it was last seen RUNNING",
		},
		{
			name:    "a replica has not heard of the run",
			answers: []answer{running, {err: errGone}, {err: errGone}, running, {err: errGone}, ok(run(submit.Succeeded))},
			events:  []string{"run >RUNNING", "trouble: no such run", "recovered", "trouble: no such run", "recovered", "run RUNNING>SUCCEEDED"},
			state:   submit.Succeeded,
		},
		{
			name:    "the credentials end",
			answers: []answer{running, {err: errLogin}},
			events:  []string{"run >RUNNING", "trouble: 401"},
			state:   submit.Running,
			err:     "401",
		},
		{
			name:    "retried from elsewhere before its tasks had ended",
			answers: []answer{ok(run(submit.Failed, task("a", submit.Pending))), running, ok(run(submit.Succeeded))},
			events:  []string{"task a >PENDING", "run >FAILED", "run FAILED>RUNNING", "run RUNNING>SUCCEEDED"},
			state:   submit.Succeeded,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &script{answers: tt.answers}
				var events []string
				got, err := submit.Watch(t.Context(), b, "r", submit.WatchOptions{}, func(e submit.Event) {
					events = append(events, told(e))
				})
				require.Equal(t, tt.events, events)
				require.Equal(t, tt.state, got.State)
				if tt.err != "" {
					require.EqualError(t, err, tt.err)
					return
				}
				require.NoError(t, err)
			})
		})
	}
}

// The bars: a change is noticed within two seconds, and there is never more than
// one request a second.
func TestWatchAsksAtItsPace(t *testing.T) {
	for _, tt := range []struct {
		name     string
		o        submit.WatchOptions
		takes    time.Duration
		failing  bool
		interval []time.Duration // between questions
	}{
		{"by default", submit.WatchOptions{}, 0, false, []time.Duration{1500, 1500, 1500}},
		{"by default, with a usual answer", submit.WatchOptions{}, 500, false, []time.Duration{1500, 1500, 1500}},
		{"never faster than the bar", submit.WatchOptions{Interval: time.Millisecond}, 0, false, []time.Duration{1000, 1000, 1000}},
		{"as asked", submit.WatchOptions{Interval: 5 * time.Second}, 0, false, []time.Duration{5000, 5000, 5000}},
		{"a slow server has its rest", submit.WatchOptions{}, 4000, false, []time.Duration{5500, 5500, 5500}},
		{"a broken one has more and more", submit.WatchOptions{}, 0, true, []time.Duration{1500, 3000, 6000, 12000, 15000, 15000}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := answer{run: run(submit.Running), takes: tt.takes * time.Millisecond}
				if tt.failing {
					a.err = errDown
				}
				b := &script{answers: []answer{a}}
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				_, err := submit.Watch(ctx, b, "r", tt.o, func(submit.Event) {})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				var got []time.Duration
				for i := range tt.interval {
					got = append(got, b.asked[i+1].Sub(b.asked[i])/time.Millisecond)
				}
				require.Equal(t, tt.interval, got)
			})
		})
	}
}

// halves is a backend that is looked at in halves.
type halves struct {
	script
	glances []submit.Run // what was known each time
}

func (h *halves) Glance(ctx context.Context, known submit.Run) (submit.Run, error) {
	h.glances = append(h.glances, known)
	return h.Run(ctx, known.ID)
}

// A backend whose runs take two requests is asked one a second, so that each half is
// two seconds old at most.
func TestWatchGlances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &halves{script: script{answers: []answer{{run: run(submit.Pending)}, {run: run(submit.Running)}, {run: run(submit.Running)}, {run: run(submit.Succeeded)}}}}
		began := time.Now()
		_, err := submit.Watch(t.Context(), b, "r", submit.WatchOptions{}, func(submit.Event) {})
		require.NoError(t, err)
		require.Equal(t, []submit.Run{run(submit.Pending), run(submit.Running), run(submit.Running)}, b.glances)
		require.Equal(t, 3*time.Second, time.Since(began))
	})
}

func TestWatchEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("detached")
		for _, a := range []answer{ok(run(submit.Running)), {takes: time.Hour}, {err: errDown}} {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(10*time.Second+time.Millisecond, func() { cancel(why) })
			start := time.Now()
			_, err := submit.Watch(ctx, &script{answers: []answer{a}}, "r", submit.WatchOptions{}, func(submit.Event) {})
			require.ErrorIs(t, err, why)
			require.Equal(t, 10*time.Second+time.Millisecond, time.Since(start))
		}
	})
}

func TestWatchKnowsATerminatedRun(t *testing.T) {
	for _, tt := range []struct {
		name   string
		states []submit.State
		want   bool
	}{
		{"KFP", []submit.State{submit.Running, submit.Canceling, submit.Failed}, true},
		{"KFP, as it should be", []submit.State{submit.Canceling, submit.Canceled}, true},
		{"too late", []submit.State{submit.Running, submit.Canceling, submit.Succeeded}, false},
		{"failed", []submit.State{submit.Running, submit.Failed}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &script{}
				for _, s := range tt.states {
					b.answers = append(b.answers, ok(run(s)))
				}
				got, err := submit.Watch(t.Context(), b, "r", submit.WatchOptions{}, func(submit.Event) {})
				require.NoError(t, err)
				require.Equal(t, tt.want, got.Terminated)
			})
		})
	}
}

// What has been going on for how long is said by the server's clock.
func TestWatchKnowsTheServersClock(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ahead time.Duration // of the server
		lag   time.Duration // until a start is reported
		want  time.Duration // between our time and theirs
	}{
		{name: "the same"},
		{name: "a little late", lag: 20 * time.Second},
		{name: "theirs is ahead", ahead: time.Hour, want: time.Hour},
		{name: "ours is ahead", ahead: -time.Hour, want: -time.Hour},
		{name: "ours is a little ahead, which cannot be told from a late report", ahead: -30 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := func() time.Time { return time.Now().Add(tt.ahead) }
				created := server()
				b := &live{at: func(n int) submit.Run {
					r := run(submit.Running)
					r.Created = created
					if n > 0 { // the task starts at each question
						r.Tasks = []submit.Task{{ID: "a", MapIndex: -1, Try: n, Started: server().Add(-tt.lag)}}
					}
					if n == 3 {
						r.State = submit.Succeeded
						r.Tasks[0].State = submit.Succeeded
					}
					return r
				}}
				var now time.Time
				_, err := submit.Watch(t.Context(), b, "r", submit.WatchOptions{}, func(e submit.Event) { now = e.Now })
				require.NoError(t, err)
				require.InDelta(t, tt.want.Seconds(), time.Until(now).Seconds(), 2)
			})
		})
	}
}

// live is a backend whose answer is made when it is asked.
type live struct {
	submit.Backend
	n  int
	at func(n int) submit.Run
}

func (l *live) Run(context.Context, string) (submit.Run, error) {
	l.n++
	return l.at(l.n - 1), nil
}
