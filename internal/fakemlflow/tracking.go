package fakemlflow

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"strconv"
	"sync"
)

// Run is what a client tracked in one run.
type Run struct {
	ID           string
	ExperimentID string
	Name         string
	Status       string
	Deleted      bool
	Metrics      map[string]float64
	Params       map[string]string
	Tags         map[string]string
}

type experiment struct {
	ID       string `json:"experiment_id"`
	Name     string `json:"name"`
	Artifact string `json:"artifact_location"`
	Stage    string `json:"lifecycle_stage"`
}

// tracking is the store. The calls hold mu, see serve.
type tracking struct {
	mu          sync.Mutex
	root        string
	experiments []*experiment
	runs        []*Run
	artifacts   map[string]bool // paths of what was stored through the proxy
}

func newTracking(artifactRoot string, more []Experiment) *tracking {
	t := &tracking{root: artifactRoot, artifacts: map[string]bool{}}
	t.addExperiment("Default")
	for _, e := range more {
		added := t.addExperiment(e.Name)
		if added.Artifact = cmp.Or(e.Location, added.Artifact); e.Deleted {
			added.Stage = "deleted"
		}
	}
	return t
}

func (t *tracking) addExperiment(name string) *experiment {
	id := strconv.Itoa(len(t.experiments))
	e := &experiment{ID: id, Name: name, Artifact: t.root + "/" + id, Stage: "active"}
	t.experiments = append(t.experiments, e)
	return e
}

func (t *tracking) snapshot() []Run {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Run, 0, len(t.runs))
	for _, run := range t.runs {
		copied := *run
		copied.Metrics, copied.Params, copied.Tags = maps.Clone(run.Metrics), maps.Clone(run.Params), maps.Clone(run.Tags)
		all = append(all, copied)
	}
	return all
}

// mostResults is the largest page that MLflow gives.
const mostResults = 50000

func (t *tracking) searchExperiments(asked request) (any, error) {
	if asked.MaxResults < 1 || asked.MaxResults > mostResults {
		return nil, invalid("max_results must be a positive number")
	}
	found := []*experiment{}
	for _, e := range t.experiments {
		if e.Stage == "active" && int64(len(found)) < asked.MaxResults {
			found = append(found, e)
		}
	}
	return map[string]any{"experiments": found}, nil
}

// byID finds an experiment, deleted or not.
func (t *tracking) byID(id jsonText) (*experiment, error) {
	for _, e := range t.experiments {
		if e.ID == string(id) {
			return e, nil
		}
	}
	return nil, notFound("No Experiment with id=" + string(id) + " exists")
}

func (t *tracking) experimentByID(asked request) (any, error) {
	e, err := t.byID(asked.ExperimentID)
	return map[string]any{"experiment": e}, err
}

func (t *tracking) deleteExperiment(asked request) (any, error) { return t.stage(asked, "deleted") }

func (t *tracking) restoreExperiment(asked request) (any, error) { return t.stage(asked, "active") }

func (t *tracking) stage(asked request, stage string) (any, error) {
	e, err := t.byID(asked.ExperimentID)
	if err == nil {
		e.Stage = stage
	}
	return struct{}{}, err
}

func (t *tracking) experimentByName(asked request) (any, error) {
	if asked.ExperimentName == "" {
		return nil, invalid("Missing value for required parameter 'experiment_name'.")
	}
	for _, e := range t.experiments {
		if e.Name == asked.ExperimentName {
			return map[string]any{"experiment": e}, nil
		}
	}
	return nil, notFound("Could not find experiment with name '" + asked.ExperimentName + "'")
}

func (t *tracking) createExperiment(asked request) (any, error) {
	if asked.Name == "" {
		return nil, invalid("name is missing")
	}
	for _, e := range t.experiments {
		if e.Name == string(asked.Name) {
			return nil, &fault{400, "RESOURCE_ALREADY_EXISTS", "there is an experiment named '" + e.Name + "'"}
		}
	}
	return map[string]any{"experiment_id": t.addExperiment(string(asked.Name)).ID}, nil
}

func (t *tracking) createRun(asked request) (any, error) {
	if asked.StartTime.wrong {
		return nil, invalid("Invalid value for parameter 'start_time' supplied")
	}
	e, err := t.byID(asked.ExperimentID)
	if err != nil {
		return nil, err
	}
	if e.Stage != "active" {
		return nil, invalid("The experiment " + e.ID + " must be in the 'active' state.")
	}
	id := make([]byte, 16)
	rand.Read(id) // never fails
	run := &Run{
		ID: hex.EncodeToString(id), ExperimentID: e.ID, Name: asked.RunName, Status: "RUNNING",
		Metrics: map[string]float64{}, Params: map[string]string{}, Tags: map[string]string{},
	}
	for _, tag := range asked.Tags {
		run.Tags[tag.Key] = tag.Value
	}
	t.runs = append(t.runs, run)
	return map[string]any{"run": t.render(run)}, nil
}

func (t *tracking) run(id string) (*Run, error) {
	for _, run := range t.runs {
		if run.ID == id {
			return run, nil
		}
	}
	return nil, notFound("no run with id '" + id + "'")
}

func (t *tracking) getRun(asked request) (any, error) {
	run, err := t.run(asked.RunID)
	if err != nil {
		return nil, err
	}
	return map[string]any{"run": t.render(run)}, nil
}

func (t *tracking) updateRun(asked request) (any, error) {
	run, err := t.run(asked.RunID)
	if err != nil {
		return nil, err
	}
	if asked.Status != "" {
		run.Status = asked.Status
	}
	if asked.RunName != "" {
		run.Name = asked.RunName
	}
	return map[string]any{"run_info": t.info(run)}, nil
}

func (t *tracking) deleteRun(asked request) (any, error) {
	return t.change(asked, func(run *Run) error { run.Deleted = true; return nil })
}

func (t *tracking) logMetric(asked request) (any, error) {
	return t.change(asked, func(run *Run) error {
		value, err := strconv.ParseFloat(string(asked.Value), 64)
		if err != nil || asked.Key == "" {
			return invalid("a metric needs a key and a number")
		}
		run.Metrics[asked.Key] = value
		return nil
	})
}

func (t *tracking) logParameter(asked request) (any, error) {
	return t.change(asked, func(run *Run) error {
		if old, set := run.Params[asked.Key]; set && old != string(asked.Value) {
			return invalid("parameter '" + asked.Key + "' was logged with another value")
		}
		run.Params[asked.Key] = string(asked.Value)
		return nil
	})
}

func (t *tracking) setTag(asked request) (any, error) {
	return t.change(asked, func(run *Run) error { run.Tags[asked.Key] = string(asked.Value); return nil })
}

// change answers with an empty object, as all calls do that return nothing.
func (t *tracking) change(asked request, do func(*Run) error) (any, error) {
	run, err := t.run(asked.RunID)
	if err != nil {
		return nil, err
	}
	return struct{}{}, do(run)
}
