package airflow

import (
	"context"
	"fmt"
	"net/http"

	"github.com/flts-run/flts-run/submit"
)

// Terminate stops a run by setting it to failed, which ends its tasks too. One that
// has ended is left alone: Airflow would make a failure of its success.
func (b *Backend) Terminate(ctx context.Context, id string) error {
	s, r, err := b.open(ctx, id)
	if err != nil {
		return err
	}
	run, err := s.readRun(ctx, r)
	if err != nil {
		return err
	}
	if runState(run.State).Final() {
		return &submit.Error{Kind: submit.Conflict, Message: fmt.Sprintf("run %s has ended already: %s", shownName(r.String()), shownName(run.State))}
	}
	err = s.ask(ctx, call{
		doing: "stop run " + shownName(r.String()), method: http.MethodPatch, path: runPath(r),
		body: map[string]any{"state": "failed"},
	}, &dagRun{})
	if isStatus(err, http.StatusNotFound) {
		return noRun(r)
	}
	return err
}

// Retry clears the tasks that failed, and those behind them, and the run goes on.
// Both versions have this call in one form; that of the run itself clears tasks
// that succeeded too in version 2.
func (b *Backend) Retry(ctx context.Context, id string) error {
	s, r, err := b.open(ctx, id)
	if err != nil {
		return err
	}
	run, err := s.readRun(ctx, r)
	if err != nil {
		return err
	}
	var cleared struct {
		Instances []instance `json:"task_instances"`
	}
	// dry_run is true where it is left out.
	if err := s.ask(ctx, call{
		doing: "clear the failed tasks of run " + shownName(r.String()), method: http.MethodPost, path: dagPath(r.dag, "clearTaskInstances"),
		body: map[string]any{"dry_run": false, "dag_run_id": r.run, "only_failed": true, "reset_dag_runs": true},
	}, &cleared); err != nil {
		return err
	}
	if len(cleared.Instances) == 0 {
		return &submit.Error{
			Kind: submit.Conflict, Message: fmt.Sprintf("no task of run %s has failed: it is %s", shownName(r.String()), shownName(run.State)),
			Advice: "to run all of it again: fltsctl submit --backend airflow " + shownName(r.dag),
		}
	}
	return nil
}

// Archive is what Airflow cannot do.
func (b *Backend) Archive(context.Context, string) error {
	return &submit.Error{
		Kind: submit.Unsupported, Message: "Airflow does not hide runs: it has them, or has deleted them with all that it knows of their tasks",
		Advice: "airflow db clean deletes what is old",
	}
}
