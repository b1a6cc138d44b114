package airflow

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"github.com/flts-run/flts-run/submit"
)

// allDAGs stands for every DAG in a path.
const allDAGs = "~"

// Runs lists runs, a hundred at most.
func (b *Backend) Runs(ctx context.Context, q submit.Query) (submit.Page, error) {
	if q.Archived {
		return submit.Page{}, nil // Airflow hides none
	}
	offset, err := strconv.Atoi(cmp.Or(q.Page, "0"))
	if err != nil || offset < 0 {
		return submit.Page{}, &submit.Error{Kind: submit.Invalid, Message: "--page is not what an earlier list ended with", Advice: "leave it out, to begin at the newest"}
	}
	word := runWord(q.State)
	if q.State != "" && word == "" {
		return submit.Page{}, &submit.Error{
			Kind: submit.Invalid, Message: "no run of Airflow is ever " + string(q.State),
			Advice: "its states are PENDING (queued), RUNNING, SUCCEEDED and FAILED; a run that was stopped has FAILED",
		}
	}
	s, err := b.server(ctx)
	if err != nil {
		return submit.Page{}, err
	}
	id := cmp.Or(q.Pipeline, b.o.DAG, allDAGs)
	query := pageQuery(min(cmp.Or(q.Limit, 20), pageLimit), offset, s.newestFirst)
	if word != "" {
		query.Set("state", word)
	}
	var page struct {
		Runs  []dagRun `json:"dag_runs"`
		Total int      `json:"total_entries"`
	}
	err = s.ask(ctx, call{doing: "list runs", method: http.MethodGet, path: dagPath(id, "dagRuns"), query: query}, &page)
	if isStatus(err, http.StatusNotFound) {
		return submit.Page{}, s.unknownDAG(ctx, id)
	}
	if err != nil {
		return submit.Page{}, err
	}
	if page.Total == 0 && id != allDAGs {
		// Version 2 has an empty list for a DAG that there is not.
		if _, err := s.details(ctx, id); submit.IsKind(err, submit.NotFound) {
			return submit.Page{}, err
		}
	}
	out := submit.Page{Total: page.Total}
	for _, r := range page.Runs {
		out.Runs = append(out.Runs, s.run(r))
	}
	if next := offset + len(page.Runs); len(page.Runs) > 0 && next < page.Total {
		out.Next = strconv.Itoa(next)
	}
	return out, nil
}
