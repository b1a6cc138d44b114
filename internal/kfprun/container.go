package kfprun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// outputPlaces are where a task has to put its outputs.
type outputPlaces struct {
	Parameters map[string]outputFile   `json:"parameters,omitempty"`
	Artifacts  map[string]artifactList `json:"artifacts,omitempty"`
	OutputFile string                  `json:"outputFile,omitempty"`
}

type outputFile struct {
	OutputFile string `json:"outputFile"`
}

type artifactList struct {
	Artifacts []Artifact `json:"artifacts"`
}

// places are the outputs of a component as the driver of KFP 2.0.5 lays them out.
func (w *walk) places(path, name string, c component) outputPlaces {
	p := outputPlaces{map[string]outputFile{}, map[string]artifactList{}, "/tmp/kfp_outputs/output_metadata.json"}
	for parameter := range c.OutputDefinitions.Parameters {
		p.Parameters[parameter] = outputFile{"/tmp/kfp/outputs/" + parameter}
	}
	for artifact, d := range c.OutputDefinitions.Artifacts {
		uri := strings.Join([]string{strings.TrimSuffix(w.Root, "/"), w.spec.PipelineInfo.Name, w.run.ID, path + name, artifact}, "/")
		p.Artifacts[artifact] = artifactList{[]Artifact{{Name: artifact, Type: d.ArtifactType, URI: uri}}}
	}
	return p
}

// executorInput is what a task is told, as JSON.
func executorInput(in inputs, out outputPlaces) json.RawMessage {
	artifacts := map[string]artifactList{}
	for name, a := range in.Artifacts {
		artifacts[name] = artifactList{[]Artifact{a}}
	}
	text, err := json.Marshal(map[string]any{
		"inputs":  map[string]any{"parameterValues": in.Parameters, "artifacts": artifacts},
		"outputs": out,
	})
	if err != nil {
		panic("kfprun: " + err.Error()) // all of it was JSON
	}
	return text
}

// container runs a task that is a container, and reads what the launcher recorded.
func (w *walk) container(ctx context.Context, path, name string, c component, given, outer inputs) (Task, error) {
	executor := w.spec.DeploymentSpec.Executors[c.ExecutorLabel]
	if executor.Container == nil {
		return Task{}, errors.New("is an importer, or something else that is no container, and is not run here")
	}
	for artifact, d := range c.InputDefinitions.Artifacts {
		if d.IsArtifactList {
			return Task{}, fmt.Errorf("takes a list of artifacts, %s, which is not supported here", artifact)
		}
	}
	w.started++
	execution := strconv.Itoa(w.started)
	facts := jobFacts{pipeline: w.spec.PipelineInfo.Name, run: w.run.ID, task: name, execution: execution, now: time.Now()}
	constants := facts.constants()
	given.replaceTexts(constants)
	argv, err := commandLine(constants, *executor.Container, c, given)
	if err != nil {
		return Task{}, err
	}
	metadata := filepath.Join(w.Metadata, w.run.ID)
	if err := os.MkdirAll(metadata, 0o755); err != nil {
		return Task{}, err
	}
	pod := w.pod(execution, *executor.Container)
	pod.Spec.Containers[0].Command = []string{
		launcherDir + "/" + filepath.Base(w.Launcher),
		"--pipeline_name", w.spec.PipelineInfo.Name, "--run_id", w.run.ID, "--execution_id", execution,
		"--executor_input", string(executorInput(given, w.places(path, name, c))), "--component_spec", string(c.text),
		"--pod_name", "$(KFP_POD_NAME)", "--pod_uid", "$(KFP_POD_UID)",
		"--mlmd_server_address", metadataDir, "--mlmd_server_port", "8080", "--pipeline_root", w.Root, "--",
	}
	pod.Spec.Containers[0].Args = argv
	if err := w.platform[c.ExecutorLabel].apply(&pod.Spec, outer.Parameters); err != nil {
		return Task{}, err
	}
	ended, err := w.Pods(ctx, pod)
	if err != nil {
		return Task{}, err
	}
	if ended.Status != 0 {
		return Task{State: Failed, Ended: ended}, nil
	}
	outputs, err := readOutcome(filepath.Join(metadata, execution+".json"))
	return Task{State: Succeeded, Outputs: outputs, Ended: ended}, err
}

// readOutcome reads what the launcher says that came out of a task.
func readOutcome(file string) (Outputs, error) {
	o := Outputs{Artifacts: map[string]Artifact{}}
	text, err := os.ReadFile(file)
	if err != nil {
		return o, err
	}
	var outcome struct {
		ParameterValues map[string]any
		Artifacts       map[string]artifactList
	}
	if err := decode(text, &outcome); err != nil {
		return o, fmt.Errorf("%s: %w", file, err)
	}
	o.Parameters = outcome.ParameterValues
	for name, list := range outcome.Artifacts {
		if len(list.Artifacts) > 0 {
			o.Artifacts[name] = list.Artifacts[0]
		}
	}
	return o, nil
}
