package kfp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
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
		"default":     {func(o *submit.Order) { o.Experiment = "" }, "what one of the two leaves to the server: the experiment or the service account"},
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

// What is left out of a pipeline for an old server makes no other order of it.
func TestOrderIsTheSameToEveryServer(t *testing.T) {
	descriptions := map[any]bool{}
	for _, v := range versions {
		b, _ := serve(t, fakekfp.Options{Version: v}, Options{})
		o := keyed(t)
		o.Target = file(t, withPlatform)
		drafted, err := b.Draft(t.Context(), o)
		require.NoError(t, err)
		descriptions[drafted[0].Body.(map[string]any)["description"]] = true
	}
	require.Len(t, descriptions, 1)
}

// onRuns gives each call that creates a run its fault, by its number from 1.
func onRuns(fault func(n int) *fakekfp.Fault) func(fakekfp.Call) *fakekfp.Fault {
	var n atomic.Int32
	return func(c fakekfp.Call) *fakekfp.Fault {
		if !createsRun(c) {
			return nil
		}
		return fault(int(n.Add(1)))
	}
}

// onRun gives the first calls that create a run these faults.
func onRun(faults ...*fakekfp.Fault) func(fakekfp.Call) *fakekfp.Fault {
	return onRuns(func(n int) *fakekfp.Fault {
		if n > len(faults) {
			return nil
		}
		return faults[n-1]
	})
}

func createsRun(c fakekfp.Call) bool { return c.Method == "POST" && c.Path == "/apis/v2beta1/runs" }

