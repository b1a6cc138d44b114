package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

// midnight is when a test in a bubble begins.
var midnight = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// story is a run as the server tells it, once every 1.5 s.
func story() *board {
	at := func(s int) time.Time { return midnight.Add(time.Duration(s) * time.Second) }
	run := func(state submit.State, tasks ...submit.Task) submit.Run {
		return submit.Run{ID: "r1", Name: "training", State: state, Created: at(0), Tasks: tasks}
	}
	task := func(name string, state submit.State, started, finished int) submit.Task {
		t := submit.Task{ID: name, Name: name, State: state, MapIndex: -1, Started: at(started)}
		if finished > 0 {
			t.Finished = at(finished)
		}
		return t
	}
	first, preprocessing := run(submit.Pending), run(submit.Running, task("preprocess", submit.Running, 1, 0))
	training := run(submit.Running, task("preprocess", submit.Succeeded, 1, 3), task("train", submit.Running, 3, 0))
	end := run(submit.Failed, task("preprocess", submit.Succeeded, 1, 3), task("train", submit.Failed, 3, 6))
	end.Tasks[1].Error = "exit code 1"
	end.Finished = at(6)
	return &board{
		Known: []boardRun{{Run: first, Then: []submit.Run{preprocessing, training, training, end}}},
		Texts: map[string]string{"r1/train": "epoch 1\nKilled\n"},
	}
}

// played is what a watch wrote, and how it ended.
type played struct {
	stdout, stderr string
	status         int
	did            []string
}

// signalled is a signal and when it comes.
type signalled struct {
	after  time.Duration
	signal os.Signal
}

// play watches run r1 in a bubble, where time passes at once, and where a goroutine
// that is left behind fails the test.
func play(t *testing.T, b *board, o watchOptions, environ []string, signals ...signalled) played {
	var stdout, stderr bytes.Buffer
	var p played
	synctest.Test(t, func(t *testing.T) {
		interrupts := make(chan os.Signal, 8)
		for _, s := range signals {
			time.AfterFunc(s.after, func() { interrupts <- s.signal })
		}
		r := newRunner(process{
			environ: environ, stdout: &stdout, stderr: &stderr, interrupts: interrupts, now: time.Now,
			terminal: func() (int, int, bool) { return 0, 0, false },
		})
		err := r.watch(t.Context(), b, "r1", o)
		if p.status = r.status; err != nil {
			p.status = r.fail(err)
		}
	})
	p.stdout, p.stderr, p.did = stdout.String(), stderr.String(), b.did
	return p
}

const (
	upToTraining = `PENDING
preprocess   RUNNING     0 s
RUNNING
preprocess   SUCCEEDED   2 s
train        RUNNING     0 s
`
	again = "fltsctl: hint: fltsctl runs watch r1 watches it again\n"
)

func TestWatchLines(t *testing.T) {
	require.Equal(t, played{
		stdout: upToTraining + `train        FAILED      3 s         exit code 1
FAILED in 6 s

train FAILED: exit code 1
  the end of its log:
  | epoch 1
  | Killed
`,
		stderr: "fltsctl: hint: fltsctl runs logs r1 train\n",
		status: 1,
	}, play(t, story(), watchOptions{Output: "table"}, nil))
}

func TestWatchDocuments(t *testing.T) {
	b := story()
	b.Known[0].Then = b.Known[0].Then[3:]
	got := play(t, b, watchOptions{Output: "json"}, nil)
	require.Equal(t, 1, got.status)
	require.Equal(t, `{"schema":"fltsctl/v1","event":"run","time":"2000-01-01T00:00:00Z","run_id":"r1","run":{"id":"r1","name":"training","state":"PENDING","created":"2000-01-01T00:00:00Z"}}
{"schema":"fltsctl/v1","event":"task","time":"2000-01-01T00:00:06Z","run_id":"r1","task":{"id":"preprocess","name":"preprocess","state":"SUCCEEDED","started":"2000-01-01T00:00:01Z","finished":"2000-01-01T00:00:03Z"}}
{"schema":"fltsctl/v1","event":"task","time":"2000-01-01T00:00:06Z","run_id":"r1","task":{"id":"train","name":"train","state":"FAILED","started":"2000-01-01T00:00:03Z","finished":"2000-01-01T00:00:06Z","error":"exit code 1"}}
{"schema":"fltsctl/v1","event":"run","time":"2000-01-01T00:00:06Z","run_id":"r1","was":"PENDING","run":{"id":"r1","name":"training","state":"FAILED","created":"2000-01-01T00:00:00Z","finished":"2000-01-01T00:00:06Z"}}
{"schema":"fltsctl/v1","event":"end","time":"2000-01-01T00:00:06Z","run_id":"r1","run":{"id":"r1","name":"training","state":"FAILED","created":"2000-01-01T00:00:00Z","finished":"2000-01-01T00:00:06Z","tasks":[{"id":"preprocess","name":"preprocess","path":"preprocess","state":"SUCCEEDED","started":"2000-01-01T00:00:01Z","finished":"2000-01-01T00:00:03Z"},{"id":"train","name":"train","path":"train","state":"FAILED","started":"2000-01-01T00:00:03Z","finished":"2000-01-01T00:00:06Z","error":"exit code 1"}],"failures":[{"task":"train","path":"train","error":"exit code 1","log_tail":["epoch 1","Killed"]}]}}
`, got.stdout)

	b = story()
	b.Known[0].Then = b.Known[0].Then[3:]
	got = play(t, b, watchOptions{Output: "yaml"}, nil)
	require.Equal(t, 5, strings.Count(got.stdout, "---\nschema: fltsctl/v1\n"))
}

