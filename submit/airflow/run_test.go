package airflow_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
)

// begin starts a run of a DAG and lets so many moments pass.
func begin(t *testing.T, s *fakeairflow.Server, b *airflow.Backend, dag string, moments int) string {
	t.Helper()
	receipt, err := b.Submit(t.Context(), submit.Order{Target: target(dag), Name: "r"})
	require.NoError(t, err)
	s.Advance(moments)
	return receipt.Run.ID
}

// A poll of a watch costs two requests up to a hundred tasks, and one more for each
// hundred behind that; no task is lost at the edge of a page.
func TestAPollCostsTwoRequests(t *testing.T) {
	for tasks, want := range map[int]int{1: 2, 100: 2, 101: 3, 250: 4} {
		for _, version := range versions {
			s, url := start(t, fakeairflow.Options{Version: version}, fakeairflow.DAG{ID: "d", Tasks: []fakeairflow.Task{{ID: "many", Mapped: tasks}}})
			b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
			id := begin(t, s, b, "d", 0)
			before := len(s.Calls())
			run, err := b.Run(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, want, len(s.Calls())-before)
			seen := map[string]bool{}
			for _, task := range run.Tasks {
				seen[task.ID] = true
			}
			require.Len(t, seen, tasks)
		}
	}
}

// A glance costs one request, and two have seen everything; of a run that has ended
// one sees all.
func TestAGlanceCostsOneRequest(t *testing.T) {
	for _, version := range versions {
		s, url := start(t, fakeairflow.Options{Version: version}, fakeairflow.DAG{ID: "d", Tasks: []fakeairflow.Task{{ID: "one"}, {ID: "two"}}})
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		known, err := b.Run(t.Context(), begin(t, s, b, "d", 0))
		require.NoError(t, err)
		for !known.State.Final() {
			s.Advance(1)
			for range 2 {
				before := len(s.Calls())
				known, err = b.Glance(t.Context(), known)
				require.NoError(t, err)
				if known.State.Final() {
					break
				}
				require.Len(t, s.Calls(), before+1)
			}
			now, err := b.Run(t.Context(), known.ID)
			require.NoError(t, err)
			require.Equal(t, now, known)
		}
	}
}

// Every state that Airflow has is one of ours.
func TestStates(t *testing.T) {
	s, url := start(t, fakeairflow.Options{}, one)
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
	id := begin(t, s, b, "one", 0)
	for word, want := range map[string]submit.State{
		"": submit.Pending, "none": submit.Pending, "scheduled": submit.Pending, "queued": submit.Pending,
		"up_for_retry": submit.Pending, "up_for_reschedule": submit.Pending,
		"running": submit.Running, "restarting": submit.Running, "deferred": submit.Running, "shutdown": submit.Canceling,
		"success": submit.Succeeded, "failed": submit.Failed, "skipped": submit.Skipped, "upstream_failed": submit.Skipped,
		"removed": submit.Skipped, "a_new_one": submit.Unknown,
	} {
		s.SetState("one", "r", "only", -1, word)
		run, err := b.Run(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, want, run.Tasks[0].State, word)
		require.Equal(t, word, run.Tasks[0].Native)
	}
}

// Task groups are seen by the ids of their tasks, and are as their tasks are.
func TestTaskGroups(t *testing.T) {
	s, url := start(t, fakeairflow.Options{}, fakeairflow.DAG{ID: "d", Tasks: []fakeairflow.Task{
		{ID: "load"},
		{ID: "train.prepare", After: []string{"load"}},
		{ID: "train.fold.fit", Mapped: 2, After: []string{"train.prepare"}, For: 3},
		{ID: "train.fold.score", After: []string{"train.fold.fit"}, Ends: func(map[string]any, int, int) string { return "failed" }},
	}})
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
	id := begin(t, s, b, "d", 0)
	tree := func() string {
		run, err := b.Run(t.Context(), id)
		require.NoError(t, err)
		var text strings.Builder
		for _, n := range submit.Tree(run.Tasks) {
			fmt.Fprintf(&text, "%s%s %s\n", strings.Repeat("  ", n.Depth), n.Task.Label(), n.Task.State)
		}
		return text.String()
	}
	require.Equal(t, "load PENDING\ntrain PENDING\n  fold PENDING\n    fit[0] PENDING\n    fit[1] PENDING\n    score PENDING\n  prepare PENDING\n", tree())
	s.Advance(12)
	require.Equal(t, "load SUCCEEDED\ntrain RUNNING\n  prepare SUCCEEDED\n  fold RUNNING\n    fit[0] RUNNING\n    fit[1] RUNNING\n    score PENDING\n", tree())
	s.Advance(20)
	require.Equal(t, "load SUCCEEDED\ntrain FAILED\n  prepare SUCCEEDED\n  fold FAILED\n    fit[0] SUCCEEDED\n    fit[1] SUCCEEDED\n    score FAILED\n", tree())
	run, err := b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "task train.fold.score failed", run.Error)
}

// Where people look at a run.
func TestPages(t *testing.T) {
	for version, want := range map[string]string{
		"2.11.2": "/ml/dags/one/grid?dag_run_id=a%2Bb%3Ac",
		"3.3.2":  "/ml/dags/one/runs/a+b:c",
	} {
		_, url := start(t, fakeairflow.Options{Version: version, Prefix: "/ml"}, one)
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		receipt, err := b.Submit(t.Context(), submit.Order{Target: target("one"), Name: "a+b:c"})
		require.NoError(t, err)
		require.Equal(t, strings.TrimSuffix(url, "/ml")+want, receipt.Run.URL)
		run, err := b.Run(t.Context(), receipt.Run.ID)
		require.NoError(t, err)
		require.Equal(t, receipt.Run.URL, run.URL)
	}
}

// A run that was stopped before any of its tasks failed says so.
func TestAFailureWithoutAFailedTask(t *testing.T) {
	s, url := start(t, fakeairflow.Options{}, one)
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
	id := begin(t, s, b, "one", 0)
	require.NoError(t, b.Terminate(t.Context(), id))
	run, err := b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, submit.Failed, run.State)
	require.Equal(t, "no task of it has failed: it was stopped, or its time was over", run.Error)
}

// An id without its DAG says nothing, and Find looks for it by its name.
func TestAnIDWithoutItsDAG(t *testing.T) {
	s, url := start(t, fakeairflow.Options{}, one)
	b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
	begin(t, s, b, "one", 0)
	_, err := b.Run(t.Context(), "r")
	require.ErrorIs(t, err, submit.NotFound)
	require.EqualError(t, err, "r does not say of which DAG the run is")
	run, err := submit.Find(t.Context(), b, "r", "")
	require.NoError(t, err)
	require.Equal(t, "one/r", run.ID)
}

// What is cleared with nothing failed is not said to be retried, and a run that has
// ended is not made a failure.
func TestWhatIsNotChanged(t *testing.T) {
	for _, version := range versions {
		s, url := start(t, fakeairflow.Options{Version: version}, one)
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		id := begin(t, s, b, "one", 10)
		require.EqualError(t, b.Retry(t.Context(), id), "no task of run one/r has failed: it is success")
		before := len(s.Calls())
		require.EqualError(t, b.Terminate(t.Context(), id), "run one/r has ended already: success")
		for _, c := range s.Calls()[before:] {
			require.Equal(t, http.MethodGet, c.Method)
		}
	}
}
