package airflow

import (
	"net/url"
	"time"
)

// dialect is what differs between the two versions of the API beside the fields of
// their answers, which are read by whichever is there.
type dialect struct {
	api    string // where its paths begin
	health string // below api

	// newestFirst orders a list of runs.
	newestFirst string

	// trigger is the body that starts a run.
	trigger func(id string, conf map[string]any, logicalDate time.Time, note string) map[string]any

	// page is where people look at a run, below the base.
	page func(dag, run string) string
}

var v1 = dialect{
	api: "/api/v1", health: "health",
	// The start of a run that is queued is null, which databases order as they like.
	newestFirst: "-id",
	// null is refused for what is not given.
	trigger: func(id string, conf map[string]any, logicalDate time.Time, note string) map[string]any {
		body := map[string]any{"dag_run_id": id, "conf": conf}
		if !logicalDate.IsZero() {
			body["logical_date"] = moment(logicalDate)
		}
		if note != "" {
			body["note"] = note
		}
		return body
	},
	page: func(dag, run string) string {
		return "/dags/" + url.PathEscape(dag) + "/grid?dag_run_id=" + url.QueryEscape(run)
	},
}

var v2 = dialect{
	api: "/api/v2", health: "monitor/health",
	newestFirst: "-run_after",
	// logical_date has to be there, if only as null (apache/airflow#46390).
	trigger: func(id string, conf map[string]any, logicalDate time.Time, note string) map[string]any {
		body := map[string]any{"dag_run_id": id, "conf": conf, "logical_date": nil}
		if !logicalDate.IsZero() {
			body["logical_date"] = moment(logicalDate)
		}
		if note != "" {
			body["note"] = note
		}
		return body
	},
	page: func(dag, run string) string {
		return "/dags/" + url.PathEscape(dag) + "/runs/" + url.PathEscape(run)
	},
}

// moment is a time as both take it: one without a zone is refused.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// title names a server for people.
func (s *server) title() string {
	switch {
	case s.version != "":
		return "Airflow " + s.version
	case s.api == v1.api:
		return "Airflow 2"
	}
	return "Airflow"
}
