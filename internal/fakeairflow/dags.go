package fakeairflow

import (
	"encoding/json"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// DAG is one that the server has.
type DAG struct {
	ID          string
	DisplayName string // "" is the id
	Description string
	File        string // "dags.py", below the folder of the DAGs; "" is that
	Params      []Param
	Tasks       []Task
	Paused      bool

	// ImportError is the end of a trace; with one the DAG cannot be run.
	ImportError string
	// Gone from its file.
	Gone bool
}

// Param is a parameter. Value and Schema are JSON; "" is null, and {}.
type Param struct {
	Name, Description string
	Value, Schema     string
}

func (d *DAG) file() string {
	if d.File == "" {
		return "dags.py"
	}
	return d.File
}

func (d *DAG) display() string {
	if d.DisplayName == "" {
		return d.ID
	}
	return d.DisplayName
}

func (s *Server) version(*request) (any, *failure) {
	return map[string]any{"version": s.o.Version, "git_version": ".release:0"}, nil
}

func (version3) health(s *Server) []route {
	return []route{{"GET", "monitor/health", true, s.healthBody}}
}

func (version2) health(s *Server) []route { return []route{{"GET", "health", true, s.healthBody}} }

func (s *Server) healthBody(*request) (any, *failure) {
	var status, beat any = "healthy", s.o.Now().UTC().Format(timeFormat)
	switch s.o.Scheduler {
	case "":
	case "null":
		status, beat = nil, nil
	default:
		status = s.o.Scheduler
	}
	body := map[string]any{
		"metadatabase":  map[string]any{"status": "healthy"},
		"scheduler":     map[string]any{"status": status, "latest_scheduler_heartbeat": beat},
		"triggerer":     map[string]any{"status": nil, "latest_triggerer_heartbeat": nil},
		"dag_processor": map[string]any{"status": nil, "latest_dag_processor_heartbeat": nil},
	}
	for name, status := range s.o.Health {
		part := map[string]any{"status": status}
		if name != "metadatabase" {
			part["latest_"+name+"_heartbeat"] = s.o.Now().UTC().Format(timeFormat)
		}
		body[name] = part
	}
	return body, nil
}

const pageLimit = 100 // what a page has at most, whatever is asked for

// page is the part of a list that a query asks for.
func page[T any](q *request, list []T) []T {
	number := func(name string, otherwise int) int {
		n, err := strconv.Atoi(q.r.URL.Query().Get(name))
		if err != nil || n < 0 {
			return otherwise
		}
		return n
	}
	offset := min(number("offset", 0), len(list))
	return list[offset:min(offset+min(number("limit", 50), pageLimit), len(list))]
}

func (s *Server) listDAGs(q *request) (any, *failure) {
	ids := slices.Sorted(maps.Keys(s.dags))
	if pattern := q.r.URL.Query().Get("dag_id_pattern"); pattern != "" {
		ids = slices.DeleteFunc(ids, func(id string) bool { return !strings.Contains(id, pattern) })
	}
	list := []any{}
	for _, id := range page(q, ids) {
		list = append(list, s.dag(s.dags[id]))
	}
	return map[string]any{"dags": list, "total_entries": len(ids)}, nil
}

func (s *Server) getDAG(q *request) (any, *failure) {
	d := s.dags[q.args[0]]
	if d == nil {
		return nil, s.noDAG(q.args[0])
	}
	return s.dag(d), nil
}

func (s *Server) getDetails(q *request) (any, *failure) {
	d := s.dags[q.args[0]]
	if d == nil {
		return nil, s.noDAG(q.args[0])
	}
	return s.details(s, d), nil
}

func (s *Server) patchDAG(q *request) (any, *failure) {
	body, f := s.fields(q, "is_paused")
	if f != nil {
		return nil, f
	}
	d := s.dags[q.args[0]]
	if d == nil {
		return nil, s.noDAG(q.args[0])
	}
	d.Paused = body["is_paused"] == true
	return s.dag(d), nil
}

func (s *Server) listImportErrors(q *request) (any, *failure) {
	var broken []any
	for _, id := range slices.Sorted(maps.Keys(s.dags)) {
		if d := s.dags[id]; d.ImportError != "" {
			broken = append(broken, s.importError(len(broken)+1, d))
		}
	}
	return map[string]any{"import_errors": append([]any{}, page(q, broken)...), "total_entries": len(broken)}, nil
}

const folder = "/opt/airflow/dags"

const timeFormat = "2006-01-02T15:04:05.000000Z"

func (version3) importError(n int, d *DAG) map[string]any {
	return map[string]any{
		"import_error_id": n, "timestamp": "2026-01-02T03:04:05.000000Z", "filename": d.file(),
		"bundle_name": "dags-folder", "stack_trace": "Traceback (most recent call last):\n" + d.ImportError + "\n",
	}
}

func (version2) importError(n int, d *DAG) map[string]any {
	return map[string]any{
		"import_error_id": n, "timestamp": "2026-01-02T03:04:05+00:00", "filename": path.Join(folder, d.file()),
		"stack_trace": "Traceback (most recent call last):\n" + d.ImportError + "\n",
	}
}

func (version3) dag(d *DAG) map[string]any {
	m := common(d)
	for name, value := range map[string]any{
		"is_stale": d.ImportError != "" || d.Gone, "last_parse_duration": 0.3, "bundle_name": "dags-folder", "bundle_version": nil,
		"relative_fileloc": d.file(), "timetable_summary": nil, "timetable_partitioned": false, "timetable_periodic": false,
		"next_dagrun_logical_date": nil, "next_dagrun_run_after": nil, "allowed_run_types": nil, "is_backfillable": false,
	} {
		m[name] = value
	}
	return m
}

func (version2) dag(d *DAG) map[string]any {
	m := common(d)
	for name, value := range map[string]any{
		"is_active": d.ImportError == "" && !d.Gone, "default_view": "grid", "is_subdag": false, "last_pickled": nil,
		"next_dagrun": nil, "next_dagrun_create_after": nil, "pickle_id": nil, "root_dag_id": nil,
		"schedule_interval": nil, "scheduler_lock": nil,
	} {
		m[name] = value
	}
	return m
}

// common is what both versions say of a DAG.
func common(d *DAG) map[string]any {
	return map[string]any{
		"dag_id": d.ID, "dag_display_name": d.display(), "is_paused": d.Paused, "last_parsed_time": "2026-01-02T03:04:05Z",
		"last_expired": nil, "fileloc": path.Join(folder, d.file()), "description": d.Description,
		"timetable_description": "Never, external triggers only", "tags": []any{}, "max_active_tasks": 16, "max_active_runs": 16,
		"max_consecutive_failed_dag_runs": 0, "has_task_concurrency_limits": false, "has_import_errors": d.ImportError != "",
		"next_dagrun_data_interval_start": nil, "next_dagrun_data_interval_end": nil,
		"owners": []any{"airflow"}, "file_token": "…",
	}
}

func (v version3) details(s *Server, d *DAG) map[string]any {
	m := v.dag(d)
	for name, value := range moreDetails(d) {
		m[name] = value
	}
	for name, value := range map[string]any{
		"asset_expression": nil, "params": s.params(d, func(p Param) map[string]any { return map[string]any{"source": nil} }),
		"template_search_path": nil, "default_args": map[string]any{}, "rerun_with_latest_version": nil,
		"owner_links": map[string]any{}, "is_favorite": false, "active_runs_count": 0, "latest_dag_version": dagVersion(d),
	} {
		m[name] = value
	}
	return m
}

func (v version2) details(s *Server, d *DAG) map[string]any {
	m := v.dag(d)
	for name, value := range moreDetails(d) {
		m[name] = value
	}
	for name, value := range map[string]any{
		"dataset_expression": nil, "orientation": "LR", "owners": []any{}, "template_searchpath": nil,
		"params": s.params(d, func(Param) map[string]any { return map[string]any{"__class": "airflow.models.param.Param"} }),
	} {
		m[name] = value
	}
	return m
}

func moreDetails(*DAG) map[string]any {
	return map[string]any{
		"catchup": false, "dag_run_timeout": nil, "doc_md": nil, "start_date": nil, "end_date": nil, "is_paused_upon_creation": nil,
		"render_template_as_native_obj": false, "timezone": "UTC", "last_parsed": "2026-01-02T03:04:05Z", "concurrency": 16,
	}
}

func (s *Server) params(d *DAG, more func(Param) map[string]any) map[string]any {
	params := map[string]any{}
	for _, p := range d.Params {
		m := more(p)
		m["value"], m["schema"], m["description"] = p.json(p.Value, "null"), p.json(p.Schema, "{}"), nil
		if p.Description != "" {
			m["description"] = p.Description
		}
		params[p.Name] = m
	}
	return params
}

func (Param) json(text, otherwise string) json.RawMessage {
	if text == "" {
		text = otherwise
	}
	return json.RawMessage(text)
}

func dagVersion(d *DAG) map[string]any {
	return map[string]any{
		"id": "01a1ff8e-e996-7a4d-a7db-fe174fa9041e", "version_number": 1, "dag_id": d.ID, "bundle_name": "dags-folder",
		"bundle_version": nil, "created_at": "2026-01-02T03:04:05Z", "dag_display_name": d.display(), "bundle_url": nil,
	}
}

func writeJSON(w http.ResponseWriter, body any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(body) // to a test
}
