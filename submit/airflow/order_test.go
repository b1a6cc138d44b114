package airflow_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/internal/faulty"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
)

// one is a DAG with one task.
var one = fakeairflow.DAG{ID: "one", Tasks: []fakeairflow.Task{{ID: "only"}}}

// isTrigger knows the call that starts a run.
func isTrigger(c faulty.Call) bool {
	return c.Method == http.MethodPost && strings.HasSuffix(c.Path, "/dagRuns")
}

// ofTriggers lets the calls that start runs have their faults in order.
func ofTriggers(faults ...*faulty.Fault) func(faulty.Call) *faulty.Fault {
	var mu sync.Mutex
	return func(c faulty.Call) *faulty.Fault {
		mu.Lock()
		defer mu.Unlock()
		if !isTrigger(c) || len(faults) == 0 {
			return nil
		}
		f := faults[0]
		faults = faults[1:]
		return f
	}
}

func target(dag string) submit.Target { return submit.Target{Pipeline: dag} }

func TestTheRequestThatStartsARun(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	for version, want := range map[string]string{
		"2.11.2": `POST /api/v1/dags/one/dagRuns {"conf":{},"dag_run_id":"ID"}`,
		"3.3.2":  `POST /api/v2/dags/one/dagRuns {"conf":{},"dag_run_id":"ID","logical_date":null}`,
	} {
		s, url := start(t, fakeairflow.Options{Version: version}, one)
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{Now: now})
		receipt, err := b.Submit(t.Context(), submit.Order{Target: target("one")})
		require.NoError(t, err)
		require.Regexp(t, `^flts__2026-01-02T03-04-05Z__[a-z2-7]{8}$`, receipt.Run.Name)
		require.False(t, receipt.Existing)
		require.Equal(t, []string{strings.ReplaceAll(want, "ID", receipt.Run.Name)}, changes(s))
	}
}

// changes are the calls that are no reading, without the login.
func changes(s *fakeairflow.Server) []string {
	var list []string
	for _, c := range s.Calls() {
		if c.Method != http.MethodGet && !strings.HasSuffix(c.Path, "/auth/token") {
			list = append(list, c.Method+" "+c.Path+" "+string(c.Body))
		}
	}
	return list
}

// A draft is what is sent, with its path.
func TestADraftIsWhatIsSent(t *testing.T) {
	for _, version := range versions {
		s, url := start(t, fakeairflow.Options{Version: version, Prefix: "/ml"}, fakeairflow.DAG{ID: "one", Paused: true})
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		o := submit.Order{
			Target: target("one"), Name: "mine+1", Values: map[string]any{"n": json.Number("1e3")}, Description: "a note",
			LogicalDate: time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, time.FixedZone("", -3600)), Unpause: true,
		}
		draft, err := b.Draft(t.Context(), o)
		require.NoError(t, err)
		require.Empty(t, changes(s))
		_, err = b.Submit(t.Context(), o)
		require.NoError(t, err)
		var list []string
		for _, r := range draft {
			body, err := json.Marshal(r.Body)
			require.NoError(t, err)
			list = append(list, r.Method+" "+r.Path+" "+string(body))
		}
		require.Equal(t, changes(s), list)
		require.Contains(t, list[1], `"logical_date":"2026-01-02T04:04:05.6Z"`)
	}
	_, url := start(t, fakeairflow.Options{}, one)
	draft, err := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).Draft(t.Context(), submit.Order{Target: target("one")})
	require.NoError(t, err)
	require.Equal(t, "<flts__TIME__RANDOM>", draft[0].Body.(map[string]any)["dag_run_id"])
}

// An answer that is lost is looked for before the order is sent again.
func TestALostAnswer(t *testing.T) {
	before, after := &faulty.Fault{DropBefore: true}, &faulty.Fault{DropAfter: true}
	failing := &faulty.Fault{Status: http.StatusInternalServerError, Body: `{"detail": "boom"}`}
	for name, row := range map[string]struct {
		faults []*faulty.Fault
		posts  int
		fails  bool
	}{
		"before the server acts": {[]*faulty.Fault{before}, 2, false},
		"after the server acted": {[]*faulty.Fault{after}, 1, false},
		"twice before":           {[]*faulty.Fault{before, before}, 3, false},
		"before and then after":  {[]*faulty.Fault{before, after}, 2, false},
		"an internal error":      {[]*faulty.Fault{failing}, 2, false},
		"three times before":     {[]*faulty.Fault{before, before, before}, 3, true},
	} {
		for _, version := range versions {
			for _, key := range []string{"", "k"} {
				t.Run(name+" "+version+key, func(t *testing.T) {
					s, url := start(t, fakeairflow.Options{Version: version, Fault: ofTriggers(row.faults...)}, one)
					b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
					receipt, err := b.Submit(t.Context(), submit.Order{Target: target("one"), Key: key})
					require.Len(t, changes(s), row.posts)
					if row.fails {
						require.ErrorIs(t, err, submit.Unsettled)
						require.Empty(t, s.RunIDs("one"))
						return
					}
					require.NoError(t, err)
					require.False(t, receipt.Existing)
					require.Equal(t, []string{receipt.Run.Name}, s.RunIDs("one"))
				})
			}
		}
	}
}