func TestWatchStatus(t *testing.T) {
	for state, status := range map[submit.State]int{
		submit.Succeeded: 0, submit.Failed: 1, submit.Canceled: 3, submit.Skipped: 3,
	} {
		b := &board{Known: []boardRun{{Run: submit.Run{ID: "r1", State: state}}}}
		require.Equal(t, status, play(t, b, watchOptions{}, nil).status, state)
	}
}

func TestWatchIsLeft(t *testing.T) {
	const at4, at5, at6 = 3500 * time.Millisecond, 4100 * time.Millisecond, 4200 * time.Millisecond
	down := errors.New("connection reset")
	for _, tt := range []struct {
		name        string
		o           watchOptions
		signals     []signalled
		onTerminate func(context.Context) error
		want        played
	}{
		{
			"Ctrl-C leaves the run alone",
			watchOptions{},
			[]signalled{{at4, os.Interrupt}},
			nil,
			played{stdout: upToTraining + "RUNNING for 3 s\n", stderr: "fltsctl: note: the run goes on\n" + again, status: 130},
		},
		{
			"SIGTERM too",
			watchOptions{},
			[]signalled{{at4, syscall.SIGTERM}},
			nil,
			played{stdout: upToTraining + "RUNNING for 3 s\n", stderr: "fltsctl: note: the run goes on\n" + again, status: 130},
		},
		{
			"--timeout",
			watchOptions{Timeout: at4},
			nil, nil,
			played{stdout: upToTraining + "RUNNING for 3 s\n", stderr: "fltsctl: error: the run is still RUNNING after --timeout 3.5s\n" + again, status: 124},
		},
		{
			"the second Ctrl-C terminates the run, if asked to",
			watchOptions{Terminate: true},
			[]signalled{{at4, os.Interrupt}, {at5, os.Interrupt}},
			nil,
			played{
				stdout: upToTraining + "CANCELING\ntrain        FAILED      3 s\nFAILED in 6 s: it was terminated\n",
				stderr: "fltsctl: note: interrupt again to terminate the run\nfltsctl: note: the run has been told to stop; interrupt again to leave it to that\n",
				status: 1,
				did:    []string{"terminate r1"},
			},
		},
		{
			"SIGTERM terminates it at once",
			watchOptions{Terminate: true},
			[]signalled{{at5, syscall.SIGTERM}},
			nil,
			played{
				stdout: upToTraining + "CANCELING\ntrain        FAILED      3 s\nFAILED in 6 s: it was terminated\n",
				stderr: "fltsctl: note: the run has been told to stop; interrupt again to leave it to that\n",
				status: 1,
				did:    []string{"terminate r1"},
			},
		},
		{
			"the third leaves it",
			watchOptions{Terminate: true},
			[]signalled{{at4, os.Interrupt}, {at5, os.Interrupt}, {at6, os.Interrupt}},
			nil,
			played{
				stdout: upToTraining + "RUNNING for 4 s\n",
				stderr: "fltsctl: note: interrupt again to terminate the run\nfltsctl: note: the run has been told to stop; interrupt again to leave it to that\nfltsctl: note: the run goes on\n" + again,
				status: 130,
				did:    []string{"terminate r1"},
			},
		},
		{
			"it cannot be terminated",
			watchOptions{Terminate: true},
			[]signalled{{at5, syscall.SIGTERM}, {at6, syscall.SIGTERM}},
			func(context.Context) error { return down },
			played{
				stdout: upToTraining + "RUNNING for 4 s\n",
				stderr: "fltsctl: error: the run cannot be terminated: there was no usable answer\nfltsctl: note: the run goes on\n" + again,
				status: 130,
				did:    []string{"terminate r1"},
			},
		},
		{
			"the server hangs when it is to terminate it",
			watchOptions{Terminate: true},
			[]signalled{{at5, syscall.SIGTERM}, {at6, syscall.SIGTERM}},
			func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			played{
				stdout: upToTraining + "RUNNING for 4 s\n",
				stderr: "fltsctl: note: the run may have been told to stop, or may go on\n" + again,
				status: 130,
				did:    []string{"terminate r1"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := story()
			b.onTerminate = tt.onTerminate
			if b.onTerminate == nil {
				b.onTerminate = func(context.Context) error {
					then := b.Known[0].Then
					canceling, end := then[2], then[3]
					canceling.State = submit.Canceling
					end.Tasks[1].Error = ""
					b.Known[0].Then = append(then[:b.Known[0].asked-1:b.Known[0].asked-1], canceling, end)
					return nil
				}
			}
			require.Equal(t, tt.want, play(t, b, tt.o, nil, tt.signals...))
		})
	}
}

// A run that was told to run again may be told of as it was for a while.
func TestWatchOfARetriedRun(t *testing.T) {
	b := story()
	old := b.Known[0].Then[3]
	b.Known[0].Then = append([]submit.Run{old}, b.Known[0].Then...)
	b.Known[0].Run = old
	got := play(t, b, watchOptions{Restarted: true}, nil)
	require.Equal(t, 1, got.status)
	require.Contains(t, got.stdout, "train        FAILED      3 s         exit code 1\npreprocess   RUNNING     8 s\nRUNNING\n")
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// Nobody reads: there is nothing to stay for.
func TestWatchIntoABrokenPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRunner(process{stdout: brokenPipe{}, stderr: &bytes.Buffer{}, now: time.Now, terminal: func() (int, int, bool) { return 0, 0, false }})
		require.ErrorIs(t, r.watch(t.Context(), story(), "r1", watchOptions{}), syscall.EPIPE)
		require.Equal(t, midnight, time.Now().UTC())
	})
}

