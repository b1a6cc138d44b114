package kfp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/submit"
)

// started submits an order and returns the run's id.
func started(t *testing.T, b *Backend, o submit.Order) string {
	t.Helper()
	got, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	return got.Run.ID
}

// nodes are what the compiled workflow of train has, while train is running.
func nodes() []fakekfp.Task {
	done := func(name string, children ...string) fakekfp.Task {
		return fakekfp.Task{Name: name, State: "SUCCEEDED", Started: noon, Finished: noon.Add(time.Minute), Children: children}
	}
	running := func(name string, children ...string) fakekfp.Task {
		return fakekfp.Task{Name: name, State: "RUNNING", Started: noon.Add(time.Minute), Children: children}
	}
	return []fakekfp.Task{
		running("flts-train-x7k2p", "flts-train-x7k2p-1"),
		done("root-driver", "flts-train-x7k2p-2"),
		running("root", "flts-train-x7k2p-3"),
		done("preprocess-driver", "flts-train-x7k2p-4"),
		done("preprocess", "flts-train-x7k2p-5"),
		done("executor", "flts-train-x7k2p-6"),
		done("fit-driver", "flts-train-x7k2p-7"),
		running("fit", "flts-train-x7k2p-8"),
		done("train-driver", "flts-train-x7k2p-9"),
		running("train", "flts-train-x7k2p-10"),
		{Name: "executor", State: "PENDING"},
	}
}

func TestRun(t *testing.T) {
	for _, v := range versions {
		for _, stored := range []bool{false, true} {
			t.Run(v, func(t *testing.T) {
				b, fake := serve(t, fakekfp.Options{Version: v}, Options{})
				o := order(t)
				o.Experiment, o.Upload = "flts", stored
				receipt, err := b.Submit(t.Context(), o)
				require.NoError(t, err)
				id := receipt.Run.ID

				pending, err := b.Run(t.Context(), id)
				require.NoError(t, err)
				require.Empty(t, pending.Tasks)
				require.Equal(t, submit.Pending, pending.State)
				require.Zero(t, pending.Started)
				require.Zero(t, pending.Finished)

				require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
				got, err := b.Run(t.Context(), id)
				require.NoError(t, err)
				task := func(name string) submit.Task {
					for _, task := range got.Tasks {
						if task.Name == name {
							return task
						}
					}
					return submit.Task{}
				}
				want := receipt.Run
				want.State, want.Native, want.Started = submit.Running, "RUNNING", noon
				want.Images = map[string]string{"exec-preprocess": "flts/preprocess:1", "exec-train": "flts/train:1"}
				want.Tasks = []submit.Task{
					{ID: task("preprocess").ID, Name: "preprocess", State: submit.Succeeded, Native: "SUCCEEDED", Started: noon, Finished: noon.Add(time.Minute), MapIndex: -1, Pod: "flts-train-x7k2p-5"},
					{ID: task("fit").ID, Name: "fit", State: submit.Running, Native: "RUNNING", Started: noon.Add(time.Minute), MapIndex: -1, Group: true},
					{ID: task("train").ID, Name: "train", Parent: task("fit").ID, State: submit.Running, Native: "RUNNING", Started: noon.Add(time.Minute), MapIndex: -1, Pod: "flts-train-x7k2p-10"},
				}
				require.Equal(t, want, got)
			})
		}
	}
}

