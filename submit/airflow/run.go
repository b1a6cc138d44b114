package airflow

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// dagRun is a run in the answers of both versions.
type dagRun struct {
	ID          string         `json:"dag_run_id"`
	DAG         string         `json:"dag_id"`
	State       string         `json:"state"`
	Conf        map[string]any `json:"conf"`
	Note        string         `json:"note"`
	LogicalDate time.Time      `json:"logical_date"`
	Start       time.Time      `json:"start_date"`
	End         time.Time      `json:"end_date"`

	// Of version 3 alone.
	RunAfter time.Time `json:"run_after"`
	Queued   time.Time `json:"queued_at"`
	Versions []struct {
		ID     string `json:"id"`
		Number int    `json:"version_number"`
	} `json:"dag_versions"`
}

// run is a run without its tasks.
func (s *server) run(r dagRun) submit.Run {
	out := submit.Run{
		ID: ref{r.DAG, r.ID}.String(), Name: r.ID,
		Pipeline: r.DAG, PipelineID: r.DAG, Description: r.Note,
		State: runState(r.State), Native: r.State,
		// run_after is when a run is due. Version 2 says no more than when it was due
		// by its schedule, or triggered.
		Created: firstTime(r.RunAfter, r.Queued, r.LogicalDate, r.Start), Started: r.Start, Finished: r.End,
		Parameters: r.Conf,
	}
	if s.pages != nil {
		out.URL = strings.TrimSuffix(s.pages.String(), "/") + s.page(r.DAG, r.ID)
	}
	if n := len(r.Versions); n > 0 {
		out.Version, out.VersionID = strconv.Itoa(r.Versions[n-1].Number), r.Versions[n-1].ID
	}
	return out
}

func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func (s *server) runCall(r ref) call {
	return call{doing: "show run " + shownName(r.String()), method: http.MethodGet, path: runPath(r)}
}

// readRun asks for a run.
func (s *server) readRun(ctx context.Context, r ref) (dagRun, error) {
	var run dagRun
	err := s.ask(ctx, s.runCall(r), &run)
	switch {
	case isStatus(err, http.StatusNotFound):
		return run, noRun(r)
	case err == nil && (run.ID == "" || run.DAG == ""):
		return run, s.nonsense(s.runCall(r), nil)
	}
	return run, err
}

func noRun(r ref) error {
	return &submit.Error{
		Kind: submit.NotFound, Message: fmt.Sprintf("DAG %s has no run %s", shownName(r.dag), shownName(r.run)),
		Advice: "fltsctl runs list --backend airflow --pipeline " + shownName(r.dag) + " shows what is there",
	}
}

// Run reads a run with its tasks, in two requests where it has no more than a
// hundred of them.
func (b *Backend) Run(ctx context.Context, id string) (submit.Run, error) {
	s, r, err := b.open(ctx, id)
	if err != nil {
		return submit.Run{}, err
	}
	read, err := s.readRun(ctx, r)
	if err != nil {
		return submit.Run{}, err
	}
	return s.withTasks(ctx, r, s.run(read))
}

// withTasks is a run that was read, with its tasks as they are now.
func (s *server) withTasks(ctx context.Context, r ref, run submit.Run) (submit.Run, error) {
	instances, err := s.instances(ctx, r)
	if err != nil {
		return submit.Run{}, err
	}
	run.Tasks = tasksOf(instances)
	if run.State == submit.Failed {
		run.Error = whatFailed(instances)
	}
	return run, nil
}

// Glance reads the run and its tasks in turn.
func (b *Backend) Glance(ctx context.Context, known submit.Run) (submit.Run, error) {
	s, r, err := b.open(ctx, known.ID)
	if err != nil {
		return submit.Run{}, err
	}
	if b.tasksAreDue(known.ID) {
		instances, err := s.instances(ctx, r)
		if err != nil {
			return submit.Run{}, err
		}
		known.Tasks = tasksOf(instances)
		return known, nil
	}
	read, err := s.readRun(ctx, r)
	if err != nil {
		return submit.Run{}, err
	}
	run := s.run(read)
	if run.State.Final() {
		return s.withTasks(ctx, r, run)
	}
	run.Tasks = known.Tasks
	return run, nil
}

// tasksAreDue is true every other time for a run, and false the first time.
func (b *Backend) tasksAreDue(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	due := b.tasksNext[id]
	b.tasksNext[id] = !due
	return due
}

// open is what every call about a run begins with.
func (b *Backend) open(ctx context.Context, id string) (*server, ref, error) {
	r, err := b.parseRef(id)
	if err != nil {
		return nil, r, err
	}
	s, err := b.server(ctx)
	return s, r, err
}

// whatFailed names the tasks that failed. Airflow itself says no more than that.
func whatFailed(instances []instance) string {
	const most = 5
	var failed []string
	for _, i := range instances {
		if i.state() == submit.Failed {
			failed = append(failed, shownName(i.id()))
		}
	}
	switch n := len(failed); {
	case n == 0:
		return "no task of it has failed: it was stopped, or its time was over"
	case n == 1:
		return "task " + failed[0] + " failed"
	case n > most:
		failed = append(failed[:most], fmt.Sprintf("and %d more", n-most))
	}
	return "tasks " + strings.Join(failed, ", ") + " failed"
}
