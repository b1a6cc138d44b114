// Package kfprun runs compiled pipelines for tests, as Kubeflow Pipelines does: each
// task becomes a pod whose parent process is KFP's launcher, with the task's exact
// command line, environment and volumes.
//
// What KFP's driver does is written anew here: the order of the tasks, their inputs and
// defaults, the placeholders that a driver resolves, the addresses of artifacts, and the
// part of the pod that the platform document asks for. The launcher's part is KFP's own
// code (testdata/stack/kfplauncher), and so are the expressions of conditions; the pods
// are those of whoever starts them.
//
// Refused, with the reason: loops, importers, values out of lists and mappings, the final
// status of a task, and whatever a platform document has beyond ConfigMaps, Secrets and
// fields of the pod. Nothing is cached, nothing is tried again, and one task runs at a
// time.
package kfprun

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/pipeline"
)

// Runner runs pipelines.
type Runner struct {
	// Pods starts a pod and waits until it has ended.
	Pods func(context.Context, *corev1.Pod) (Ended, error)
	// Holds evaluates the condition of a task over its ExecutorInput.
	Holds func(ctx context.Context, condition string, input json.RawMessage) (bool, error)
	// Launcher is the file of KFP's launcher. Its name is launch.
	Launcher string
	// Metadata is the directory where launchers leave what came out.
	Metadata string
	// Root is where artifacts go: minio://BUCKET/PREFIX.
	Root string
	// Image is what every image has.
	Image Image
}

// Image is what tasks find in their image.
type Image struct {
	Environ map[string]string
	// Mounts are directories of this machine by where they are in the image, read-only.
	Mounts map[string]string
}

// Ended is a pod that has ended. The zero value is none.
type Ended struct {
	Started bool
	// Status is the exit status of its container.
	Status int
	Log    string
	// Message is the container's termination message.
	Message string
}

// Run is a pipeline that has been run.
type Run struct {
	ID string
	// Tasks by their path from the root, as "train" or "for-loop-2/say". Those that are
	// pipelines themselves are there too, without Ended.
	Tasks map[string]Task
	// Outputs are those of the pipeline as a whole.
	Outputs Outputs
}

// Outputs of a task, by name.
type Outputs struct {
	Parameters map[string]any // JSON values, with json.Number in them
	Artifacts  map[string]Artifact
}

// Artifact is one as KFP records it.
type Artifact struct {
	Name     string          `json:"name,omitempty"`
	Type     json.RawMessage `json:"type,omitempty"`
	URI      string          `json:"uri"`
	Metadata map[string]any  `json:"metadata,omitempty"`
}

// State of a task.
type State string

// The states that a task ends in.
const (
	Succeeded State = "Succeeded"
	Failed    State = "Failed"
	Skipped   State = "Skipped" // its condition is false, or what it needs is not there
)

// Task is a task that has ended.
type Task struct {
	State State
	Outputs
	Ended
}

// State is that of the whole run.
func (r Run) State() State {
	for _, t := range r.Tasks {
		if t.State == Failed {
			return Failed
		}
	}
	return Succeeded
}

// Run runs a compiled pipeline with parameters. A task that fails is no error: that is
// what the run came to. An error is something that could not be done here.
func (r Runner) Run(ctx context.Context, p *pipeline.Package, parameters map[string]any) (Run, error) {
	spec, platform, err := read(p)
	if err != nil {
		return Run{}, err
	}
	w := walk{Runner: r, spec: spec, platform: platform, run: Run{ID: newID(), Tasks: map[string]Task{}}}
	root, err := spec.root()
	if err != nil {
		return Run{}, err
	}
	given := inputs{Parameters: parameters}
	if given, err = root.complete(given); err != nil {
		return Run{}, fmt.Errorf("kfprun: %s: %w", p.Name, err)
	}
	if w.run.Outputs, _, err = w.dag(ctx, "", *root.DAG, given); err != nil {
		return Run{}, fmt.Errorf("kfprun: %s: %w", p.Name, err)
	}
	return w.run, nil
}

// newID has the form that Kubernetes wants of a name.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
