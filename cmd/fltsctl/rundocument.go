package main

import (
	"github.com/flts-run/flts-run/submit"
)

// runDetails is everything that is known of a run.
type runDetails struct {
	runDocument
	Archived   bool              `json:"archived,omitempty"`
	Terminated bool              `json:"terminated,omitempty"`
	Parameters map[string]any    `json:"parameters,omitempty"` // without what may be secret
	Images     map[string]string `json:"images,omitempty"`     // by task
	Tasks      []*taskDocument   `json:"tasks"`
	Failures   []failureDocument `json:"failures,omitempty"` // what failed first comes first
}

// taskDocument is one task. Path is its name with those of its groups in front.
type taskDocument struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Path     string `json:"path,omitempty"`
	Parent   string `json:"parent,omitempty"`
	Group    bool   `json:"group,omitempty"`
	State    string `json:"state"`
	Native   string `json:"native_state,omitempty"`
	Started  string `json:"started,omitempty"`
	Finished string `json:"finished,omitempty"`
	Try      int    `json:"try,omitempty"`
	MapIndex *int   `json:"map_index,omitempty"`
	Pod      string `json:"pod,omitempty"`
	Error    string `json:"error,omitempty"`
}

// failureDocument is why a task failed.
type failureDocument struct {
	Task    string   `json:"task"`
	Path    string   `json:"path"`
	Error   string   `json:"error,omitempty"`
	Verdict string   `json:"verdict,omitempty"` // what flts-run said in its log
	Code    string   `json:"code,omitempty"`    // of the verdict
	Hint    string   `json:"hint,omitempty"`    // of the verdict
	LogTail []string `json:"log_tail,omitempty"`
	NoLog   string   `json:"log_error,omitempty"` // why there is no more of the log
}

func newRunDetails(run submit.Run, failures []submit.Failure) runDetails {
	d := runDetails{
		runDocument: newRunDocument(run),
		Archived:    run.Archived,
		Terminated:  run.Terminated,
		Parameters:  shownParameters(run.Parameters),
		Images:      run.Images,
		Tasks:       []*taskDocument{},
	}
	for _, n := range submit.Tree(run.Tasks) {
		t := newTaskDocument(n.Task)
		t.Path = n.Path
		d.Tasks = append(d.Tasks, t)
	}
	for _, f := range failures {
		d.Failures = append(d.Failures, newFailureDocument(f))
	}
	return d
}

func newTaskDocument(t submit.Task) *taskDocument {
	d := &taskDocument{
		ID: t.ID, Name: t.Name, Parent: t.Parent, Group: t.Group,
		State: string(t.State), Native: t.Native,
		Started: rfc3339(t.Started), Finished: rfc3339(t.Finished),
		Try: t.Try, Pod: t.Pod, Error: t.Error,
	}
	if t.MapIndex >= 0 {
		d.MapIndex = &t.MapIndex
	}
	return d
}

func newFailureDocument(f submit.Failure) failureDocument {
	d := failureDocument{
		Task: f.Task.ID, Path: f.Path, Error: f.Task.Error,
		Verdict: f.Log.Verdict.Line, Code: f.Log.Verdict.Code, Hint: f.Log.Verdict.Hint,
		LogTail: f.Log.Lines,
	}
	if f.NoLog != nil {
		d.NoLog = troubleText(f.NoLog)
	}
	return d
}
