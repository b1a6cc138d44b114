package fakeairflow

import (
	"fmt"
	"maps"
	"net/http"
)

func (s *Server) listInstances(q *request) (any, *failure) {
	r := s.find(q.args[0], q.args[1])
	if r == nil {
		return s.noInstances(q.args[0], q.args[1])
	}
	list := []any{}
	for _, i := range page(q, r.instances) {
		list = append(list, s.instance(r, i))
	}
	return s.list("task_instances", list, len(r.instances)), nil
}

func (version3) noInstances(dag, run string) (any, *failure) {
	return nil, fail(http.StatusNotFound, fmt.Sprintf("DagRun with dag_id: `%s` and run_id: `%s` was not found", dag, run))
}

func (v version2) noInstances(string, string) (any, *failure) {
	return v.list("task_instances", []any{}, 0), nil
}

// SetState puts a task into a state that it does not come to by itself.
func (s *Server) SetState(dag, run, task string, index int, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.find(dag, run).instances {
		if i.task.ID == task && i.index == index {
			i.state = state
		}
	}
}

// common is what both versions say of a task instance.
func (i *instance) common(r *run) map[string]any {
	var state, host any = i.state, "worker"
	if i.state == "" {
		state = nil
	}
	if i.try == 0 {
		host = ""
	}
	return map[string]any{
		"dag_id": r.dag.ID, "dag_run_id": r.id, "duration": duration(i.start, i.end), "end_date": stamp(i.end), "executor": nil,
		"executor_config": "{}", "hostname": host, "map_index": i.index, "max_tries": i.task.Retries, "note": nil,
		"operator": "_PythonDecoratedOperator", "pid": nil, "pool": "default_pool", "pool_slots": 1, "priority_weight": i.weight,
		"queue": "default", "queued_when": stamp(i.start), "rendered_fields": map[string]any{}, "rendered_map_index": nil,
		"start_date": stamp(i.start), "state": state, "task_display_name": i.task.ID, "task_id": i.task.ID,
		"trigger": nil, "triggerer_job": nil, "try_number": i.try, "unixname": "airflow",
	}
}

func (version3) instance(r *run, i *instance) map[string]any {
	m := i.common(r)
	maps.Copy(m, map[string]any{
		"dag_display_name": r.dag.display(), "dag_version": dagVersion(r.dag), "id": "01a1ff8f-6e8e-7d86-ab97-a98498db73cf",
		"logical_date": stamp(r.logicalDate), "operator_name": "@task", "run_after": stamp(r.runAfter), "scheduled_when": stamp(i.start),
	})
	return m
}

func (version2) instance(r *run, i *instance) map[string]any {
	m := i.common(r)
	maps.Copy(m, map[string]any{"execution_date": stamp(r.date()), "sla_miss": nil})
	return m
}
