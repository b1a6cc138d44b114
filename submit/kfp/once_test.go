package kfp

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/submit"
)

func TestAnOrderWithAKeyIsOneRun(t *testing.T) {
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			b, fake := serve(t, fakekfp.Options{Version: v}, Options{})
			o := order(t)
			o.Key, o.Experiment, o.Description = "step10-test-001", "flts", "100% of it"
			first, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			require.False(t, first.Existing)
			// Neither name nor description make it another order.
			o.Name, o.Description = "second", ""
			second, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			require.True(t, second.Existing)
			require.Equal(t, first.Run, second.Run)
			o.Key = "step10-test-002"
			third, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			require.False(t, third.Existing)
			require.Len(t, fake.RunIDs(), 2)
			require.Len(t, third.Run.Description, markLength)
		})
	}
}

func TestAKeyOfAnotherOrder(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	first := order(t)
	first.Key, first.Experiment, first.Name = "k", "flts", "the first"
	first.Values = map[string]any{"dataset": "ElBorn", "lr": json.Number("0.1")}
	_, err := b.Submit(t.Context(), first)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		change func(*submit.Order)
		want   string
	}{
		"same number": {func(o *submit.Order) { o.Values["lr"] = json.Number("1e-1") }, ""},
		"values":      {func(o *submit.Order) { o.Values["dataset"], o.Values["epochs"] = "Gracia", json.Number("4") }, "parameter dataset, parameter epochs"},
		"left out":    {func(o *submit.Order) { delete(o.Values, "lr") }, "parameter lr"},
		"experiment":  {func(o *submit.Order) { o.Experiment = "other" }, "the experiment"},
		"root":        {func(o *submit.Order) { o.PipelineRoot = "minio://x/y" }, "the pipeline root"},
		"account":     {func(o *submit.Order) { o.ServiceAccount = "trainer" }, "the service account"},
		"stored":      {func(o *submit.Order) { o.Upload = true }, "the pipeline version"},
		"cache":       {func(o *submit.Order) { o.NoCache = true }, "the pipeline itself, its cache or its platform document"},
	} {
		t.Run(name, func(t *testing.T) {
			o := first
			o.Values = map[string]any{"dataset": "ElBorn", "lr": json.Number("0.1")}
			tc.change(&o)
			got, err := b.Submit(t.Context(), o)
			if tc.want == "" {
				require.NoError(t, err)
				require.True(t, got.Existing)
				return
			}
			require.ErrorIs(t, err, submit.Conflict)
			require.EqualError(t, err, "the idempotency key belongs to run the first ("+fake.RunIDs()[0]+"), which differs in "+tc.want)
		})
	}
	require.Len(t, fake.RunIDs(), 1)
}

// onRun makes a fault of the calls that create a run, the first one first.
func onRun(faults ...*fakekfp.Fault) func(fakekfp.Call) *fakekfp.Fault {
	var mu sync.Mutex
	n := 0
	return func(c fakekfp.Call) *fakekfp.Fault {
		if c.Method != "POST" || c.Path != "/apis/v2beta1/runs" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		n++
		if n > len(faults) {
			return nil
		}
		return faults[n-1]
	}
}

func TestConnectionThatBreaksOnTheRun(t *testing.T) {
	gateway := &fakekfp.Fault{Status: 504, Type: "text/plain", Body: "upstream request timeout"}
	for name, tc := range map[string]struct {
		faults []*fakekfp.Fault
		settle time.Duration
		sent   int
	}{
		"before the server acted":   {[]*fakekfp.Fault{{DropBefore: true}}, 20 * time.Millisecond, 2},
		"after it acted":            {[]*fakekfp.Fault{{DropAfter: true}}, 20 * time.Millisecond, 1},
		"and the server acts later": {[]*fakekfp.Fault{{DropLate: 100 * time.Millisecond}}, 5 * time.Second, 1},
		"twice":                     {[]*fakekfp.Fault{{DropBefore: true}, {DropAfter: true}}, 20 * time.Millisecond, 2},
		"behind a gateway":          {[]*fakekfp.Fault{gateway}, 20 * time.Millisecond, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, fake := serve(t, fakekfp.Options{Fault: onRun(tc.faults...)}, Options{Settle: tc.settle})
			o := order(t)
			o.Key = "k"
			got, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			require.False(t, got.Existing)
			fake.Wait()
			require.Equal(t, []string{got.Run.ID}, fake.RunIDs())
			require.Equal(t, tc.sent, sentRuns(fake))
		})
	}
}

