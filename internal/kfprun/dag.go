package kfprun

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// walk goes through a pipeline and runs it.
type walk struct {
	Runner
	spec     pipelineSpec
	platform map[string]executorConfig // by executor label
	run      Run
	started  int // executions so far
}

// dag runs the tasks of a pipeline, one at a time, and returns what comes out of it. It
// has failed when one of its tasks has.
func (w *walk) dag(ctx context.Context, path string, d dagSpec, given inputs) (Outputs, State, error) {
	state := Succeeded
	for _, name := range d.order() {
		task, err := w.task(ctx, path, name, d, given)
		if err != nil {
			return Outputs{}, Failed, fmt.Errorf("task %s: %w", path+name, err)
		}
		w.run.Tasks[path+name] = task
		if task.State == Failed {
			state = Failed
		}
	}
	return w.outputsOf(path, d), state, nil
}

// order is the names of the tasks, each behind those that it depends on, and sorted
// otherwise. The SDK's compiler lists every producer of an input among them.
func (d dagSpec) order() []string {
	var order []string
	var add func(name string)
	add = func(name string) {
		if slices.Contains(order, name) {
			return
		}
		for _, dependency := range d.Tasks[name].DependentTasks {
			add(dependency)
		}
		order = append(order, name)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Tasks)) {
		add(name)
	}
	return order
}

// task runs one task of a pipeline, unless it is not its turn.
func (w *walk) task(ctx context.Context, path, name string, d dagSpec, outer inputs) (Task, error) {
	t := d.Tasks[name]
	if t.ParameterIterator != nil || t.ArtifactIterator != nil {
		return Task{}, errors.New("is a loop, which is not run here")
	}
	if t.TriggerPolicy.Strategy != "ALL_UPSTREAM_TASKS_COMPLETED" {
		for _, dependency := range t.DependentTasks {
			if w.run.Tasks[path+dependency].State != Succeeded {
				return Task{State: Skipped}, nil
			}
		}
	}
	c, err := w.spec.component(t.ComponentRef.Name)
	if err != nil {
		return Task{}, err
	}
	given, err := w.inputsOf(path, t, outer)
	if err == nil {
		given, err = c.complete(given)
	}
	if err != nil {
		return Task{}, err
	}
	if t.TriggerPolicy.Condition != "" {
		triggered, err := w.Holds(ctx, t.TriggerPolicy.Condition, executorInput(given, outputPlaces{}))
		if err != nil || !triggered {
			return Task{State: Skipped}, err
		}
	}
	if c.DAG == nil {
		return w.container(ctx, path, name, c, given, outer)
	}
	outputs, state, err := w.dag(ctx, path+name+"/", *c.DAG, given)
	return Task{State: state, Outputs: outputs}, err
}

// outputsOf is what comes out of a pipeline: of those tasks that may give a value the
// first that did.
func (w *walk) outputsOf(path string, d dagSpec) Outputs {
	o := Outputs{Parameters: map[string]any{}, Artifacts: map[string]Artifact{}}
	for name, from := range d.Outputs.Parameters {
		var selectors []parameterSelector
		if from.ValueFromParameter != nil {
			selectors = append(selectors, *from.ValueFromParameter)
		}
		if from.ValueFromOneof != nil {
			selectors = append(selectors, from.ValueFromOneof.ParameterSelectors...)
		}
		for _, s := range slices.Backward(selectors) {
			if v, ok := w.run.Tasks[path+s.ProducerSubtask].Parameters[s.OutputParameterKey]; ok {
				o.Parameters[name] = v
			}
		}
	}
	for name, from := range d.Outputs.Artifacts {
		for _, s := range slices.Backward(from.ArtifactSelectors) {
			if a, ok := w.run.Tasks[path+s.ProducerSubtask].Artifacts[s.OutputArtifactKey]; ok {
				o.Artifacts[name] = a
			}
		}
	}
	return o
}
