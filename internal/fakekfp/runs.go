package fakekfp

import (
	"fmt"
	"strings"
)

// epoch is what the server writes for a time that has not come.
const epoch = "1970-01-01T00:00:00Z"

// hiddenNamespace is the namespace of a run, which the API does not show.
const hiddenNamespace = "\x00namespace"

var runFields = []string{
	"experiment_id", "run_id", "display_name", "storage_state", "description", "pipeline_version_id",
	"pipeline_spec", "pipeline_version_reference", "runtime_config", "service_account", "created_at",
	"scheduled_at", "finished_at", "state", "error", "run_details", "recurring_run_id", "state_history",
}

func (s *Server) createRun(q *request) (any, *failure) {
	sent, failed := s.fields(q, runFields...)
	if failed != nil {
		return nil, failed
	}
	if sent.text("display_name") == "" {
		return nil, errorf(codeInternal, "Run name cannot be empty", "CreateJob(job.ToV2())Failed to create a run due to conversion error: InternalServerError: Failed to convert a API run detail to its internal representation: Invalid input error: ")
	}
	if s.newer && sent["pipeline_spec"] != nil && sent["pipeline_version_reference"] != nil {
		return nil, errorf(codeInvalid, "proto: (line 1:2): error parsing \"pipeline_version_reference\", oneof v2beta1.Run.pipeline_source is already set", "")
	}
	experiment, failed := s.experimentOf(q, sent.text("experiment_id"))
	if failed != nil {
		return nil, failed
	}
	const frames = "Failed to create a new run: "
	spec, failed := s.specOf(sent)
	if failed != nil {
		failed.whole = frames + failed.whole
		return nil, failed
	}
	config := fields(sent["runtime_config"])
	if failed := s.checkTemplate(spec, "InternalServerError: Failed to create a run due to error fetching manifest: Failed to fetch a template with an invalid pipeline spec manifest: "); failed != nil {
		failed.whole = frames + failed.whole
		return nil, failed
	}
	if failed := s.checkParameters(spec, fields(config["parameters"])); failed != nil {
		failed.whole = frames + failed.whole
		return nil, failed
	}
	return s.addRun(sent, experiment, config), nil
}

func (s *Server) experimentOf(q *request, id string) (object, *failure) {
	if id == "" {
		if s.o.MultiUser {
			return nil, errorf(codeInvalid, "Experiment id can not be empty in multi-user mode", "Failed to create a new run: Failed to create a run due to invalid experimentId and namespace combination: Invalid input error: ")
		}
		return s.experiments[0], nil
	}
	e := s.find(s.experiments, "experiment_id", id)
	if e == nil {
		return nil, errorf(codeNotFound, fmt.Sprintf("Experiment %s not found", id), fmt.Sprintf("Failed to create a new run: Failed to create a run due to invalid experimentId and namespace combination: Failed to fetch namespace for experiment %s: ResourceNotFoundError: ", id))
	}
	return e, s.may(q, e.text("namespace"))
}

// specOf is the pipeline of a run that is asked for.
func (s *Server) specOf(sent object) (any, *failure) {
	reference := fields(sent["pipeline_version_reference"])
	if reference == nil || sent["pipeline_spec"] != nil {
		return sent["pipeline_spec"], nil
	}
	const frames = "InternalServerError: Failed to create a run due to error fetching manifest: Failed to fetch a template due to error retrieving pipeline version: "
	if id := reference.text("pipeline_version_id"); id != "" {
		if v := s.find(s.versions, "pipeline_version_id", id); v != nil {
			return v["pipeline_spec"], nil
		}
		return nil, errorf(codeInternal, fmt.Sprintf("PipelineVersion %s not found", id), frames+"ResourceNotFoundError: ")
	}
	id := reference.text("pipeline_id")
	if all := s.versionsOf(id); len(all) > 0 {
		newest := all[len(all)-1]
		reference["pipeline_version_id"] = newest["pipeline_version_id"]
		return newest["pipeline_spec"], nil
	}
	return nil, errorf(codeInternal, fmt.Sprintf("PipelineVersion %s not found", id), frames+"Failed to get the latest pipeline version for a pipeline: ResourceNotFoundError: ")
}

