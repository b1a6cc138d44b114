package fakeairflow

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// dialect is what differs between the versions.
type dialect interface {
	api() string
	health(*Server) []route
	login(*Server, *request) *failure
	outside(*Server, *request)
	noSuchPath(*request)
	refuse(*request, *failure)

	noBody() *failure
	noJSON() *failure
	unknownField(name string, value any) *failure
	naiveDate(field, text string) *failure
	noObject(field string, value any) *failure
	noChoice(field string, value any, choices []string) *failure
	noDAG(id string) *failure
	noDAGToTrigger(id string) *failure
	noRun(dag, run string) *failure
	sameRun(dag, run string) *failure
	sameDate(dag string, date time.Time) *failure
	noDefault(param string) string
	noInstance() *failure
	noInstances(dag, run string) (any, *failure)
	badToken() *failure
	badState(state string) *failure
	unlisted(s *Server, dag string) *failure
	untriggerable(*DAG) *failure
	triggerFields(*Server, *request) (map[string]any, *failure)

	orders() []string
	list(name string, list []any, total int) map[string]any
	cleared(*run, []*instance) map[string]any
	logPage(r *run, i *instance, try, position int) (any, *failure)
	dag(*DAG) map[string]any
	details(*Server, *DAG) map[string]any
	importError(n int, d *DAG) map[string]any
	run(*run) map[string]any
	instance(*run, *instance) map[string]any
}

type (
	version2 struct{}
	version3 struct{}
)

func (version2) api() string { return "/api/v1" }
func (version3) api() string { return "/api/v2" }

// outside of the API there are the login and pages for people.
func (s *Server) outside(q *request) { s.dialect.outside(s, q) }

func (version3) outside(s *Server, q *request) {
	switch {
	case q.path == "/auth/token" && q.r.Method == http.MethodPost:
		s.giveToken(q)
	case q.path == "/auth/token":
		q.json(http.StatusForbidden, map[string]any{"detail": "This method is only allowed if ``[core] simple_auth_manager_all_admins`` is True"})
	case strings.HasPrefix(q.path, "/api/v1/"):
		q.json(http.StatusNotFound, map[string]any{"error": "/api/v1 has been removed in Airflow 3, please use its upgraded version /api/v2 instead."})
	default:
		q.page(http.StatusOK, "<!doctype html><title>Airflow</title>")
	}
}

func (version2) outside(s *Server, q *request) {
	switch q.path {
	case "/":
		q.w.Header().Set("Location", "/home")
		q.page(http.StatusFound, "<!doctype html><title>Redirecting...</title>")
	case "/health":
		body, _ := s.healthBody(q)
		q.json(http.StatusOK, body)
	default:
		q.page(http.StatusNotFound, "<!DOCTYPE html><title>Airflow 404</title>")
	}
}

func (q *request) page(status int, text string) {
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.WriteHeader(status)
	_, _ = io.WriteString(q.w, text)
}

func (version3) noSuchPath(q *request) {
	if strings.HasSuffix(q.path, "/auth/token") {
		q.w.Header().Set("Allow", "GET")
		q.json(http.StatusMethodNotAllowed, map[string]any{"detail": "Method Not Allowed"})
		return
	}
	q.json(http.StatusNotFound, map[string]any{"error": "API route not found"})
}

func (v version2) noSuchPath(q *request) {
	v.refuse(q, &failure{http.StatusNotFound, "Not Found", "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again."})
}

func (version3) refuse(q *request, f *failure) { q.json(f.status, map[string]any{"detail": f.detail}) }

func (version2) refuse(q *request, f *failure) {
	if f.status == http.StatusInternalServerError {
		q.page(f.status, "<!DOCTYPE html><h1> Ooops! </h1>")
		return
	}
	title := f.title
	if title == "" {
		title = http.StatusText(f.status)
	}
	q.w.Header().Set("Content-Type", "application/problem+json")
	q.w.WriteHeader(f.status)
	writeJSON(q.w, map[string]any{"detail": f.detail, "status": f.status, "title": title, "type": "https://airflow.apache.org/docs/"})
}

// invalid is the 422 of version 3.
func invalid(sort, message string, input any, where ...any) *failure {
	return fail(http.StatusUnprocessableEntity, []any{map[string]any{"type": sort, "loc": append([]any{"body"}, where...), "msg": message, "input": input}})
}