func TestTerminatedRunEndsFailed(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	id := started(t, b, order(t))
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING"}))
	require.NoError(t, b.Terminate(t.Context(), id))
	require.NoError(t, b.Terminate(t.Context(), id), "it is being terminated already")
	got, err := b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, submit.Canceling, got.State)
	require.False(t, got.State.Final())

	require.NoError(t, fake.Report(id, fakekfp.Report{State: "FAILED", Error: "Stopped with strategy 'Terminate'", Tasks: []fakekfp.Task{
		{Name: "preprocess", State: "FAILED", Started: noon, Finished: noon, Error: "InternalServerError: OOMKilled\n(exit code 137)"},
		{Name: "fit"},
	}}))
	got, err = b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, submit.Failed, got.State)
	require.Equal(t, "FAILED", got.Native)
	require.Equal(t, "Stopped with strategy 'Terminate'", got.Error)
	require.Equal(t, noon, got.Finished)
	require.Equal(t, "OOMKilled (exit code 137)", got.Tasks[0].Error)
	require.Equal(t, submit.Skipped, got.Tasks[1].State, "Argo left it out")
	require.Zero(t, got.Tasks[1].Started)
}

func TestActionsByState(t *testing.T) {
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			b, fake := serve(t, fakekfp.Options{Version: v}, Options{})
			id := started(t, b, order(t))
			fails := func(err error, kind submit.Kind, message string) {
				t.Helper()
				require.ErrorIs(t, err, kind)
				require.EqualError(t, err, message)
			}
			fails(b.Retry(t.Context(), id), submit.Conflict, "run "+id+" has not ended: PENDING")
			require.NoError(t, fake.Report(id, fakekfp.Report{State: "SUCCEEDED"}))
			fails(b.Retry(t.Context(), id), submit.Conflict, "run "+id+" did not fail: SUCCEEDED")
			fails(b.Terminate(t.Context(), id), submit.Conflict, "run "+id+" has ended already: SUCCEEDED")
			require.NoError(t, b.Archive(t.Context(), id))
			require.NoError(t, b.Archive(t.Context(), id))

			failed := started(t, b, order(t))
			require.NoError(t, fake.Report(failed, fakekfp.Report{State: "FAILED"}))
			require.NoError(t, b.Retry(t.Context(), failed))
			got, err := b.Run(t.Context(), failed)
			require.NoError(t, err)
			require.Equal(t, submit.Running, got.State)
			require.Zero(t, got.Finished)

			for _, do := range []func() error{
				func() error { return b.Terminate(t.Context(), "nope") },
				func() error { return b.Retry(t.Context(), "nope") },
				func() error { return b.Archive(t.Context(), "nope") },
				func() error { _, err := b.Run(t.Context(), "nope"); return err },
			} {
				fails(do(), submit.NotFound, "no run nope on the server")
			}
			for _, id := range []string{"", "..", "a/b", "x?y", "a:b", "r:terminate", "ü", "x\x00"} {
				_, err := b.Run(t.Context(), id)
				require.ErrorIs(t, err, submit.Invalid)
			}
		})
	}
}

// The server knows the state of a run before its agent has told it of the workflow.
func TestRetryBeforeTheWorkflowIsKnown(t *testing.T) {
	manifest := &fakekfp.Fault{Status: 409, Body: `{"code":10,"message":"Failed to retry a run: BadRequestError: Failed to retry run x due to error fetching workflow manifest: Invalid input error: Workflow manifest cannot be empty"}`}
	broken := false
	b, fake := serve(t, fakekfp.Options{Fault: func(c fakekfp.Call) *fakekfp.Fault {
		if broken && c.Method == "POST" {
			return manifest
		}
		return nil
	}}, Options{})
	id := started(t, b, order(t))
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "FAILED"}))
	broken = true
	err := b.Retry(t.Context(), id)
	require.ErrorIs(t, err, submit.Conflict)
	require.EqualError(t, err, "cannot retry run "+id+": Workflow manifest cannot be empty")
	require.Equal(t, "KFP has not heard of the run's workflow yet; wait until a task of it has started, then retry", err.(*submit.Error).Hint())
}

