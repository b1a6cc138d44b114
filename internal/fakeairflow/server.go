// Package fakeairflow is a stand-in for Airflow, for tests that need speed, faults,
// or states that are hard to come by: version 2 at /api/v1 and version 3 at /api/v2,
// as far as submitting and watching runs goes.
//
// It is stricter than it is whole: fields that it does not know, a date without a
// zone, a missing logical_date, ids with letters that do not belong there and values
// that a parameter's schema forbids are refused in the words of the real server. A
// test replays what was recorded of real ones (testdata/airflow/recorded) and
// compares status and shape.
//
// Runs go on by themselves, a moment each Options.Step: see Task.
package fakeairflow

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/flts-run/flts-run/internal/faulty"
)

// Options make a server. The zero value is a 3.3.2 whose clock stands still.
type Options struct {
	// Version is that of the server: what begins with 2 speaks /api/v1.
	Version string

	// Prefix is a path in front of everything, "/airflow", or "".
	Prefix string

	// User and Password are the one login; "" is admin, and Password.
	User, Password string

	// SessionOnly refuses every login, as version 2 does as it comes.
	SessionOnly bool

	// Step is how long a moment of a run lasts; with 0 only Advance makes moments.
	Step time.Duration

	// Scheduler is the status in the health: "" is healthy, "null" is null. A run
	// goes on only where it is healthy.
	Scheduler string

	// Health are the statuses of other parts in the health, by their names: where none
	// is given the metadatabase is healthy, and what runs beside the scheduler is null.
	Health map[string]string

	// Now is the server's clock.
	Now func() time.Time

	// Fault decides what goes wrong with a call.
	Fault func(faulty.Call) *faulty.Fault
}

// Password is that of the user admin, unless Options say otherwise.
const Password = "correct horse battery"

// Server is the stand-in: an http.Handler.
type Server struct {
	faulty.Server
	o Options
	dialect

	mu     sync.Mutex
	dags   map[string]*DAG
	runs   []*run          // the oldest first
	tokens map[string]bool // that were given; false has expired
	begun  time.Time
	moment int // that the runs are at
}

// New makes a server with these DAGs.
func New(o Options, dags ...DAG) *Server {
	if o.Version == "" {
		o.Version = "3.3.2"
	}
	if o.User == "" {
		o.User = "admin"
	}
	if o.Password == "" {
		o.Password = Password
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		Server: faulty.Server{Fault: o.Fault}, o: o, dialect: version3{},
		dags: map[string]*DAG{}, tokens: map[string]bool{}, begun: o.Now(),
	}
	if strings.HasPrefix(o.Version, "2") {
		s.dialect = version2{}
	}
	for _, d := range dags {
		s.dags[d.ID] = &d
	}
	return s
}

// Advance makes so many moments pass.
func (s *Server) Advance(moments int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range moments {
		s.tick()
	}
}

// ExpireTokens makes every token that was given a token of yesterday.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token := range s.tokens {
		s.tokens[token] = false
	}
}

// Edit changes a DAG.
func (s *Server) Edit(id string, change func(*DAG)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.dags[id])
}

// Forget deletes a run.
func (s *Server) Forget(dag, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.runs {
		if r.dag.ID == dag && r.id == id {
			s.runs = append(s.runs[:i], s.runs[i+1:]...)
			return
		}
	}
}

// RunIDs are the ids of the runs of a DAG, the oldest first.
func (s *Server) RunIDs(dag string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for _, r := range s.runs {
		if r.dag.ID == dag {
			ids = append(ids, r.id)
		}
	}
	return ids
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, func(w http.ResponseWriter, body []byte) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.catchUp()
		path, ok := strings.CutPrefix(r.URL.EscapedPath(), s.o.Prefix)
		if !ok {
			http.NotFound(w, r)
			return
		}
		s.route(&request{w: w, r: r, path: path, body: body})
	})
}

// catchUp lets the moments pass that have gone by.
func (s *Server) catchUp() {
	if s.o.Step == 0 {
		return
	}
	for at := int(s.o.Now().Sub(s.begun) / s.o.Step); s.moment < at; {
		s.tick()
	}
}

func (s *Server) tick() {
	s.moment++
	if s.o.Scheduler != "" && s.o.Scheduler != "healthy" {
		return
	}
	for _, r := range s.runs {
		r.tick(s.o.Now())
	}
}
