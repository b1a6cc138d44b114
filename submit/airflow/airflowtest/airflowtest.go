// Package airflowtest is one table of calls for every Airflow: the stand-in of the
// tests and real ones. Each call that package airflow makes is in it.
package airflowtest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/airflow"
)

// Open makes a Backend that is logged in at the server with the DAGs of
// testdata/peers/airflow/dags.
type Open func(*testing.T, airflow.Options) *airflow.Backend

// Conform holds a server against the table, and looks at its runs that often.
func Conform(t *testing.T, every time.Duration, open Open) {
	c := conformance{open, every}
	for name, test := range map[string]func(*testing.T){
		"a run that succeeds":        c.succeeds,
		"a run that fails":           c.fails,
		"a task that is retried":     c.retries,
		"a mapped task":              c.maps,
		"a skipped task":             c.joins,
		"a run that is stopped":      c.stopped,
		"a paused DAG":               c.paused,
		"parameters":                 c.typed,
		"values that no form saw":    c.refused,
		"lists":                      c.lists,
		"what is not there":          c.missing,
		"a logical date":             c.dated,
		"a log that is followed":     c.followed,
		"what Airflow does not have": c.unsupported,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

type conformance struct {
	open  Open
	every time.Duration
}

// order is a run of a DAG whose id is of this test alone.
func order(dag, key string, values map[string]any) submit.Order {
	return submit.Order{Target: submit.Target{Pipeline: dag}, Name: key, Values: values}
}

// run submits and waits for the end.
func (c conformance) run(t *testing.T, b submit.Backend, o submit.Order) submit.Run {
	t.Helper()
	receipt, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.False(t, receipt.Existing)
	require.Equal(t, submit.Pending, receipt.Run.State)
	return c.wait(t, b, receipt.Run.ID)
}

// wait waits until a run and all its tasks have ended: Airflow ends a run that was
// stopped before its last task.
func (c conformance) wait(t *testing.T, b submit.Backend, id string) submit.Run {
	t.Helper()
	ended := func(run submit.Run) bool {
		return run.State.Final() && !slices.ContainsFunc(run.Tasks, func(t submit.Task) bool { return !t.State.Final() })
	}
	return c.until(t, b, id, ended)
}

// until asks for a run until it is so. A server that starts its workers again, as
// one of version 2 does, may be away for a moment.
func (c conformance) until(t *testing.T, b submit.Backend, id string, so func(submit.Run) bool) submit.Run {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < 4*time.Minute; time.Sleep(c.every) {
		run, err := b.Run(t.Context(), id)
		if submit.IsKind(err, submit.Unusable) {
			continue
		}
		require.NoError(t, err)
		if so(run) {
			return run
		}
	}
	require.FailNow(t, "the run does not get there", id)
	return submit.Run{}
}

func logs(t *testing.T, b submit.Backend, q submit.LogQuery) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, b.Logs(t.Context(), q, &text))
	require.NotContains(t, text.String(), "::group::")
	return text.String()
}

// outcome is what a test compares of a task.
type outcome struct {
	state  submit.State
	native string
	try    int
}

func outcomes(run submit.Run) map[string]outcome {
	all := map[string]outcome{}
	for _, task := range run.Tasks {
		all[task.ID] = outcome{task.State, task.Native, task.Try}
	}
	return all
}

func (c conformance) succeeds(t *testing.T) {
	b := c.open(t, airflow.Options{})
	o := order("succeeds", "", map[string]any{"name": "flts"})
	o.Key, o.Description = "conform-succeeds", "from a test"
	run := c.run(t, b, o)
	require.Equal(t, "succeeds/flts__key__conform-succeeds", run.ID)
	require.Equal(t, submit.Succeeded, run.State)
	require.Equal(t, "success", run.Native)
	require.Equal(t, "from a test", run.Description)
	require.Equal(t, map[string]any{"name": "flts"}, run.Parameters)
	require.Contains(t, run.URL, "flts__key__conform-succeeds")
	require.False(t, run.Created.IsZero() || run.Started.IsZero() || run.Finished.Before(run.Started))
	require.Equal(t, map[string]outcome{"hello": {submit.Succeeded, "success", 1}}, outcomes(run))
	require.Contains(t, logs(t, b, submit.LogQuery{Run: run.ID, Task: "hello"}), "hello flts\n")

	again, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.True(t, again.Existing)
	require.Equal(t, run.ID, again.Run.ID)

	o.Values = map[string]any{"name": "other", "more": json.Number("1")}
	_, err = b.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Conflict)
	require.ErrorContains(t, err, "with other values of more, name")

	require.ErrorIs(t, b.Retry(t.Context(), run.ID), submit.Conflict)
	require.ErrorIs(t, b.Terminate(t.Context(), run.ID), submit.Conflict)
}