// addRun stores a run. Times that were sent are kept, as the real server keeps
// them.
func (s *Server) addRun(sent, experiment, config object) object {
	now := s.now()
	run := object{
		"run_id": s.newID(kindRun), "experiment_id": experiment["experiment_id"], "display_name": sent["display_name"],
		"storage_state": "AVAILABLE", "service_account": "pipeline-runner",
		"created_at": now, "scheduled_at": now, "finished_at": epoch,
		"state":         "PENDING",
		"state_history": []any{object{"update_time": now, "state": "PENDING"}},
		hiddenNamespace: experiment.text("namespace"),
	}
	for _, name := range []string{"description", "service_account", "scheduled_at", "finished_at"} {
		if text := sent.text(name); text != "" {
			run[name] = text
		}
	}
	if reference := fields(sent["pipeline_version_reference"]); reference != nil {
		run["pipeline_version_reference"] = reference
	} else {
		run["pipeline_spec"] = sent["pipeline_spec"]
	}
	if len(fields(config["parameters"])) > 0 || config.text("pipeline_root") != "" {
		run["runtime_config"] = config
	}
	s.runs = append(s.runs, run)
	return run.shown()
}

// shown is a run without what the API does not show.
func (o object) shown() object {
	shown := object{}
	for name, value := range o {
		if name != hiddenNamespace {
			shown[name] = value
		}
	}
	return shown
}

func (s *Server) run(q *request, frames string) (object, *failure) {
	id := q.ids[0]
	run := s.find(s.runs, "run_id", id)
	if run == nil {
		return nil, errorf(codeNotFound, fmt.Sprintf("Run %s not found", id), frames+fmt.Sprintf("Failed to fetch run %s: ResourceNotFoundError: ", id))
	}
	return run, s.may(q, run.text(hiddenNamespace))
}

func (s *Server) getRun(q *request) (any, *failure) {
	run, failed := s.run(q, "Failed to get a run: ")
	return run.shown(), failed
}

func (s *Server) listRuns(q *request) (any, *failure) {
	id := q.URL.Query().Get("experiment_id")
	all := s.runs
	if id == "" {
		var failed *failure
		if all, failed = s.inNamespace(q, s.runs); failed != nil {
			return nil, failed
		}
	} else {
		e := s.find(s.experiments, "experiment_id", id)
		if e == nil {
			return nil, errorf(codeNotFound, fmt.Sprintf("Experiment %s not found", id), "Failed to list runs: Failed to fetch namespace from experiment: ResourceNotFoundError: ")
		}
		if failed := s.may(q, e.text("namespace")); failed != nil {
			return nil, failed
		}
	}
	var own []object
	for _, run := range all {
		if id == "" || run["experiment_id"] == id {
			own = append(own, run.shown())
		}
	}
	return s.list(q, own, map[string]string{
		"run_id": "run_id", "display_name": "display_name", "name": "display_name", "description": "description",
		"storage_state": "storage_state", "state": "state", "experiment_id": "experiment_id",
	}, "runs", "")
}

func (s *Server) terminate(q *request) (any, *failure) {
	const frames = "Failed to terminate a run: "
	run, failed := s.run(q, frames)
	if failed != nil {
		return nil, failed
	}
	switch run.text("state") {
	case "PENDING", "RUNNING", "PAUSED", "":
		run["state"] = "CANCELING"
		return object{}, nil
	}
	return nil, errorf(codeInvalid, fmt.Sprintf("Failed to terminate a run %s. Row not found", q.ids[0]), frames+"Invalid input error: ")
}

func (s *Server) retry(q *request) (any, *failure) {
	const frames = "Failed to retry a run: "
	run, failed := s.run(q, frames)
	switch {
	case failed != nil:
		return nil, failed
	case !s.reported[q.ids[0]]:
		return nil, &failure{
			code:  codeAborted,
			whole: frames + fmt.Sprintf("BadRequestError: Failed to retry run %s due to error fetching workflow manifest: Invalid input error: Workflow manifest cannot be empty", q.ids[0]),
			short: fmt.Sprintf("Failed to retry run %s due to error fetching workflow manifest", q.ids[0]),
		}
	case run["state"] != "FAILED":
		return nil, errorf(codeAborted, "Workflow must be Failed/Error to retry: workflow cannot be retried", frames+"BadRequestError: ")
	}
	run["state"], run["finished_at"] = "RUNNING", epoch
	run["state_history"] = []any{object{"update_time": s.now(), "state": "RUNNING"}}
	return object{}, nil
}

func (s *Server) archive(q *request) (any, *failure) {
	run, failed := s.run(q, "Failed to archive a run: ")
	if failed != nil {
		return nil, failed
	}
	run["storage_state"] = "ARCHIVED"
	return object{}, nil
}

// fields is a JSON object, or nil.
func fields(v any) object {
	switch v := v.(type) {
	case object:
		return v
	case map[string]any:
		return v
	}
	return nil
}

func finalState(state string) bool {
	return strings.Contains(" SUCCEEDED SKIPPED FAILED CANCELED ", " "+state+" ")
}
