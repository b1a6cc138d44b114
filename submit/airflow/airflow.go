// Package airflow submits to and watches Airflow over its REST API: version 3 at
// /api/v2 and version 2 at /api/v1, which of them is found out with the first
// request. There is no maintained client for version 3, so the few calls that are
// needed are here, written against what real servers answered: see
// testdata/airflow/recorded.
//
// A run is named DAG_ID/RUN_ID, because Airflow's ids of runs are those of one DAG
// only. Parameters travel in the conf of a run, which Airflow stores and shows in
// clear text.
package airflow

import (
	"context"
	"sync"
	"time"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// Kind is what Backend.Kind says.
const Kind = "airflow"

// Options are what a Backend may be told. The zero value is good.
type Options struct {
	// DAG is the one that runs belong to which are named without theirs.
	DAG string

	// Notice gets what a person should know and no error says, one line each; nil
	// drops it.
	Notice func(string)

	// Refuse keeps values out of the conf of runs: its error is a problem of the
	// form. It gets the name of each value that was given and the value, which is a
	// JSON value, or a text that has no type yet. nil lets all pass.
	Refuse func(name string, value any) error

	// Now is the clock for ids of runs; nil is time.Now.
	Now func() time.Time

	// Pause is between two requests while a log is followed; 0 is a second.
	Pause time.Duration
}

// Backend is a submit.Backend that speaks with one Airflow. It may be used by
// several goroutines.
type Backend struct {
	access *access.Access
	o      Options

	mu    sync.Mutex
	found *server // nil until it has been found out

	tasksNext map[string]bool // by run: the next glance is at its tasks
}

var (
	_ submit.Backend = (*Backend)(nil)
	_ submit.Glancer = (*Backend)(nil)
)

// New speaks with the Airflow at that address. It sends nothing. A login that the
// access has is exchanged for a token where the server is an Airflow 3.
func New(a *access.Access, o Options) *Backend {
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	return &Backend{access: a, o: o, tasksNext: map[string]bool{}}
}

// Kind is "airflow".
func (b *Backend) Kind() string { return Kind }

// server is the one that answers, once that is known.
func (b *Backend) server(ctx context.Context) (*server, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.found == nil {
		s, err := find(ctx, b.access)
		if err != nil {
			return nil, err
		}
		b.found = s
	}
	return b.found, nil
}