func (c conformance) fails(t *testing.T) {
	b := c.open(t, airflow.Options{})
	run := c.run(t, b, order("fails", "conform-fails", nil))
	want := map[string]outcome{
		"prepare": {submit.Succeeded, "success", 1},
		"breaks":  {submit.Failed, "failed", 1},
		"never":   {submit.Skipped, "upstream_failed", 0},
	}
	require.Equal(t, submit.Failed, run.State)
	require.Equal(t, "task breaks failed", run.Error)
	require.Equal(t, want, outcomes(run))

	text := logs(t, b, submit.LogQuery{Run: run.ID, Task: "breaks"})
	require.Contains(t, text, "reading dataset/elborn.csv\n")
	require.Contains(t, text, "Traceback (most recent call last):\n")
	require.Regexp(t, `(?m)^RuntimeError: .+$`, text)
	require.Regexp(t, `RuntimeError: .+\n`, logs(t, b, submit.LogQuery{Run: run.ID, Task: "breaks", Tail: 8}))
	require.Contains(t, logs(t, b, submit.LogQuery{Run: run.ID}), "breaks: RuntimeError: ")
	var none strings.Builder
	err := b.Logs(t.Context(), submit.LogQuery{Run: run.ID, Task: "never"}, &none)
	require.EqualError(t, err, "task never has no log: it has not run (upstream_failed)")

	require.NoError(t, b.Retry(t.Context(), run.ID))
	want["breaks"] = outcome{submit.Failed, "failed", 2}
	again := c.until(t, b, run.ID, func(run submit.Run) bool {
		return run.State == submit.Failed && outcomes(run)["breaks"].try == 2 && outcomes(run)["never"].state.Final()
	})
	require.Equal(t, want, outcomes(again))
}

func (c conformance) retries(t *testing.T) {
	b := c.open(t, airflow.Options{})
	run := c.run(t, b, order("retries", "conform-retries", nil))
	require.Equal(t, map[string]outcome{"flaky": {submit.Succeeded, "success", 2}}, outcomes(run))
	require.Contains(t, logs(t, b, submit.LogQuery{Run: run.ID, Task: "flaky", Try: 1}), "attempt 1\n")
	require.Contains(t, logs(t, b, submit.LogQuery{Run: run.ID, Task: "flaky"}), "attempt 2\n")
}

func (c conformance) maps(t *testing.T) {
	b := c.open(t, airflow.Options{})
	run := c.run(t, b, order("maps", "conform-maps", map[string]any{"bad": json.Number("1")}))
	require.Equal(t, map[string]outcome{
		"shard[0]": {submit.Succeeded, "success", 1},
		"shard[1]": {submit.Failed, "failed", 1},
		"shard[2]": {submit.Succeeded, "success", 1},
		"collect":  {submit.Skipped, "upstream_failed", 0},
	}, outcomes(run))
	require.Equal(t, "task shard[1] failed", run.Error)
	for _, task := range run.Tasks {
		if strings.HasPrefix(task.ID, "shard") {
			require.Equal(t, task.ID, task.Label())
		}
	}
	require.Contains(t, logs(t, b, submit.LogQuery{Run: run.ID, Task: "shard[2]"}), "shard 2\n")
	all := logs(t, b, submit.LogQuery{Run: run.ID, Task: "shard"})
	require.Regexp(t, `(?m)^shard\[0\]: .*shard 0$`, all)
	require.Regexp(t, `(?m)^shard\[2\]: .*shard 2$`, all)
}

func (c conformance) joins(t *testing.T) {
	b := c.open(t, airflow.Options{})
	run := c.run(t, b, order("joins", "conform-joins", nil))
	require.Equal(t, submit.Succeeded, run.State)
	require.Equal(t, map[string]outcome{
		"extract":  {submit.Succeeded, "success", 1},
		"train":    {submit.Succeeded, "success", 1},
		"evaluate": {submit.Skipped, "skipped", 1},
		"report":   {submit.Succeeded, "success", 1},
	}, outcomes(run))
	require.Equal(t, "extract", run.Tasks[0].ID)
	require.Equal(t, "report", run.Tasks[3].ID)
}

