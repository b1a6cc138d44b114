package airflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
)

// talks is a DAG whose task says a line in each moment that it runs.
var talks = fakeairflow.DAG{ID: "talks", Tasks: []fakeairflow.Task{{
	ID: "talk", For: 6, Retries: 1,
	Says: func(_ map[string]any, _, try int) []string {
		var lines []string
		for n := range 6 {
			lines = append(lines, fmt.Sprintf("try %d says \"it's\" %d", try, n))
		}
		return lines
	},
	Ends: func(_ map[string]any, _, try int) string {
		if try == 1 {
			return "failed"
		}
		return "success"
	},
}}}

// said is a log without times, levels and traces.
func said(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if i := strings.LastIndex(line, " - "); i >= 0 {
			line = line[i+3:]
		}
		if strings.HasPrefix(line, "try ") || strings.HasPrefix(line, "---") {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestALogIsFollowedOverItsTries(t *testing.T) {
	var want []string
	for try := 1; try <= 2; try++ {
		if try == 2 {
			want = append(want, "--- try 2")
		}
		for n := range 6 {
			want = append(want, fmt.Sprintf("try %d says \"it's\" %d", try, n))
		}
	}
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			s, url := start(t, fakeairflow.Options{Version: version, Step: 25 * time.Millisecond}, talks)
			b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{Pause: 5 * time.Millisecond})
			id := begin(t, s, b, "talks", 0)
			var text strings.Builder
			require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Follow: true, Task: "talk"}, &text))
			require.Equal(t, want, said(text.String()))
			require.NotContains(t, text.String(), "::group::")
			require.Contains(t, text.String(), "RuntimeError: it was told to fail\n")

			// All of it at once is the same, and its end is the end of it.
			var whole, end strings.Builder
			require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "talk"}, &whole))
			require.Equal(t, want[7:], said(whole.String()))
			require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Tail: 2}, &end))
			lines := strings.SplitAfter(whole.String(), "\n")
			require.Equal(t, "talk: "+lines[len(lines)-3]+"talk: "+lines[len(lines)-2], end.String())
		})
	}
}

// TestTailThenFollow: the end of what there is, and from then on all.
func TestTailThenFollow(t *testing.T) {
	s, url := start(t, fakeairflow.Options{}, talks)
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{Pause: time.Millisecond})
	id := begin(t, s, b, "talks", 7)
	text := &waiter{until: 2, then: func() { s.Advance(100) }}
	require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Follow: true, Task: "talk", Tail: 2, Try: 1}, text))
	require.Equal(t, []string{`try 1 says "it's" 2`, `try 1 says "it's" 3`, `try 1 says "it's" 4`, `try 1 says "it's" 5`}, said(text.text.String()))
}

// waiter does something when so many lines have been written to it.
type waiter struct {
	text  strings.Builder
	until int
	then  func()
}

func (w *waiter) Write(p []byte) (int, error) {
	n, err := w.text.Write(p)
	if w.then != nil && strings.Count(w.text.String(), "\n") >= w.until {
		w.then()
		w.then = nil
	}
	return n, err
}

// Whoever follows a log asks no more often than he may.
func TestAFollowerAsksOnceAPause(t *testing.T) {
	s, url := start(t, fakeairflow.Options{}, talks)
	const pause = 50 * time.Millisecond
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{Pause: pause})
	id := begin(t, s, b, "talks", 5)
	before := len(s.Calls())
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*pause, errors.New("enough"))
	defer cancel()
	require.EqualError(t, b.Logs(ctx, submit.LogQuery{Run: id, Follow: true}, &strings.Builder{}), "enough")
	asked := len(s.Calls()) - before
	require.LessOrEqual(t, asked, 20+3, "the tasks, and the log up to its end, are read at once")
	require.Greater(t, asked, 5)
}

// A run that ends before its tasks do is not followed for ever.
func TestAFollowedRunThatIsStopped(t *testing.T) {
	s, url := start(t, fakeairflow.Options{}, talks)
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{Pause: time.Millisecond})
	id := begin(t, s, b, "talks", 5)
	require.NoError(t, b.Terminate(t.Context(), id))
	s.SetState("talks", "r", "talk", -1, "") // as tasks are that nobody saw to
	require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Follow: true}, &strings.Builder{}))
}

func TestTasksThatAreNotMeant(t *testing.T) {
	for _, version := range versions {
		s, url := start(t, fakeairflow.Options{Version: version})
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		id := begin(t, s, b, "maps", 10)
		for q, want := range map[submit.LogQuery]string{
			{Task: "shart"}:              "run maps/r has no task shart",
			{Task: "shard[7]"}:           "run maps/r has no task shard[7]",
			{Task: "shard[1]", Try: 4}:   "task shard[1] has no log of try 4",
			{Run: "maps/x", Task: "any"}: "DAG maps has no run x",
		} {
			if q.Run == "" {
				q.Run = id
			}
			if q.Try == 4 && version == "2.11.2" {
				continue // it has a log of every try, with nothing in it
			}
			err := b.Logs(t.Context(), q, &strings.Builder{})
			require.ErrorIs(t, err, submit.NotFound)
			require.EqualError(t, err, want)
		}
	}
}

// A write that fails ends the reading.
func TestAReaderThatGoesAway(t *testing.T) {
	s, url := start(t, fakeairflow.Options{}, talks)
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
	id := begin(t, s, b, "talks", 8)
	require.ErrorIs(t, b.Logs(t.Context(), submit.LogQuery{Run: id}, broken{}), errBroken)
	require.ErrorIs(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Tail: 1}, broken{}), errBroken)
}

var errBroken = errors.New("nobody reads this")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
