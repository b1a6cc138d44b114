package fakemlflow

import (
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
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
	experiments []experiment
	runs        []*Run
}

func newTracking(artifactRoot string) *tracking {
	t := &tracking{root: artifactRoot}
	t.addExperiment("Default")
	return t
}

func (t *tracking) addExperiment(name string) experiment {
	id := strconv.Itoa(len(t.experiments))
	e := experiment{ID: id, Name: name, Artifact: t.root + "/" + id, Stage: "active"}
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

func (t *tracking) searchExperiments(asked request) (any, error) {
	if asked.MaxResults < 1 {
		return nil, invalid("max_results must be a positive number")
	}
	n := min(asked.MaxResults, int64(len(t.experiments)))
	return map[string]any{"experiments": t.experiments[:n]}, nil
}

func (t *tracking) experimentByName(asked request) (any, error) {
	for _, e := range t.experiments {
		if e.Name == asked.ExperimentName {
			return map[string]any{"experiment": e}, nil
		}
	}
	return nil, notFound("no experiment named '" + asked.ExperimentName + "'")
}

func (t *tracking) createExperiment(asked request) (any, error) {
	if asked.Name == "" {
		return nil, invalid("name is missing")
	}
	for _, e := range t.experiments {
		if e.Name == asked.Name {
			return nil, &fault{400, "RESOURCE_ALREADY_EXISTS", "there is an experiment named '" + asked.Name + "'"}
		}
	}
	return map[string]any{"experiment_id": t.addExperiment(asked.Name).ID}, nil
}

func (t *tracking) createRun(asked request) (any, error) {
	known := slices.ContainsFunc(t.experiments, func(e experiment) bool { return e.ID == asked.ExperimentID })
	if !known {
		return nil, notFound("no experiment with id '" + asked.ExperimentID + "'")
	}
	id := make([]byte, 16)
	rand.Read(id) // never fails
	run := &Run{
		ID: hex.EncodeToString(id), ExperimentID: asked.ExperimentID, Name: asked.RunName, Status: "RUNNING",
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
