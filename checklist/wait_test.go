package checklist_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

var notYet = checklist.Finding{State: checklist.Fail, Code: "FLTS-T01", Detail: "refused", Transient: true}

// until returns a function that finds one thing before a time and another
// after it.
func until(d time.Duration, before, after checklist.Finding) func(context.Context) checklist.Finding {
	at := time.Now().Add(d)
	return func(context.Context) checklist.Finding {
		if time.Now().Before(at) {
			return before
		}
		return after
	}
}

func TestTransientFindingsAreRetriedUntilTheyPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := checklist.Runner{Wait: 30 * time.Second}.Run(t.Context(), []checklist.Check{
			{ID: "a", Rung: checklist.HTTP, Run: until(2*time.Second, notYet, pass)},
			{ID: "b", Needs: []string{"a"}, Run: until(4*time.Second, notYet, fail)},
		})
		a, b := v.Results[0], v.Results[1]
		require.Equal(t, pass, a.Finding)
		require.GreaterOrEqual(t, a.Waited, 2*time.Second)
		require.Less(t, a.Waited, 3*time.Second)
		require.InDelta(t, 7, a.Attempts, 1, "0, 50, 150, 350, 750, 1550, 2550 ms, less the jitter")
		require.Equal(t, time.Duration(0), a.Took)
		require.Equal(t, fail, b.Finding, "a finding that is not transient ends the waiting")
		require.Less(t, v.Took, 6*time.Second)
	})
}

func TestTheBudgetIsSharedAndItsLastMomentIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := checklist.Runner{Wait: 10 * time.Second}.Run(t.Context(), []checklist.Check{
			{ID: "a", Run: until(8*time.Second, notYet, pass)},
			{ID: "b", Needs: []string{"a"}, Run: finds(notYet)},
			{ID: "c", Run: until(10*time.Second, notYet, pass)},
		})
		require.Equal(t, 10*time.Second, v.Took)
		require.Equal(t, checklist.Fail, v.Results[1].State)
		require.Equal(t, checklist.Pass, v.Results[2].State)
	})
}

func TestNothingIsRetriedWithoutABudgetOrAPromise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for wait, f := range map[time.Duration]checklist.Finding{0: notYet, time.Minute: fail} {
			v := checklist.Runner{Wait: wait}.Run(t.Context(), []checklist.Check{check("a", f)})
			require.Equal(t, 1, v.Results[0].Attempts)
			require.Equal(t, time.Duration(0), v.Took)
		}
	})
}

// The clock of this test runs: in a bubble everything takes no time anyway.
func TestOneAttemptIsNoWaiting(t *testing.T) {
	v := checklist.Runner{Wait: time.Minute}.Run(t.Context(), []checklist.Check{check("a", pass), check("b", fail)})
	for _, r := range v.Results {
		require.Equal(t, time.Duration(0), r.Waited)
	}
	require.NotContains(t, checklist.Table(v)+checklist.Short(v), "waited")
}

func TestAPortThatOpensIsSeenWithinATenthOfASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for opens := 10 * time.Millisecond; opens < 5*time.Second; opens += 130 * time.Millisecond {
			v := checklist.Runner{Wait: time.Minute}.Run(t.Context(), []checklist.Check{{ID: "a", Rung: checklist.Dial, Run: until(opens, notYet, pass)}})
			require.LessOrEqual(t, v.Took-opens, 100*time.Millisecond, "opens after %s", opens)
		}
	})
}

func TestAnAdvisoryCheckDoesNotDelayTheTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gateway := checklist.Check{ID: "gateway", Advisory: true, Run: finds(notYet)}
		late := checklist.Check{ID: "late", Run: until(3*time.Second, notYet, pass)}
		for _, c := range []struct {
			runner checklist.Runner
			checks []checklist.Check
			atMost time.Duration
		}{
			{checklist.Runner{Wait: 30 * time.Second}, []checklist.Check{gateway, check("a", pass)}, 0},
			{checklist.Runner{Wait: 30 * time.Second}, []checklist.Check{gateway, late}, 4 * time.Second},
			{checklist.Runner{Wait: 30 * time.Second, WaitAdvisory: true}, []checklist.Check{gateway, check("a", pass)}, 30 * time.Second},
			{checklist.Runner{Wait: 30 * time.Second}, []checklist.Check{gateway}, 30 * time.Second},
		} {
			v := c.runner.Run(t.Context(), c.checks)
			require.LessOrEqual(t, v.Took, c.atMost)
			require.GreaterOrEqual(t, v.Took, c.atMost*2/3)
			require.Equal(t, "refused", v.Results[0].Detail)
			require.Equal(t, checklist.Warn, v.Results[0].State)
		}
	})
}

func TestEachAttemptHasTheTimeoutOfTheCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := checklist.Runner{Wait: 7 * time.Second}.Run(t.Context(), []checklist.Check{{
			ID: "a", Timeout: 3 * time.Second,
			Run: func(ctx context.Context) checklist.Finding {
				<-ctx.Done()
				return notYet
			},
		}})
		r := v.Results[0]
		require.Equal(t, notYet, r.Finding, "a timeout of the check is no interruption")
		require.Equal(t, 3, r.Attempts)
		require.Equal(t, 3*time.Second, r.Took)
		require.Equal(t, v.Took, r.Started+r.Waited+r.Took)
	})
}

func TestWaitingIsAnnouncedOnceAndOnlyWhenItTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		r := checklist.Runner{
			Wait:    time.Minute,
			Mask:    func(s string) string { return strings.ReplaceAll(s, "refused", "********") },
			Waiting: func(r checklist.Result) { said = append(said, r.ID+": "+r.Detail) },
		}
		v := r.Run(t.Context(), []checklist.Check{
			{ID: "blip", Run: until(300*time.Millisecond, notYet, pass)},
			{ID: "long", Run: until(20*time.Second, notYet, pass)},
		})
		require.Zero(t, v.Status())
		require.Equal(t, []string{"long: ********"}, said)
	})
}