func (c conformance) stopped(t *testing.T) {
	b := c.open(t, airflow.Options{})
	receipt, err := b.Submit(t.Context(), order("slow", "conform-stopped", nil))
	require.NoError(t, err)
	id := receipt.Run.ID
	c.until(t, b, id, func(run submit.Run) bool { return outcomes(run)["sleeps"].state == submit.Running })
	require.Eventually(t, func() bool {
		var text strings.Builder
		err := b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "sleeps"}, &text)
		return err == nil && strings.Contains(text.String(), "sleeping for 60 seconds\n")
	}, time.Minute, c.every)
	require.NoError(t, b.Terminate(t.Context(), id))
	run := c.wait(t, b, id)
	require.Equal(t, submit.Failed, run.State)
	require.Equal(t, map[string]outcome{"sleeps": {submit.Failed, "failed", 1}, "wakes": {submit.Skipped, "skipped", 0}}, outcomes(run))
	require.ErrorIs(t, b.Terminate(t.Context(), id), submit.Conflict)
}

func (c conformance) paused(t *testing.T) {
	b := c.open(t, airflow.Options{})
	o := order("paused", "conform-paused", nil)
	_, err := b.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Conflict)
	require.EqualError(t, err, "DAG paused is paused: a run of it would stay queued for ever")
	o.Unpause = true
	requests, err := b.Draft(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, requests, 2)
	run := c.run(t, b, o)
	require.Equal(t, submit.Succeeded, run.State)
}

func (c conformance) typed(t *testing.T) {
	b := c.open(t, airflow.Options{})
	f, err := b.Form(t.Context(), submit.Target{Pipeline: "typed"})
	require.NoError(t, err)
	require.Regexp(t, `^DAG typed \(Airflow [23]\.[0-9]+\.[0-9]+\)$`, f.Title())
	number := func(text string) json.Number { return json.Number(text) }
	require.Equal(t, []form.Parameter{
		{Name: "augment", Type: "boolean", Default: false, HasDefault: true},
		{Name: "batch_size", Type: "integer", Description: "Rows in a batch.", Default: number("32"), HasDefault: true},
		{Name: "dataset", Default: "ElBorn", HasDefault: true},
		{Name: "identifier", Type: "string", Description: "Has no default, so it must be given.", Required: true},
		{Name: "labels", Type: "object", Default: map[string]any{"team": "radio"}, HasDefault: true},
		{Name: "layers", Type: "array", Default: []any{number("64"), number("32")}, HasDefault: true},
		{Name: "optimizer", Type: "string", Description: "Optimizer", Default: "adam", HasDefault: true, Choices: []any{"adam", "sgd"}},
		{Name: "rate", Type: "number", Default: number("0.1"), HasDefault: true},
		{Name: "seed", Type: "null|integer", HasDefault: true},
		{Name: "until", Type: "string", Default: "2026-01-02T03:04:05+00:00", HasDefault: true},
	}, f.Parameters())

	values, problems := f.Read([]form.Given{
		{Name: "identifier", Text: "123", Origin: "--identifier"},
		{Name: "batch-size", Text: "64", Origin: "--batch-size"},
		{Name: "layers", Text: "[1, 2]", Origin: "--layers"},
		{Name: "seed", Text: "7", Origin: "--seed"},
		{Name: "until", Text: "2026-02-03T04:05:06Z", Origin: "--until"},
	})
	require.Empty(t, problems)
	run := c.run(t, b, submit.Order{Target: submit.Target{Pipeline: "typed"}, Form: f, Values: values, Name: "conform-typed"})
	require.Equal(t, submit.Succeeded, run.State)
	require.Equal(t, values, run.Parameters)
	text := logs(t, b, submit.LogQuery{Run: run.ID})
	require.Regexp(t, `"?'?identifier'?"?: ?['"]123['"]`, text)
	require.Regexp(t, `"?'?batch_size'?"?: ?64`, text)
}

// refused: the server judges too, and is told which parameter it was about.
func (c conformance) refused(t *testing.T) {
	b := c.open(t, airflow.Options{})
	o := order("typed", "conform-refused", map[string]any{"identifier": "a", "batch_size": "a secret text"})
	_, err := b.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Invalid)
	require.EqualError(t, err, "Airflow refuses the value of the parameter batch_size (400)")
	for _, id := range []string{"has space", "a/b", "scheduled__x", strings.Repeat("x", 251)} {
		_, err := b.Submit(t.Context(), order("succeeds", id, nil))
		require.ErrorIs(t, err, submit.Invalid, id)
	}
}

