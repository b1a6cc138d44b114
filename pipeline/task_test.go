package pipeline_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
)

func sample(t *testing.T, name string) *pipeline.Package {
	t.Helper()
	p, err := pipeline.Load("../testdata/kfp/pipelines/" + name + ".yaml")
	require.NoError(t, err)
	return p
}

func constant(v any) pipeline.Supply { return pipeline.Supply{Value: v, HasValue: true} }

func TestTasksOfANestedPipeline(t *testing.T) {
	secret := pipeline.Object{Kind: pipeline.Secret, Name: pipeline.Supply{Parameter: "secret", Value: "flts-secrets", HasValue: true}}
	config := pipeline.Object{Kind: pipeline.ConfigMap, Name: constant("flts-config")}
	say := pipeline.Task{Cached: true, Image: "alpine:3.20", Command: []string{"echo", "{{$.inputs.parameters['text']}}"}, Environ: map[string]string{}}
	inLoop, inner := say, say
	inLoop.Path, inLoop.Executor = "for-loop-2/say", "exec-say-2"
	inLoop.At = []string{"components", "comp-for-loop-2", "dag", "tasks", "say"}
	inLoop.Inputs = map[string]pipeline.Supply{"text": {}}
	inLoop.Injected.Variables = []pipeline.Variable{{Name: "GATEWAY_URL", Object: config, Key: "GATEWAY_URL"}}
	inner.Path, inner.Executor = "kubernetes-inner/say", "exec-say"
	inner.At = []string{"components", "comp-kubernetes-inner", "dag", "tasks", "say"}
	inner.Inputs = map[string]pipeline.Supply{"text": constant("inner")}
	inner.Injected.Variables = []pipeline.Variable{{Name: "MINIO_SECRET_KEY", Object: secret, Key: "key"}}
	require.Equal(t, []pipeline.Task{inLoop, inner}, sample(t, "kubernetes-nested").Tasks())
}

func TestWhatATaskGets(t *testing.T) {
	tasks := sample(t, "kubernetes-names-as-parameters").Tasks()
	require.Equal(t, []string{"draw", "say"}, []string{tasks[0].Path, tasks[1].Path})
	require.Equal(t, pipeline.Injected{}, tasks[0].Injected)
	mounted := pipeline.Object{Kind: pipeline.ConfigMap, Name: pipeline.Supply{Parameter: "config_map", Value: "flts-config", HasValue: true}}
	login := pipeline.Object{Kind: pipeline.Secret, Name: pipeline.Supply{Parameter: "secret"}}
	drawn := pipeline.Object{Kind: pipeline.Secret, Name: pipeline.Supply{Task: "draw"}}
	require.Equal(t, pipeline.Injected{
		Variables:   []pipeline.Variable{{Name: "MINIO_SECRET_KEY", Object: login, Key: "key"}},
		Volumes:     []pipeline.Volume{{mounted, "/etc/flts/config"}, {drawn, "/etc/flts/drawn"}},
		Mounts:      []pipeline.Mount{{pipeline.Claim, pipeline.Supply{Parameter: "claim", Value: "scratch", HasValue: true}, "/scratch"}},
		PullSecrets: []pipeline.Supply{{Parameter: "pull_secret", Value: "pull", HasValue: true}, constant("always")},
	}, tasks[1].Injected)
	require.Equal(t, []pipeline.Object{login, mounted, drawn}, tasks[1].Objects())
	require.Empty(t, tasks[1].Objects()[0].Name.Text())
	require.Equal(t, "flts-config", tasks[1].Objects()[1].Name.Text())

	require.Equal(t, []pipeline.Variable{
		{Name: "KFP_RUN_ID", Field: "metadata.labels['pipeline/runid']"},
		{Name: "FLTS_NAMESPACE", Field: "metadata.namespace"},
	}, sample(t, "kubernetes-field-path").Tasks()[0].Injected.Variables)
	require.Empty(t, sample(t, "kubernetes-field-path").Tasks()[0].Objects())
}

func TestInputsOfATask(t *testing.T) {
	tasks := sample(t, "flts-train").Tasks()
	require.Equal(t, "train", tasks[2].Path)
	require.Equal(t, map[string]pipeline.Supply{
		"epochs":        constant(json.Number("10.0")),
		"identifier":    {Parameter: "identifier"},
		"learning_rate": constant(json.Number("0.001")),
		"mlflow_uri":    {Parameter: "mlflow_uri", Value: "http://mlflow.default.svc.cluster.local:5000", HasValue: true},
	}, tasks[2].Inputs)
	require.Equal(t, pipeline.Supply{Task: "train"}, tasks[0].Inputs["run_id"])
}

