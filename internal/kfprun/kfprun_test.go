package kfprun

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/pipeline"
)

// recorder is a stand-in for cluster and launcher: every task succeeds with outputs that
// are given by its component, and its pod is kept.
type recorder struct {
	t       *testing.T
	runner  Runner
	outputs map[string]string // JSON of the outcome, by image and program: "alpine:3.20 echo"
	fails   string            // the program whose tasks fail
	pods    []*corev1.Pod
}

func newRecorder(t *testing.T) *recorder {
	r := &recorder{t: t, outputs: map[string]string{}}
	r.runner = Runner{
		Pods:     r.run,
		Holds:    func(context.Context, string, json.RawMessage) (bool, error) { return true, nil },
		Launcher: "/cache/launch", Metadata: t.TempDir(), Root: "minio://mlpipeline/v2",
	}
	return r
}

func (r *recorder) run(_ context.Context, pod *corev1.Pod) (Ended, error) {
	r.pods = append(r.pods, pod)
	main := pod.Spec.Containers[0]
	if main.Args[0] == r.fails {
		return Ended{Status: 1}, nil
	}
	outcome := r.outputs[main.Args[0]]
	if outcome == "" {
		outcome = "{}"
	}
	file := filepath.Join(r.runner.Metadata, pod.Labels["pipeline/runid"], flag(main.Command, "--execution_id")+".json")
	return Ended{Log: "log of " + main.Args[0]}, os.WriteFile(file, []byte(outcome), 0o644)
}

func flag(argv []string, name string) string {
	for i := range argv {
		if argv[i] == name {
			return argv[i+1]
		}
	}
	return ""
}

func load(t *testing.T, name string) *pipeline.Package {
	p, err := pipeline.Load("../../testdata/kfp/pipelines/" + name + ".yaml")
	require.NoError(t, err)
	return p
}

func (r *recorder) play(name string, parameters map[string]any) Run {
	run, err := r.runner.Run(r.t.Context(), load(r.t, name), parameters)
	require.NoError(r.t, err)
	return run
}

// input is the ExecutorInput of a pod.
func input(t *testing.T, pod *corev1.Pod, run Run) (in struct {
	Inputs struct {
		ParameterValues map[string]any
		Artifacts       map[string]artifactList
	}
	Outputs outputPlaces
},
) {
	text := strings.ReplaceAll(flag(pod.Spec.Containers[0].Command, "--executor_input"), run.ID, "RUN")
	require.NoError(t, decode([]byte(text), &in))
	return in
}

func TestInputsComeFromConstantsTheRunAndOtherTasks(t *testing.T) {
	r := newRecorder(t)
	r.outputs["sh"] = `{"parameterValues":{"Output":7}}`
	run := r.play("python-chain", map[string]any{"number": json.Number("3")})
	var got []map[string]any
	for _, pod := range r.pods {
		got = append(got, input(t, pod, run).Inputs.ParameterValues)
	}
	seven := json.Number("7")
	require.Equal(t, []map[string]any{
		{"number": json.Number("3")},
		{"number": seven},
		{"number": seven},
		{
			"numbers":                        []any{"7", "7", "7", json.Number("7.0")},
			"pipelinechannel--double-Output": seven, "pipelinechannel--double-2-Output": seven, "pipelinechannel--double-3-Output": seven,
		},
	}, got)
	require.Equal(t, map[string]any{"Output": seven}, run.Outputs.Parameters)
}

func TestArtifactsHavePlacesAndGoOn(t *testing.T) {
	r := newRecorder(t)
	r.outputs["sh"] = `{"artifacts":{"data":{"artifacts":[{"name":"data","uri":"minio://other/place","metadata":{"rows":5}}]}}}`
	run := r.play("container-artifacts", nil)
	dataset := json.RawMessage(`{"schemaTitle":"system.Dataset","schemaVersion":"0.0.1"}`)
	require.Equal(t, outputPlaces{
		Artifacts:  map[string]artifactList{"data": {[]Artifact{{Name: "data", Type: dataset, URI: "minio://mlpipeline/v2/container-artifacts/RUN/fetch/data"}}}},
		OutputFile: "/tmp/kfp_outputs/output_metadata.json",
	}, input(t, r.pods[0], run).Outputs)
	given := Artifact{Name: "data", URI: "minio://other/place", Metadata: map[string]any{"rows": json.Number("5")}}
	require.Equal(t, map[string]artifactList{"data": {[]Artifact{given}}}, input(t, r.pods[1], run).Inputs.Artifacts)
	require.Equal(t, map[string]outputFile{"rows": {"/tmp/kfp/outputs/rows"}}, input(t, r.pods[1], run).Outputs.Parameters)
}