func (c conformance) lists(t *testing.T) {
	b := c.open(t, airflow.Options{})
	for _, id := range []string{"conform-list-1", "conform-list-2"} {
		c.run(t, b, order("succeeds", id, nil))
	}
	q := submit.Query{Pipeline: "succeeds", Limit: 1, State: submit.Succeeded}
	var names []string
	for range 20 {
		page, err := b.Runs(t.Context(), q)
		require.NoError(t, err)
		require.GreaterOrEqual(t, page.Total, 2)
		for _, run := range page.Runs {
			require.Equal(t, submit.Succeeded, run.State)
			require.Equal(t, "succeeds", run.Pipeline)
			names = append(names, run.Name)
		}
		if q.Page = page.Next; q.Page == "" {
			break
		}
	}
	first, second := strings.Index(strings.Join(names, " "), "conform-list-1"), strings.Index(strings.Join(names, " "), "conform-list-2")
	require.True(t, second >= 0 && second < first, "the newest first: %v", names)

	all, err := b.Runs(t.Context(), submit.Query{Limit: 1000})
	require.NoError(t, err)
	require.NotEmpty(t, all.Runs)
	_, err = b.Runs(t.Context(), submit.Query{State: submit.Canceled})
	require.ErrorIs(t, err, submit.Invalid)

	found, err := submit.Find(t.Context(), b, "conform-list-2", "")
	require.NoError(t, err)
	require.Equal(t, "succeeds/conform-list-2", found.ID)
	of, err := c.open(t, airflow.Options{DAG: "succeeds"}).Run(t.Context(), "conform-list-2")
	require.NoError(t, err)
	require.Equal(t, found, of)
}

func (c conformance) missing(t *testing.T) {
	b := c.open(t, airflow.Options{})
	advice := func(err error) string {
		var e *submit.Error
		require.ErrorAs(t, err, &e)
		return e.Advice
	}
	for _, id := range []string{"sucedes", "wrapt"} {
		_, err := b.Form(t.Context(), submit.Target{Pipeline: id})
		require.ErrorIs(t, err, submit.NotFound)
		require.EqualError(t, err, "Airflow has no DAG "+id)
	}
	_, err := b.Form(t.Context(), submit.Target{Pipeline: "suceeds"})
	require.Equal(t, "did you mean succeeds?", advice(err))
	_, err = b.Runs(t.Context(), submit.Query{Pipeline: "suceeds"})
	require.ErrorIs(t, err, submit.NotFound)
	_, err = b.Run(t.Context(), "succeeds/nonsense")
	require.ErrorIs(t, err, submit.NotFound)
	require.EqualError(t, err, "DAG succeeds has no run nonsense")
	require.ErrorIs(t, b.Terminate(t.Context(), "succeeds/nonsense"), submit.NotFound)
	require.ErrorIs(t, b.Retry(t.Context(), "succeeds/nonsense"), submit.NotFound)
	require.ErrorIs(t, b.Logs(t.Context(), submit.LogQuery{Run: "succeeds/nonsense"}, &strings.Builder{}), submit.NotFound)
	_, err = b.Submit(t.Context(), order("suceeds", "conform-missing", nil))
	require.ErrorIs(t, err, submit.NotFound)
}

func (c conformance) dated(t *testing.T) {
	b := c.open(t, airflow.Options{})
	o := order("succeeds", "conform-dated", nil)
	o.LogicalDate = time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	c.run(t, b, o)
	again, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.True(t, again.Existing)
	o.Name = "conform-dated-2"
	_, err = b.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Conflict)
	require.EqualError(t, err, "DAG succeeds has a run with the logical date 2026-01-02T02:04:05Z already")
}

// followed: a log is followed from before its task has begun, over a try that
// fails, to the end.
func (c conformance) followed(t *testing.T) {
	b := c.open(t, airflow.Options{Pause: 300 * time.Millisecond})
	receipt, err := b.Submit(t.Context(), order("retries", "conform-followed", nil))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	var text strings.Builder
	require.NoError(t, b.Logs(ctx, submit.LogQuery{Run: receipt.Run.ID, Task: "flaky", Follow: true}, &text))
	require.Contains(t, text.String(), "attempt 2\n")
	require.Equal(t, 1, strings.Count(text.String(), "attempt 2\n"))
	if strings.Contains(text.String(), "attempt 1\n") { // the first try may have been over
		require.Contains(t, text.String(), "--- try 2\n")
		require.Equal(t, 1, strings.Count(text.String(), "attempt 1\n"))
	}
}

func (c conformance) unsupported(t *testing.T) {
	b := c.open(t, airflow.Options{})
	require.Equal(t, airflow.Kind, b.Kind())
	require.ErrorIs(t, b.Archive(t.Context(), "succeeds/x"), submit.Unsupported)
	page, err := b.Runs(t.Context(), submit.Query{Archived: true})
	require.NoError(t, err)
	require.Empty(t, page)
}