// written is a pipeline in which these tasks use the component c.
func written(executor, platform string, tasks ...string) string {
	var dag strings.Builder
	for _, task := range tasks {
		dag.WriteString("      " + task + "\n")
	}
	return `pipelineInfo: {name: p}
schemaVersion: 2.1.0
components:
  c: {executorLabel: e, inputDefinitions: {parameters: {x: {parameterType: STRING, defaultValue: own}, y: {parameterType: STRING}}}}
  loop: {dag: {tasks: {again: {componentRef: {name: loop}}, c: {componentRef: {name: c}}}}}
deploymentSpec: {executors: {e: ` + executor + `}}
root:
  inputDefinitions: {parameters: {r: {parameterType: STRING}}}
  dag:
    tasks:
` + dag.String() + platform
}

func TestTasksOfOddPipelines(t *testing.T) {
	read := func(text string) []pipeline.Task {
		p, err := pipeline.Read("p", []byte(text))
		require.NoError(t, err)
		return p.Tasks()
	}
	const one = `a: {componentRef: {name: c}, inputs: {parameters: {y: {runtimeValue: {constant: "a {{$.inputs.parameters['r']}}"}}}}}`
	tasks := read(written(`{container: {image: i, env: [{name: A, value: b}]}}`, "", one, `z: {componentRef: {name: nowhere}}`, `l: {componentRef: {name: loop}}`))
	require.Equal(t, []pipeline.Task{
		{Path: "a", Executor: "e", Image: "i", Environ: map[string]string{"A": "b"}, Inputs: map[string]pipeline.Supply{"x": constant("own"), "y": {}}, At: []string{"root", "dag", "tasks", "a"}},
		{Path: "l/c", Executor: "e", Image: "i", Environ: map[string]string{"A": "b"}, Inputs: map[string]pipeline.Supply{"x": constant("own"), "y": {}}, At: []string{"components", "loop", "dag", "tasks", "c"}},
	}, tasks)
	require.Empty(t, read(written(`{importer: {}}`, "", one)))
	require.Empty(t, read(written(`{container: {image: argostub/createpvc}}`, "", one)))

	const platform = `---
platforms: {kubernetes: {deploymentSpec: {executors: {e: {
  secret_as_env: [{secret_name: old, key_to_env: [{secret_key: k, env_var: A}, {secret_key: k, env_var: B}]}],
  configMapAsEnv: [{configMapName: c, optional: true, keyToEnv: [{configMapKey: k, envVar: B}]}]}}}}}
`
	task := read(written(`{container: {image: i, env: [{name: A, value: b}]}}`, platform, one))[0]
	require.Equal(t, []string{"A", "B"}, task.Repeated())
	require.Equal(t, pipeline.Object{Kind: pipeline.Secret, Name: constant("old")}, task.Objects()[1])
	require.Empty(t, sample(t, "flts-train-kubernetes").Tasks()[0].Repeated())
}

// A short file makes 2^20 tasks out of components that use each other twice.
func TestTasksAreBounded(t *testing.T) {
	var components strings.Builder
	for i := range 20 {
		fmt.Fprintf(&components, "  c%d: {dag: {tasks: {a: {componentRef: {name: c%d}}, b: {componentRef: {name: c%d}}}}}\n", i, i+1, i+1)
	}
	p, err := pipeline.Read("p", []byte("pipelineInfo: {name: p}\nschemaVersion: 2.1.0\ndeploymentSpec: {executors: {e: {container: {image: i}}}}\n"+
		"root: {dag: {tasks: {a: {componentRef: {name: c0}}}}}\ncomponents:\n  c20: {executorLabel: e}\n"+components.String()))
	require.NoError(t, err)
	require.Greater(t, len(p.Tasks()), 5_000)
	require.Less(t, len(p.Tasks()), 20_000)
}

// What the compiler writes has no task that is not found: as many executors with a
// container are used by tasks as there are.
func TestTasksOfAllSamples(t *testing.T) {
	files, err := filepath.Glob("../testdata/kfp/pipelines/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 60)
	for _, file := range files {
		p, err := pipeline.Load(file)
		require.NoError(t, err)
		used := map[string]string{}
		for _, task := range p.Tasks() {
			used[task.Executor] = task.Image
			require.NotEmpty(t, task.Command, "%s %s", file, task.Path)
		}
		images := p.Images()
		for label, image := range images {
			if strings.HasPrefix(image, "argostub/") {
				delete(images, label)
			}
		}
		require.Equal(t, images, used, file)
	}
}

func FuzzTasks(f *testing.F) {
	f.Add([]byte(written(`{container: {image: i}}`, "", `a: {componentRef: {name: c}}`)))
	f.Add([]byte(`{"pipelineInfo": {"name": "p"}, "schemaVersion": "2.1.0", "root": {"dag": {"tasks": {"a": [], "b": {"componentRef": {"name": 1}}}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := pipeline.Read("p", data)
		if err != nil {
			return
		}
		for _, task := range p.Tasks() {
			require.NotEmpty(t, task.Executor)
			require.LessOrEqual(t, len(task.Objects()), len(task.Injected.Variables)+len(task.Injected.Volumes))
		}
	})
}