// What depends on a given input is resolved before the launcher sees it.
func TestStructuresOfPlaceholders(t *testing.T) {
	r := newRecorder(t)
	r.outputs["sh"] = `{"artifacts":{"data":{"artifacts":[{"uri":"minio://b/k"}]}}}`
	r.play("container-artifacts", nil)
	last := func(pod *corev1.Pod) []string { return pod.Spec.Containers[0].Args[6:] }
	require.Equal(t, []string{"--store={{$.inputs.parameters['prefix']}}models", "--label", "{{$.inputs.parameters['label']}}"}, last(r.pods[1]))
	require.Equal(t, []string{"--store={{$.inputs.parameters['prefix']}}models", "--no-label"}, last(r.pods[2]))
}

func TestFailureSkipsWhatNeedsIt(t *testing.T) {
	r := newRecorder(t)
	r.fails = "sh"
	run := r.play("container-artifacts", nil)
	require.Equal(t, map[string]State{"fetch": Failed, "convert": Skipped, "convert-2": Skipped}, states(run))
	require.Equal(t, Failed, run.State())

	run = r.play("exit-ignored-failure", nil)
	require.Equal(t, map[string]State{"double": Failed, "say": Succeeded}, states(run))
}

func states(run Run) map[string]State {
	got := map[string]State{}
	for path, task := range run.Tasks {
		got[path] = task.State
	}
	return got
}

func TestWhatIsNotRunIsRefused(t *testing.T) {
	for name, why := range map[string]string{
		"loop-constant":             "is a loop",
		"importer-constant":         "is an importer",
		"artifact-list-input":       "artifact parts was not given",
		"exit-handler-final-status": "is a loop",
		"kubernetes-claims":         `executor exec-say: json: unknown field "pvcMount"`,
		"inputs-required":           "was not given and has no default",
	} {
		r := newRecorder(t)
		_, err := r.runner.Run(t.Context(), load(t, name), map[string]any{"gateway_url": "http://gateway"})
		require.ErrorContains(t, err, why, name)
	}
}

func TestPodHasWhatThePlatformDocumentSays(t *testing.T) {
	r := newRecorder(t)
	r.runner.Image = Image{Environ: map[string]string{"PATH": "/opt/bin", "KEPT": "yes"}, Mounts: map[string]string{"/opt": "/srv/image"}}
	r.outputs["sh"] = `{"parameterValues":{"Output":"x"},"artifacts":{"rows":{"artifacts":[{"uri":"minio://b/k"}]},"model":{"artifacts":[{"uri":"minio://b/m"}]}}}`
	run := r.play("flts-train-kubernetes", nil)
	main := r.pods[0].Spec.Containers[0]
	no := false
	environ := map[string]corev1.EnvVar{}
	for _, v := range main.Env {
		environ[v.Name] = v
	}
	require.Len(t, environ, len(main.Env))
	require.Equal(t, corev1.EnvVar{Name: "KEPT", Value: "yes"}, environ["KEPT"])
	require.Equal(t, &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels['pipeline/runid']"}}, environ["KFP_RUN_ID"].ValueFrom)
	require.Equal(t, &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "flts-secrets"}, Key: "MINIO_SECRET_KEY", Optional: &no}}, environ["MINIO_SECRET_KEY"].ValueFrom)
	require.Equal(t, &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "flts-config"}, Key: "MINIO_ENDPOINT", Optional: &no}}, environ["MINIO_ENDPOINT"].ValueFrom)
	mounts := map[string]bool{} // by path, whether it is read-only
	for _, m := range main.VolumeMounts {
		mounts[m.MountPath] = m.ReadOnly
	}
	require.Equal(t, map[string]bool{
		"/kfp-launcher": true, "/mlmd": false, "/opt": true,
		"/gcs": false, "/s3": false, "/minio": false, "/.local": false, "/.cache": false, "/.config": false,
	}, mounts)
	require.Equal(t, []string{"/kfp-launcher/launch", "--pipeline_name", "flts-train-kubernetes", "--run_id", run.ID, "--execution_id", "1"}, main.Command[:7])
	require.Equal(t, "pipeline-runner", r.pods[0].Spec.ServiceAccountName)
}
