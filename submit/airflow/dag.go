package airflow

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/submit"
)

// pageLimit is what both versions give at once as they come; more is not refused
// and not given.
const pageLimit = 100

// mostPages bounds lists that are read to their end.
const mostPages = 100

// dag is what is known of a DAG.
type dag struct {
	ID          string `json:"dag_id"`
	DisplayName string `json:"dag_display_name"`
	Description string `json:"description"`
	Doc         string `json:"doc_md"`
	Paused      bool   `json:"is_paused"`

	// Broken: its file cannot be imported as it is now. What is known of the DAG is
	// from before that.
	Broken bool `json:"has_import_errors"`
	// Stale (version 3) and not Active (version 2): it is not in its file any more.
	Stale  bool  `json:"is_stale"`
	Active *bool `json:"is_active"`

	File     string `json:"fileloc"`
	Relative string `json:"relative_fileloc"` // version 3

	Params map[string]json.RawMessage `json:"params"` // of the details alone
}

// gone reports a DAG that Airflow remembers and cannot run.
func (d *dag) gone() bool { return d.Broken || d.Stale || d.Active != nil && !*d.Active }

// details reads a DAG with its parameters, and refuses one that cannot be run.
func (s *server) details(ctx context.Context, id string) (*dag, error) {
	var d dag
	c := call{doing: "show DAG " + shownName(id), method: http.MethodGet, path: dagPath(id, "details")}
	err := s.ask(ctx, c, &d)
	switch {
	case isStatus(err, http.StatusNotFound):
		return nil, s.unknownDAG(ctx, id)
	case err != nil:
		return nil, err
	case d.ID == "":
		return nil, s.nonsense(c, nil)
	case d.gone():
		return nil, s.brokenDAG(ctx, &d)
	}
	return &d, nil
}

// unpause lets the scheduler look at a DAG.
func (s *server) unpause(ctx context.Context, id string) error {
	return s.ask(ctx, unpauseCall(id), &dag{})
}

func unpauseCall(id string) call {
	return call{
		doing: "unpause DAG " + shownName(id), method: http.MethodPatch, path: dagPath(id),
		body: map[string]any{"is_paused": false},
	}
}

// unknownDAG says what is known of a DAG that Airflow has not: there may be one
// with a name that is nearly the same, or a file that cannot be imported.
func (s *server) unknownDAG(ctx context.Context, id string) error {
	e := &submit.Error{Kind: submit.NotFound, Message: "Airflow has no DAG " + shownName(id)}
	known, err := s.dagIDs(ctx)
	if name := near.Name(id, known); err == nil && name != "" {
		e.Advice = "did you mean " + name + "?"
		return e
	}
	if broken, err := s.importErrors(ctx); err == nil && len(broken) > 0 {
		e.Message += fmt.Sprintf(", and it cannot import %d of its files: %s", len(broken), fileList(broken))
		e.Advice = "if the DAG is in one of them, mend that: airflow dags list-import-errors shows the whole error"
		return e
	}
	e.Advice = "airflow dags list shows those there are; a new file is found after some minutes: airflow dags reserialize"
	return e
}

// brokenDAG says why a DAG that Airflow remembers cannot be run.
func (s *server) brokenDAG(ctx context.Context, d *dag) error {
	file := shownName(firstOf(d.Relative, d.File))
	e := &submit.Error{Kind: submit.Conflict}
	broken, err := s.importErrors(ctx)
	if err == nil {
		for _, b := range broken {
			if b.File != "" && (b.File == d.Relative || b.File == d.File) {
				e.Message = fmt.Sprintf("Airflow cannot import %s, the file of DAG %s: %s; until then it does not run", file, d.ID, b.reason())
				e.Advice = "mend the file: airflow dags list-import-errors shows the whole error"
				return e
			}
		}
	}
	if d.Broken {
		e.Message = fmt.Sprintf("Airflow cannot import %s, the file of DAG %s, and does not run it", file, d.ID)
		e.Advice = "airflow dags list-import-errors shows the error"
		return e
	}
	e.Message = fmt.Sprintf("DAG %s is not in %s any more, and Airflow does not run it", d.ID, file)
	e.Advice = "put it back, and wait until Airflow has read the file"
	return e
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return "its file"
}

// dagIDs lists the DAGs, the first ten thousand of them.
func (s *server) dagIDs(ctx context.Context) ([]string, error) {
	var ids []string
	for range mostPages {
		var page struct {
			DAGs  []dag `json:"dags"`
			Total int   `json:"total_entries"`
		}
		if err := s.ask(ctx, call{
			doing: "list its DAGs", method: http.MethodGet, path: []string{"dags"},
			query: pageQuery(pageLimit, len(ids), "dag_id"),
		}, &page); err != nil {
			return nil, err
		}
		for _, d := range page.DAGs {
			ids = append(ids, d.ID)
		}
		if len(page.DAGs) == 0 || len(ids) >= page.Total {
			break
		}
	}
	return ids, nil
}

// pageQuery asks for a part of a list. order is "" for the server's own.
func pageQuery(limit, offset int, order string) url.Values {
	q := url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}}
	if order != "" {
		q.Set("order_by", order)
	}
	return q
}
