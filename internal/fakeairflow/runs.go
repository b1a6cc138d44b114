package fakeairflow

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Orders that a list of runs can be had in.
var (
	orders2 = []string{"id", "state", "dag_id", "execution_date", "dag_run_id", "start_date", "end_date", "updated_at", "external_trigger", "conf"}
	orders3 = []string{"id", "state", "dag_id", "run_id", "dag_run_id", "logical_date", "run_after", "start_date", "end_date", "updated_at", "conf", "duration"}
)

func (version2) orders() []string { return orders2 }
func (version3) orders() []string { return orders3 }

// listRuns lists runs, the newest first if the order begins with "-".
func (s *Server) listRuns(q *request) (any, *failure) {
	id, query := q.args[0], q.r.URL.Query()
	if f := s.unlisted(s, id); f != nil {
		return nil, f
	}
	order, newestFirst := strings.CutPrefix(query.Get("order_by"), "-")
	if order != "" && !slices.Contains(s.orders(), order) {
		return nil, fail(http.StatusBadRequest, "Ordering with '"+order+"' is disallowed or the attribute does not exist on the model")
	}
	if f := s.badState(query.Get("state")); f != nil {
		return nil, f
	}
	var list []*run
	for _, r := range s.runs {
		if (id == "~" || r.dag.ID == id) && (query.Get("state") == "" || r.state == query.Get("state")) {
			list = append(list, r)
		}
	}
	if newestFirst {
		slices.Reverse(list)
	}
	shown := []any{}
	for _, r := range page(q, list) {
		shown = append(shown, s.run(r))
	}
	return s.list("dag_runs", shown, len(list)), nil
}

func (version3) list(name string, list []any, total int) map[string]any {
	return map[string]any{name: list, "total_entries": total, "total_entries_limit": nil, "next_cursor": nil, "previous_cursor": nil}
}

func (version2) list(name string, list []any, total int) map[string]any {
	return map[string]any{name: list, "total_entries": total}
}

// unlisted: version 2 has an empty list for a DAG that there is not.
func (v version3) unlisted(s *Server, id string) *failure {
	if id != "~" && s.dags[id] == nil {
		return v.noDAG(id)
	}
	return nil
}

func (version2) unlisted(*Server, string) *failure { return nil }

func (version3) badState(state string) *failure {
	if state == "" || slices.Contains([]string{"queued", "running", "success", "failed"}, state) {
		return nil
	}
	return fail(http.StatusUnprocessableEntity, "Invalid value for state. Valid values are queued, running, success, failed")
}

func (version2) badState(string) *failure { return nil }

func (s *Server) find(dag, id string) *run {
	for _, r := range s.runs {
		if r.dag.ID == dag && r.id == id {
			return r
		}
	}
	return nil
}

func (s *Server) getRun(q *request) (any, *failure) {
	r := s.find(q.args[0], q.args[1])
	if r == nil {
		return nil, s.noRun(q.args[0], q.args[1])
	}
	return s.run(r), nil
}

func (s *Server) patchRun(q *request) (any, *failure) {
	body, f := s.fields(q, "state", "note")
	if f != nil {
		return nil, f
	}
	choices := []string{"queued", "success", "failed"}
	state := text(body, "state")
	if !slices.Contains(choices, state) {
		return nil, s.noChoice("state", body["state"], choices)
	}
	r := s.find(q.args[0], q.args[1])
	if r == nil {
		return nil, s.noRun(q.args[0], q.args[1])
	}
	r.set(state, s.o.Now().UTC())
	return s.run(r), nil
}

// clear lets what failed run again.
func (s *Server) clear(q *request) (any, *failure) {
	body, f := s.fields(q, "dry_run", "dag_run_id", "only_failed", "only_running", "reset_dag_runs", "task_ids", "start_date", "end_date")
	if f != nil {
		return nil, f
	}
	id := text(body, "dag_run_id")
	r := s.find(q.args[0], id)
	if r == nil {
		return nil, s.noRun(q.args[0], id)
	}
	var cleared []*instance
	if body["dry_run"] == false && body["only_failed"] != false {
		cleared = r.clearFailed(s.o.Now().UTC())
	}
	return s.cleared(r, cleared), nil
}

func (v version3) cleared(r *run, cleared []*instance) map[string]any {
	list := []any{}
	for _, i := range cleared {
		list = append(list, v.instance(r, i))
	}
	return v.list("task_instances", list, len(list))
}

func (version2) cleared(r *run, cleared []*instance) map[string]any {
	list := []any{}
	for _, i := range cleared {
		list = append(list, map[string]any{"dag_id": r.dag.ID, "dag_run_id": r.id, "execution_date": stamp(r.date()), "task_id": i.task.ID})
	}
	return map[string]any{"task_instances": list}
}

// stamp is a time as it is answered, null for none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(timeFormat)
}

func duration(start, end time.Time) any {
	if start.IsZero() || end.IsZero() {
		return nil
	}
	return end.Sub(start).Seconds()
}

// date is the logical date, which version 2 always has.
func (r *run) date() time.Time {
	if r.logicalDate.IsZero() {
		return r.runAfter
	}
	return r.logicalDate
}

func note(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (version3) run(r *run) map[string]any {
	return map[string]any{
		"dag_run_id": r.id, "dag_id": r.dag.ID, "logical_date": stamp(r.logicalDate), "queued_at": stamp(r.queued),
		"start_date": stamp(r.start), "end_date": stamp(r.end), "duration": duration(r.start, r.end),
		"data_interval_start": stamp(r.logicalDate), "data_interval_end": stamp(r.logicalDate), "run_after": stamp(r.runAfter),
		"last_scheduling_decision": stamp(r.start), "run_type": "manual", "state": r.state, "triggered_by": "rest_api",
		"triggering_user_name": "admin", "conf": r.conf, "note": note(r.note), "dag_versions": []any{dagVersion(r.dag)},
		"bundle_version": nil, "dag_display_name": r.dag.display(), "partition_key": nil, "partition_date": nil,
	}
}

func (version2) run(r *run) map[string]any {
	return map[string]any{
		"conf": r.conf, "dag_id": r.dag.ID, "dag_run_id": r.id, "data_interval_end": stamp(r.date()), "data_interval_start": stamp(r.date()),
		"end_date": stamp(r.end), "execution_date": stamp(r.date()), "external_trigger": true, "last_scheduling_decision": stamp(r.start),
		"logical_date": stamp(r.date()), "note": note(r.note), "run_type": "manual", "start_date": stamp(r.start), "state": r.state,
	}
}