func TestTroubleIsSaidOnce(t *testing.T) {
	b := &flaky{board: story()}
	got := playBackend(t, b)
	require.Equal(t, `fltsctl: warning: the server does not tell of the run: connection refused; it is asked again
fltsctl: hint: start it
fltsctl: note: the server tells of the run again
fltsctl: hint: fltsctl runs logs r1 train
`, got)
}

// What the way to the server says while it waits does not spoil the tree.
func TestNoticesAreSaidByTheWatch(t *testing.T) {
	var out, err bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		r := newRunner(process{stdout: &out, stderr: &err, now: time.Now, terminal: func() (int, int, bool) { return 60, 24, true }})
		b := story()
		require.NoError(t, r.watch(t.Context(), &noting{b, r}, "r1", watchOptions{}))
		r.notice("afterwards")
	})
	require.Equal(t, strings.Repeat("fltsctl: note: asked\n", 5)+"fltsctl: hint: fltsctl runs logs r1 train\nfltsctl: note: afterwards\n", err.String())
	require.Contains(t, out.String(), clearDown+wrapOn)
}

// noting is a backend that says that it was asked.
type noting struct {
	*board
	r *runner
}

func (n *noting) Run(ctx context.Context, id string) (submit.Run, error) {
	n.r.notice("asked")
	return n.board.Run(ctx, id)
}

// flaky answers the second and third question with an error.
type flaky struct {
	*board
	n int
}

func (f *flaky) Run(ctx context.Context, id string) (submit.Run, error) {
	if f.n++; f.n == 2 || f.n == 3 {
		return submit.Run{}, &submit.Error{Message: "connection refused", Advice: "start it"}
	}
	return f.board.Run(ctx, id)
}

func playBackend(t *testing.T, b submit.Backend) (stderr string) {
	var out, err bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		r := newRunner(process{stdout: &out, stderr: &err, now: time.Now, terminal: func() (int, int, bool) { return 0, 0, false }})
		require.NoError(t, r.watch(t.Context(), b, "r1", watchOptions{}))
	})
	return err.String()
}

// Which way of showing a run fits.
func TestNewProgress(t *testing.T) {
	for _, tt := range []struct {
		output   string
		terminal bool
		environ  []string
		want     progress
	}{
		{"table", false, nil, &progressLines{}},
		{"table", true, nil, &progressTree{}},
		{"table", true, []string{"TERM=dumb"}, &progressLines{}},
		{"json", true, nil, &progressDocuments{}},
		{"yaml", false, nil, &progressDocuments{}},
	} {
		r := newRunner(process{environ: tt.environ, terminal: func() (int, int, bool) { return 80, 24, tt.terminal }})
		require.IsType(t, tt.want, r.newProgress(tt.output))
	}
	r := newRunner(process{environ: []string{"NO_COLOR=1"}, terminal: func() (int, int, bool) { return 80, 24, true }})
	require.False(t, r.newProgress("table").(*progressTree).colours)
}