// The server was waited for, and acts only when the order comes again.
func TestServerThatActsTooLate(t *testing.T) {
	gate := make(chan struct{})
	sent := 0
	var fake *fakekfp.Server // the fault waits for it
	said := &notices{}
	b, started := serve(t, fakekfp.Options{Fault: func(c fakekfp.Call) *fakekfp.Fault {
		if c.Method != "POST" || c.Path != "/apis/v2beta1/runs" {
			return nil
		}
		if sent++; sent == 1 {
			return &fakekfp.Fault{DropUntil: gate}
		}
		close(gate)
		fake.Wait()
		return nil
	}}, Options{Settle: time.Millisecond, Notice: said.add})
	fake = started
	o := order(t)
	o.Key = "k"
	got, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	ids := fake.RunIDs()
	require.Len(t, ids, 2)
	require.Equal(t, ids[0], got.Run.ID, "the first one stays")
	require.Equal(t, "AVAILABLE", fake.Stored(ids[0])["storage_state"])
	require.Equal(t, []any{"ARCHIVED", "CANCELING"}, []any{fake.Stored(ids[1])["storage_state"], fake.Stored(ids[1])["state"]})
	require.Equal(t, []string{"run " + ids[1] + " is a second one of the same order, because the server acted late; it is terminated and archived"}, said.all)
}

func sentRuns(fake *fakekfp.Server) int {
	n := 0
	for _, c := range fake.Calls() {
		if c.Method == "POST" && c.Path == "/apis/v2beta1/runs" {
			n++
		}
	}
	return n
}

func TestWithoutAKeyNothingIsSentTwice(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{Fault: onRun(&fakekfp.Fault{DropAfter: true})}, Options{})
	_, err := b.Submit(t.Context(), order(t))
	require.ErrorIs(t, err, submit.Unsettled)
	require.Contains(t, err.(*submit.Error).Hint(), "--idempotency-key")
	require.Equal(t, 1, sentRuns(fake))
}

func TestAServerThatNeverAnswersIsNotAskedForEver(t *testing.T) {
	drop := &fakekfp.Fault{DropBefore: true}
	b, fake := serve(t, fakekfp.Options{Fault: onRun(drop, drop, drop, drop, drop, drop, drop, drop)}, Options{Settle: time.Millisecond})
	o := order(t)
	o.Key = "k"
	_, err := b.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Unsettled)
	require.Equal(t, attempts, sentRuns(fake))
}

// Five of a hundred connections end: before the server acted, after it did, or
// some time before it does. Eight submit at once.
func TestNoRunIsLostAndNoneDoubled(t *testing.T) {
	const orders, workers = 500, 8
	drops := fakekfp.Drops(6, 5, 20*time.Millisecond)
	var broken atomic.Int32
	fault := func(c fakekfp.Call) *fakekfp.Fault {
		f := drops(c)
		if f != nil && c.Method == "POST" && c.Path == "/apis/v2beta1/runs" {
			broken.Add(1)
		}
		return f
	}
	b, fake := serve(t, fakekfp.Options{Fault: fault}, Options{Settle: 300 * time.Millisecond})
	target := file(t, train)
	work, failures := make(chan int), make(chan error, orders)
	var pool sync.WaitGroup
	for range workers {
		pool.Go(func() {
			for n := range work {
				o := submit.Order{Target: target, Values: map[string]any{"dataset": fmt.Sprint(n)}, Name: fmt.Sprint(n), Key: fmt.Sprint(n), Experiment: "flts", Upload: true}
				got, err := b.Submit(t.Context(), o)
				if err == nil && got.Run.Parameters["dataset"] != o.Name {
					err = fmt.Errorf("run of order %s was given for order %d", got.Run.Name, n)
				}
				failures <- err
			}
		})
	}
	for n := range orders {
		work <- n
	}
	close(work)
	pool.Wait()
	fake.Wait()
	for range orders {
		require.NoError(t, <-failures)
	}
	seen := map[string]int{}
	for _, id := range fake.RunIDs() {
		seen[fake.Stored(id)["display_name"].(string)]++
	}
	require.Len(t, seen, orders)
	require.Len(t, fake.RunIDs(), orders)
	// The test is worth something only if connections broke while runs were sent.
	require.Greater(t, int(broken.Load()), 5)
	names := map[string]bool{}
	for _, c := range fake.Calls() {
		if strings.Contains(c.Path, "upload_version") {
			names[c.Path] = true
		}
	}
	require.Len(t, names, 1)
}
