package checklist_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

// finds returns a check's function that always finds the same.
func finds(f checklist.Finding) func(context.Context) checklist.Finding {
	return func(context.Context) checklist.Finding { return f }
}

var (
	pass    = checklist.Finding{State: checklist.Pass, Detail: "fine"}
	fail    = checklist.Finding{State: checklist.Fail, Code: "FLTS-T01", Detail: "refused"}
	refused = checklist.Finding{State: checklist.Fail, Code: "FLTS-A01", Detail: "who?", Refused: true}
	warn    = checklist.Finding{State: checklist.Warn, Detail: "slow"}
	unknown = checklist.Finding{State: checklist.Unknown, Detail: "no tool"}
	notHere = checklist.Finding{State: checklist.Skip, Detail: "not applicable here"}
)

func check(id string, f checklist.Finding, needs ...string) checklist.Check {
	return checklist.Check{ID: id, Target: "t", Title: "title of " + id, Needs: needs, Run: finds(f)}
}

func advisory(c checklist.Check) checklist.Check {
	c.Advisory = true
	return c
}

func skipped(c checklist.Check) checklist.Check {
	c.Skip = "skipped by --skip a"
	return c
}

// says is what a test compares of a result.
type says struct {
	ID, Detail string
	State      checklist.State
	Failed     bool
	Because    string
}

func said(v checklist.Verdict) []says {
	var all []says
	for _, r := range v.Results {
		all = append(all, says{r.ID, r.Detail, r.State, r.Failed, r.Because})
	}
	return all
}

func TestWhatNeedsAFailureIsSkippedWithTheReason(t *testing.T) {
	v := checklist.Runner{}.Run(t.Context(), []checklist.Check{
		check("late", pass, "skipped", "bad"),
		check("skipped", pass, "bad"),
		check("bad", fail, "good"),
		check("good", pass),
		check("after.warning", pass, "warned"),
		check("warned", warn),
		advisory(check("optional", fail)),
		check("after.optional", pass, "optional"),
		check("blind", unknown),
		check("after.blind", pass, "blind"),
		check("elsewhere", notHere),
		check("after.elsewhere", pass, "elsewhere"),
		check("silent", checklist.Finding{}),
	})
	require.Equal(t, []says{
		{"late", "needs bad, which failed", checklist.Skip, false, "bad"},
		{"skipped", "needs bad, which failed", checklist.Skip, false, "bad"},
		{"bad", "refused", checklist.Fail, true, ""},
		{"good", "fine", checklist.Pass, false, ""},
		{"after.warning", "fine", checklist.Pass, false, ""},
		{"warned", "slow", checklist.Warn, false, ""},
		{"optional", "refused", checklist.Warn, true, ""},
		{"after.optional", "needs optional, which failed", checklist.Skip, false, "optional"},
		{"blind", "no tool", checklist.Unknown, false, ""},
		{"after.blind", "needs blind, which could not look", checklist.Skip, false, "blind"},
		{"elsewhere", "not applicable here", checklist.Skip, false, ""},
		{"after.elsewhere", "needs elsewhere, which was skipped", checklist.Skip, false, "elsewhere"},
		{"silent", "", checklist.Unknown, false, ""},
	}, said(v))

	var roots []string
	for _, r := range v.Roots() {
		roots = append(roots, r.ID)
	}
	require.Equal(t, []string{"bad", "optional"}, roots)
	require.Equal(t, checklist.Counts{Failed: 1, Warned: 2, Unknown: 2, Skipped: 6, Passed: 2}, v.Counts())
}

func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		checks []checklist.Check
		status int
	}{
		"nothing":                              {nil, 0},
		"all passed":                           {[]checklist.Check{check("a", pass), check("b", warn)}, 0},
		"failed":                               {[]checklist.Check{check("a", pass), check("b", fail)}, 69},
		"advisory failed":                      {[]checklist.Check{advisory(check("a", fail)), advisory(check("b", pass, "a"))}, 0},
		"refused":                              {[]checklist.Check{check("a", refused), check("b", pass, "a")}, 77},
		"refused and failed":                   {[]checklist.Check{check("a", refused), check("b", fail)}, 69},
		"refused, advisory failed":             {[]checklist.Check{check("a", refused), advisory(check("b", fail))}, 77},
		"advisory refused":                     {[]checklist.Check{advisory(check("a", refused))}, 0},
		"could not look":                       {[]checklist.Check{check("a", unknown)}, 69},
		"advisory could not look":              {[]checklist.Check{advisory(check("a", unknown))}, 0},
		"enforced behind an advisory failure":  {[]checklist.Check{advisory(check("a", fail)), check("b", pass, "a")}, 69},
		"enforced behind an advisory unknown":  {[]checklist.Check{advisory(check("a", unknown)), check("b", pass, "a")}, 69},
		"does not apply":                       {[]checklist.Check{check("a", notHere), check("b", pass, "a"), check("c", pass, "b")}, 0},
		"skipped by choice":                    {[]checklist.Check{skipped(check("a", fail)), check("b", pass, "a")}, 0},
		"does not apply, but something failed": {[]checklist.Check{check("a", notHere), check("b", pass, "a"), check("c", fail)}, 69},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.status, checklist.Runner{}.Run(t.Context(), c.checks).Status())
		})
	}
}

func TestIndependentChecksRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		slow := func(context.Context) checklist.Finding {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Second)
			running.Add(-1)
			return pass
		}
		var seen []string
		v := checklist.Runner{Progress: func(r checklist.Result) { seen = append(seen, r.ID) }}.Run(t.Context(), []checklist.Check{
			{ID: "last", Needs: []string{"a", "b", "c"}, Run: slow}, {ID: "a", Run: slow}, {ID: "b", Run: slow}, {ID: "c", Run: slow},
		})
		require.Equal(t, int32(3), most.Load())
		require.Equal(t, 2*time.Second, v.Took)
		require.Equal(t, time.Second, v.Results[0].Started)
		require.Equal(t, time.Second, v.Results[0].Took)
		require.ElementsMatch(t, []string{"a", "b", "c"}, seen[:3])
		require.Equal(t, "last", seen[3])
	})
}

func TestEveryCheckHasAResultWhenTheRunEndsEarly(t *testing.T) {
	hang := func(ctx context.Context) checklist.Finding {
		<-ctx.Done()
		return checklist.Finding{State: checklist.Fail, Detail: "context canceled"}
	}
	looksTwice := func() func(context.Context) checklist.Finding {
		first := true
		return func(ctx context.Context) checklist.Finding {
			if !first {
				return hang(ctx)
			}
			first = false
			return notYet
		}
	}
	for word, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"out of time": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		},
		"interrupted": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := end(t.Context())
			defer cancel()
			v := checklist.Runner{Wait: time.Minute}.Run(ctx, []checklist.Check{
				check("done", pass),
				{ID: "running", Run: hang},
				check("behind", pass, "running"),
				{ID: "waiting", Run: finds(notYet)},
				{ID: "again", Run: looksTwice()},
				{ID: "slow", Run: func(context.Context) checklist.Finding { time.Sleep(time.Second + time.Millisecond); return pass }},
				check("late", pass, "slow"),
			})
			require.Equal(t, []says{
				{"done", "fine", checklist.Pass, false, ""},
				{"running", map[string]string{"out of time": "out of time: context canceled", "interrupted": "interrupted"}[word], checklist.Unknown, false, ""},
				{"behind", "needs running, which could not look", checklist.Skip, false, "running"},
				{"waiting", "refused", checklist.Fail, true, ""},
				{"again", "refused", checklist.Fail, true, ""},
				{"slow", "fine", checklist.Pass, false, ""},
				{"late", word + " before it started", checklist.Skip, false, ""},
			}, said(v))
			require.Equal(t, []bool{false, true, false, true, true, false, true}, interruptions(v))
			require.Equal(t, 69, v.Status())
			require.Equal(t, time.Second+time.Millisecond, v.Took)
			require.Equal(t, 2, v.Results[4].Attempts)
		})
	}
}

func interruptions(v checklist.Verdict) []bool {
	var all []bool
	for _, r := range v.Results {
		all = append(all, r.Interrupted)
	}
	return all
}

func TestAMistakeInTheGraphPanics(t *testing.T) {
	for name, c := range map[string]struct {
		checks []checklist.Check
		err    string
	}{
		"duplicate": {[]checklist.Check{check("a", pass), check("a", pass)}, "check a is there twice"},
		"unknown":   {[]checklist.Check{check("a", pass, "b")}, "check a needs b, which is not there"},
		"itself":    {[]checklist.Check{check("a", pass, "a")}, "check a needs itself in a circle"},
		"cycle":     {[]checklist.Check{check("x", pass), check("a", pass, "x", "b"), check("b", pass, "a")}, "check a needs itself in a circle"},
		"no id":     {[]checklist.Check{check("", pass)}, "check 0 has no id"},
		"no func":   {[]checklist.Check{{ID: "a"}}, "check a has no function"},
		"two":       {[]checklist.Check{check("a", pass, "b"), check("a", pass)}, "check a is there twice\ncheck a needs b, which is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, checklist.Validate(c.checks), c.err)
			require.PanicsWithError(t, "checklist: "+c.err, func() { checklist.Runner{}.Run(t.Context(), c.checks) })
		})
	}
	require.NoError(t, checklist.Validate([]checklist.Check{check("d", pass, "b", "c"), check("b", pass, "a"), check("c", pass, "a"), check("a", pass)}))
}

func TestACheckThatPanicsCouldNotLook(t *testing.T) {
	v := checklist.Runner{}.Run(t.Context(), []checklist.Check{
		{ID: "a", Run: func(context.Context) checklist.Finding { panic(errors.New("nil map")) }},
		check("b", pass),
	})
	require.Equal(t, []says{
		{"a", "the check itself broke: nil map", checklist.Unknown, false, ""},
		{"b", "fine", checklist.Pass, false, ""},
	}, said(v))
}

func TestEveryTextIsMaskedBeforeAnybodySeesIt(t *testing.T) {
	evidence := []string{"got hunter2"}
	mask := func(s string) string { return strings.ReplaceAll(s, "hunter2", "********") }
	var shown []checklist.Result
	v := checklist.Runner{Mask: mask, Progress: func(r checklist.Result) { shown = append(shown, r) }}.Run(t.Context(), []checklist.Check{
		{ID: "a", Title: "hunter2 works", Run: finds(checklist.Finding{State: checklist.Fail, Detail: "no hunter2", Evidence: evidence, Hint: "not hunter2"})},
		{ID: "b", Run: func(context.Context) checklist.Finding { panic("hunter2") }},
	})
	require.NotContains(t, checklist.Table(v)+checklist.Short(v)+v.Results[0].Title, "hunter2")
	require.Len(t, shown, 2)
	for _, r := range shown {
		require.NotContains(t, r.Detail+r.Hint+strings.Join(r.Evidence, ""), "hunter2")
	}
	require.Equal(t, []string{"got hunter2"}, evidence)
}
