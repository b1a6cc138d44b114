package fakekfp

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Report is what became of a run.
type Report struct {
	State string // of the API: RUNNING
	Error string
	Tasks []Task // all so far; nil keeps those of the last report
}

// Task is a node of the workflow, as the API shows it.
type Task struct {
	Name              string
	State             string
	Started, Finished time.Time
	Children          []string // names of pods
	Error             string
}

// Report says what became of a run, as KFP's persistence agent does.
func (s *Server) Report(id string, r Report) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := s.find(s.runs, "run_id", id)
	if run == nil {
		return fmt.Errorf("fakekfp: no run %s", id)
	}
	now := s.now()
	s.reported[id] = true
	if run["state"] != r.State {
		history, _ := run["state_history"].([]any)
		run["state_history"] = append(history, object{"update_time": now, "state": r.State})
	}
	run["state"] = r.State
	if finalState(r.State) {
		run["finished_at"] = now
	}
	if r.Error != "" {
		run["error"] = object{"code": codeInternal, "message": r.Error}
	}
	if r.Tasks != nil {
		run["run_details"] = object{"task_details": s.tasks(id, r.Tasks)}
	}
	return nil
}

func (s *Server) tasks(run string, told []Task) []any {
	var tasks []any
	for i, t := range told {
		task := object{
			"run_id": run, "task_id": fmt.Sprintf("%08x-0000-4000-8000-%012x", kindTask, i+1), "display_name": t.Name,
			"create_time": s.now(), "start_time": t.Started.UTC().Format(time.RFC3339), "end_time": t.Finished.UTC().Format(time.RFC3339),
		}
		if t.State != "" {
			task["state"] = t.State
		}
		if t.Error != "" {
			task["error"] = object{"code": codeInternal, "message": t.Error}
		}
		var children []any
		for _, c := range t.Children {
			children = append(children, object{"pod_name": c})
		}
		if children != nil {
			task["child_tasks"] = children
		}
		tasks = append(tasks, task)
	}
	return tasks
}

// SetLog gives a pod a log, as long as the server has it.
func (s *Server) SetLog(run, pod, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logs[run+"/nodes/"+pod+"/log"] = text
}

// log answers as the real server does: status 200, also to what it cannot read.
func (s *Server) log(w http.ResponseWriter, path string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	text, ok := s.logs[path]
	if !ok {
		run, _, _ := strings.Cut(path, "/")
		message := fmt.Sprintf("BadRequestError: Failed to read logs for run %s: InternalServerError: Failed to read logs from archive due to empty runtime workflow manifest: Invalid input error: Runtime workflow manifest cannot empty", run)
		_ = json.NewEncoder(w).Encode(uploadError{message, message})
		return
	}
	_, _ = io.WriteString(w, text)
}