func TestRuns(t *testing.T) {
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			now := noon
			b, fake := serve(t, fakekfp.Options{Version: v, Now: func() time.Time { now = now.Add(time.Second); return now }}, Options{})
			o := order(t)
			var ids []string
			submitAs := func(name, experiment string, upload bool) {
				o.Name, o.Experiment, o.Upload = name, experiment, upload
				ids = append([]string{started(t, b, o)}, ids...)
			}
			submitAs("a", "one", false)
			submitAs("b", "two", true)
			o.Target = file(t, `{"pipelineInfo":{"name":"other"},"schemaVersion":"2.1.0","root":{"dag":{"tasks":{}},"inputDefinitions":{"parameters":{"dataset":{"parameterType":"STRING"}}}}}`)
			submitAs("c", "one", false)
			submitAs("d", "two", false)
			o.Target = file(t, train)
			submitAs("e", "one", true)
			require.NoError(t, b.Archive(t.Context(), ids[4]))
			require.NoError(t, fake.Report(ids[1], fakekfp.Report{State: "FAILED"}))

			list := func(q submit.Query) (names string, pages int, total int) {
				t.Helper()
				for {
					got, err := b.Runs(t.Context(), q)
					require.NoError(t, err)
					pages++
					for _, r := range got.Runs {
						names += r.Name
						require.NotEmpty(t, r.Pipeline)
						require.NotEmpty(t, r.Experiment)
					}
					if q.Page = got.Next; q.Page == "" {
						return names, pages, got.Total
					}
				}
			}
			for name, tc := range map[string]struct {
				q     submit.Query
				names string
				pages int
				total int
			}{
				"all":                   {submit.Query{}, "edcb", 1, 4},
				"pages":                 {submit.Query{Limit: 3}, "edcb", 2, 4},
				"pages of one":          {submit.Query{Limit: 1}, "edcb", 4, 4},
				"archived":              {submit.Query{Archived: true}, "a", 1, 1},
				"state":                 {submit.Query{State: submit.Failed}, "d", 1, 1},
				"no such state":         {submit.Query{State: submit.Paused}, "", 1, 0},
				"experiment":            {submit.Query{Experiment: "two", Limit: 1}, "db", 2, 2},
				"pipeline":              {submit.Query{Pipeline: "flts-train"}, "eb", 1, -1},
				"pipeline and pages":    {submit.Query{Pipeline: "flts-train", Limit: 1}, "eb", 2, -1},
				"pipeline with archive": {submit.Query{Pipeline: "flts-train", Archived: true}, "a", 1, -1},
				"other pipeline":        {submit.Query{Pipeline: "other", Limit: 1}, "dc", 2, -1},
			} {
				t.Run(name, func(t *testing.T) {
					names, pages, total := list(tc.q)
					require.Equal(t, []any{tc.names, tc.total}, []any{names, total})
					require.LessOrEqual(t, pages, tc.pages+1, "a last page may be empty where the server cannot choose")
				})
			}
			// The next page may be of another length.
			names, _, _ := list(submit.Query{Limit: 1, Page: writeToken("", 2)})
			require.Equal(t, "cb", names)
			whole, err := b.Runs(t.Context(), submit.Query{Pipeline: "flts-train", Limit: 1})
			require.NoError(t, err)
			for _, limit := range []int{1, 2, 100} {
				names, _, _ = list(submit.Query{Pipeline: "flts-train", Limit: limit, Page: whole.Next})
				require.Equal(t, "b", names)
			}
			before := count(fake, "GET /apis/v2beta1/runs?")
			names, _, _ = list(submit.Query{Pipeline: "no such", Limit: 1})
			require.Empty(t, names)
			require.Equal(t, 1, count(fake, "GET /apis/v2beta1/runs?")-before, "to look through many is not done one by one")

			_, err = b.Runs(t.Context(), submit.Query{Experiment: "three"})
			require.ErrorIs(t, err, submit.NotFound)
			for _, page := range []string{"x", "x.y", "-1.x", "0.x"} {
				_, err = b.Runs(t.Context(), submit.Query{Page: page})
				require.ErrorIs(t, err, submit.Invalid, page)
			}
		})
	}
}