// late are the faults of a server that acts on the first call only when the second
// has come, whose own fault this is.
func late(wait func(), second *fakekfp.Fault) func(fakekfp.Call) *fakekfp.Fault {
	gate := make(chan struct{})
	return onRuns(func(n int) *fakekfp.Fault {
		if n == 1 {
			return &fakekfp.Fault{DropUntil: gate}
		}
		close(gate)
		wait()
		return second
	})
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
		"again and again":           {[]*fakekfp.Fault{{DropBefore: true}, {DropBefore: true}, {DropBefore: true}, {DropBefore: true}, {DropAfter: true}}, time.Millisecond, attempts},
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
	var fake *fakekfp.Server // the fault waits for it
	said := &notices{}
	b, fake := serve(t, fakekfp.Options{Fault: late(func() { fake.Wait() }, nil)}, Options{Settle: time.Millisecond, Notice: said.add})
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

// keyed is an order with a key.
func keyed(t *testing.T) submit.Order {
	o := order(t)
	o.Key = "k"
	return o
}

// The server acts on both, and neither time the answer arrives.
func TestTwinOfAnOrderWhoseAnswersAreLost(t *testing.T) {
	var fake *fakekfp.Server // the fault waits for it
	b, fake := serve(t, fakekfp.Options{Fault: late(func() { fake.Wait() }, &fakekfp.Fault{DropAfter: true})}, Options{Settle: time.Millisecond})
	got, err := b.Submit(t.Context(), keyed(t))
	require.NoError(t, err)
	ids := fake.RunIDs()
	require.Len(t, ids, 2)
	require.Equal(t, ids[0], got.Run.ID)
	require.Equal(t, "PENDING", fake.Stored(ids[0])["state"])
	require.Equal(t, []any{"ARCHIVED", "CANCELING"}, []any{fake.Stored(ids[1])["storage_state"], fake.Stored(ids[1])["state"]})
}

// While the answer to an order is waited for, somebody takes its key for another.
func TestKeyThatIsTakenMeanwhile(t *testing.T) {
	for name, tc := range map[string]struct {
		fault *fakekfp.Fault
		ours  bool // there is a run of the order too
	}{
		"before the server acted": {&fakekfp.Fault{DropBefore: true}, false},
		"after it acted":          {&fakekfp.Fault{DropAfter: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b *Backend
			other := keyed(t)
			other.Name, other.Values = "other", map[string]any{"dataset": "Gracia"}
			b, fake := serve(t, fakekfp.Options{Fault: onRuns(func(n int) *fakekfp.Fault {
				if n > 1 {
					return nil
				}
				_, err := b.Submit(t.Context(), other)
				if err != nil {
					t.Error(err)
				}
				return tc.fault
			})}, Options{Settle: time.Millisecond})
			got, err := b.Submit(t.Context(), keyed(t))
			if tc.ours {
				require.NoError(t, err)
				require.Equal(t, "ElBorn", got.Run.Parameters["dataset"])
			} else {
				require.ErrorIs(t, err, submit.Conflict)
				require.EqualError(t, err, "the idempotency key belongs to run other ("+fake.RunIDs()[0]+"), which differs in parameter dataset")
			}
			for _, id := range fake.RunIDs() {
				require.Equal(t, "PENDING", fake.Stored(id)["state"], "what is somebody else's is let alone")
			}
		})
	}
}

// A connection breaks most often because a server is restarted: the run is looked
// for until that is over.
func TestServerThatIsRestartedAfterItActed(t *testing.T) {
	var asked, acted atomic.Int32
	drop := onRuns(func(int) *fakekfp.Fault { acted.Add(1); return &fakekfp.Fault{DropAfter: true} })
	b, fake := serve(t, fakekfp.Options{Fault: func(c fakekfp.Call) *fakekfp.Fault {
		if acted.Load() > 0 && asked.Add(1) <= 8 { // two looks of four tries
			return fakekfp.Busy(503, "0")
		}
		return drop(c)
	}}, Options{Settle: 500 * time.Millisecond})
	got, err := b.Submit(t.Context(), keyed(t))
	require.NoError(t, err)
	require.Equal(t, []string{got.Run.ID}, fake.RunIDs())
	require.Equal(t, 1, sentRuns(fake))
}

// A run that was started is told of, though it cannot be looked for a second one.
func TestRunWhoseTwinCannotBeLookedFor(t *testing.T) {
	said := &notices{}
	var sent atomic.Int32
	drop := onRun(&fakekfp.Fault{DropBefore: true})
	b, fake := serve(t, fakekfp.Options{Fault: func(c fakekfp.Call) *fakekfp.Fault {
		if createsRun(c) {
			sent.Add(1)
		} else if sent.Load() == 2 {
			return fakekfp.Internal("the database is gone")
		}
		return drop(c)
	}}, Options{Settle: time.Millisecond, Notice: said.add})
	got, err := b.Submit(t.Context(), keyed(t))
	require.NoError(t, err)
	require.Equal(t, []string{got.Run.ID}, fake.RunIDs())
	require.Equal(t, []string{"it could not be looked whether the server has acted twice: cannot list runs: the database is gone"}, said.all)
}

func TestTwinThatCannotBeEnded(t *testing.T) {
	said := &notices{}
	var fake *fakekfp.Server // the fault waits for it
	twice := late(func() { fake.Wait() }, nil)
	b, fake := serve(t, fakekfp.Options{Fault: func(c fakekfp.Call) *fakekfp.Fault {
		if strings.HasSuffix(c.Path, ":terminate") {
			return fakekfp.Internal("Argo is gone")
		}
		return twice(c)
	}}, Options{Settle: time.Millisecond, Notice: said.add})
	got, err := b.Submit(t.Context(), keyed(t))
	require.NoError(t, err)
	ids := fake.RunIDs()
	require.Equal(t, ids[0], got.Run.ID)
	require.Equal(t, []string{"run " + ids[1] + " is a second one of the same order, because the server acted late, and could not be ended: fltsctl runs terminate " + ids[1]}, said.all)
}

// Who interrupts a submission is told that it may have happened.
func TestInterruptedSubmission(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b, fake := serve(t, fakekfp.Options{Fault: onRun(&fakekfp.Fault{DropAfter: true})}, Options{})
	next := b.access.Client.Transport
	b.access.Client.Transport = interrupted{next, cancel}
	b.client = newClient(b.access, nil)
	_, err := b.Submit(ctx, order(t))
	require.ErrorIs(t, err, submit.Unsettled)
	require.Len(t, fake.RunIDs(), 1)
}

// interrupted cancels what creates a run once that was sent.
type interrupted struct {
	http.RoundTripper
	cancel context.CancelFunc
}

func (i interrupted) RoundTrip(r *http.Request) (*http.Response, error) {
	got, err := i.RoundTripper.RoundTrip(r)
	if r.Method == http.MethodPost {
		i.cancel()
		return nil, &submit.Error{Kind: submit.Unsettled, Message: "the connection broke", Err: context.Canceled}
	}
	return got, err
}

func sentRuns(fake *fakekfp.Server) int {
	n := 0
	for _, c := range fake.Calls() {
		if createsRun(c) {
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
	require.Equal(t, "send it again with the same key: that finds the run if there is one", err.(*submit.Error).Hint())
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
		if f != nil && createsRun(c) {
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