// Of 500 orders over a line that breaks none is lost, and none is there twice.
func TestManyOrdersOverALineThatBreaks(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			s, url := start(t, fakeairflow.Options{Version: version, Fault: faulty.Drops(7, 5, 0)}, one)
			b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
			f, err := b.Form(t.Context(), target("one"))
			require.NoError(t, err)
			const orders = 500
			ids, failures := make([]string, orders), make([]error, orders)
			var wg sync.WaitGroup
			next := make(chan int)
			for range 8 {
				wg.Go(func() {
					for n := range next {
						receipt, err := b.Submit(t.Context(), submit.Order{Target: target("one"), Form: f, Key: fmt.Sprintf("order-%d", n)})
						ids[n], failures[n] = receipt.Run.Name, err
					}
				})
			}
			for n := range orders {
				next <- n
			}
			close(next)
			wg.Wait()
			for _, err := range failures {
				require.NoError(t, err)
			}
			slices.Sort(ids)
			require.Len(t, slices.Compact(slices.Clone(ids)), orders)
			there := s.RunIDs("one")
			slices.Sort(there)
			require.Equal(t, ids, there)
		})
	}
}

// Two orders with one key are one run, whatever happens in between.
func TestAKeyIsOneRun(t *testing.T) {
	for _, version := range versions {
		s, url := start(t, fakeairflow.Options{Version: version}, one)
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		o := submit.Order{Target: target("one"), Key: "a key with spaces", Values: map[string]any{"n": json.Number("1.0"), "o": map[string]any{"p": []any{true, nil}}}}
		first, err := b.Submit(t.Context(), o)
		require.NoError(t, err)
		require.Regexp(t, `^flts__keyhash__[0-9a-f]{64}$`, first.Run.Name)

		s.Edit("one", func(d *fakeairflow.DAG) { d.Paused = true }) // does not matter to a run that there is
		o.Values = map[string]any{"n": json.Number("1"), "o": map[string]any{"p": []any{true, nil}}}
		second, err := b.Submit(t.Context(), o)
		require.NoError(t, err)
		require.True(t, second.Existing)
		require.Equal(t, first.Run.ID, second.Run.ID)

		o.Values = map[string]any{"n": json.Number("2"), "o": map[string]any{"p": []any{true}}}
		_, err = b.Submit(t.Context(), o)
		require.ErrorIs(t, err, submit.Conflict)
		require.EqualError(t, err, "there is a run "+first.Run.ID+" already, with other values of n, o")
		_, err = b.Submit(t.Context(), submit.Order{Target: target("one"), Key: "k", Name: "n"})
		require.ErrorIs(t, err, submit.Invalid)
		require.Len(t, s.RunIDs("one"), 1)
	}
}

// The run that somebody else started in between, with the same id, is found by 409.
func TestTheSameOrderFromTwoPlaces(t *testing.T) {
	for _, version := range versions {
		var other submit.Backend
		var asked atomic.Bool
		o := submit.Order{Target: target("one"), Name: "same"}
		s := fakeairflow.Options{Version: version}
		s.Fault = func(c faulty.Call) *faulty.Fault {
			if isTrigger(c) && !asked.Swap(true) {
				_, err := other.Submit(t.Context(), o)
				assert.NoError(t, err)
			}
			return nil
		}
		server, url := start(t, s, one)
		other = airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		receipt, err := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).Submit(t.Context(), o)
		require.NoError(t, err)
		require.True(t, receipt.Existing)
		require.Equal(t, []string{"same"}, server.RunIDs("one"))
	}
}

// Who has no scheduler is told so before the run is started.
func TestASchedulerThatDoesNotRun(t *testing.T) {
	for scheduler, want := range map[string][]string{
		"":          nil,
		"null":      {"no scheduler of Airflow runs: the run will stay queued until there is one"},
		"unhealthy": {"the scheduler of Airflow has not been heard of for a while: the run will stay queued until it is back"},
	} {
		for _, version := range versions {
			_, url := start(t, fakeairflow.Options{Version: version, Scheduler: scheduler}, one)
			var notices []string
			b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{Notice: func(text string) { notices = append(notices, text) }})
			_, err := b.Submit(t.Context(), submit.Order{Target: target("one")})
			require.NoError(t, err)
			require.Equal(t, want, notices)
		}
	}
}

// A DAG may break between its form and its run.
func TestADAGThatBreaksInBetween(t *testing.T) {
	for _, version := range versions {
		s, url := start(t, fakeairflow.Options{Version: version}, one)
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		f, err := b.Form(t.Context(), target("one"))
		require.NoError(t, err)
		s.Edit("one", func(d *fakeairflow.DAG) { d.ImportError = "SyntaxError: invalid syntax" })
		_, err = b.Submit(t.Context(), submit.Order{Target: target("one"), Form: f})
		require.ErrorIs(t, err, submit.Conflict)
		require.ErrorContains(t, err, "the file of DAG one: it raises SyntaxError")
	}
}