func (version3) noBody() *failure { return invalid("missing", "Field required", nil) }
func (version3) noJSON() *failure {
	f := invalid("json_invalid", "JSON decode error", map[string]any{}, 1)
	f.detail.([]any)[0].(map[string]any)["ctx"] = map[string]any{"error": "Expecting property name enclosed in double quotes"}
	return f
}

func (version3) unknownField(name string, value any) *failure {
	return invalid("extra_forbidden", "Extra inputs are not permitted", value, name)
}

func (version3) naiveDate(field, text string) *failure {
	return invalid("timezone_aware", "Input should have timezone info", text, field)
}

func (version3) noObject(field string, value any) *failure {
	return invalid("dict_type", "Input should be a valid dictionary", value, field)
}

func (version3) noChoice(field string, value any, choices []string) *failure {
	words := "'" + strings.Join(choices, "', '") + "'"
	f := invalid("enum", "Input should be "+words, value, field)
	f.detail.([]any)[0].(map[string]any)["ctx"] = map[string]any{"expected": words}
	return f
}

func (version2) noBody() *failure {
	return fail(http.StatusBadRequest, "Request body must not be empty")
}

func (version2) noJSON() *failure {
	return fail(http.StatusBadRequest, "Request body is not valid JSON")
}

func (version2) unknownField(name string, _ any) *failure {
	return fail(http.StatusBadRequest, fmt.Sprintf("{'%s': ['Unknown field.']}", name))
}

func (version2) naiveDate(field, text string) *failure {
	return fail(http.StatusBadRequest, fmt.Sprintf("'%s' is not a 'date-time' - '%s'", text, field))
}

func (version2) noObject(field string, value any) *failure {
	return fail(http.StatusBadRequest, fmt.Sprintf("%v is not of type 'object' - '%s'", value, field))
}

func (version2) noChoice(field string, value any, choices []string) *failure {
	return fail(http.StatusBadRequest, fmt.Sprintf("'%v' is not one of %v - '%s'", value, choices, field))
}

func (version3) noDAG(id string) *failure {
	return fail(http.StatusNotFound, "The Dag with ID: `"+id+"` was not found")
}

func (version2) noDAG(id string) *failure {
	return &failure{http.StatusNotFound, "DAG not found", "The DAG with dag_id: " + id + " was not found"}
}

func (version3) noDAGToTrigger(id string) *failure {
	return fail(http.StatusNotFound, "Dag with dag_id: '"+id+"' not found")
}

func (version2) noDAGToTrigger(id string) *failure {
	return &failure{http.StatusNotFound, "DAG not found", "DAG with dag_id: '" + id + "' not found"}
}

func (version3) noRun(dag, run string) *failure {
	return fail(http.StatusNotFound, fmt.Sprintf("The DagRun with dag_id: `%s` and run_id: `%s` was not found", dag, run))
}

func (version2) noRun(dag, run string) *failure {
	return &failure{http.StatusNotFound, "DAGRun not found", fmt.Sprintf("DAGRun with DAG ID: '%s' and DagRun ID: '%s' not found", dag, run)}
}

func (version3) sameRun(string, string) *failure {
	return fail(http.StatusConflict, map[string]any{
		"reason": "Unique constraint violation", "statement": "hidden", "orig_error": "hidden",
		"message": "Serious error when handling your request. Check logs for more details - you will find it in api server when you look for ID mR9SCYvn",
	})
}

func (v version3) sameDate(dag string, _ time.Time) *failure { return v.sameRun(dag, "") }

func (version2) sameRun(dag, run string) *failure {
	return fail(http.StatusConflict, fmt.Sprintf("DAGRun with DAG ID: '%s' and DAGRun ID: '%s' already exists", dag, run))
}

func (version2) sameDate(dag string, date time.Time) *failure {
	return fail(http.StatusConflict, fmt.Sprintf("DAGRun with DAG ID: '%s' and DAGRun logical date: '%s' already exists", dag, date))
}

func (version3) noDefault(param string) string {
	return "Invalid input for param " + param + ": No value passed"
}

func (version2) noDefault(param string) string {
	return "Invalid input for param " + param + ": No value passed and Param has no default value"
}
