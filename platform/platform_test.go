package platform_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/platform"
)

// found is what Detect found, without the command line behind it.
func found(in platform.Input) platform.Platform {
	p := platform.Detect(in)
	return platform.Platform{
		Kind: p.Kind, Evidence: p.Evidence, PID1: p.PID1, Pipeline: p.Pipeline, DAG: p.DAG, RunID: p.RunID, Task: p.Task,
		Component: p.Component, Try: p.Try, PodName: p.PodName, PodNamespace: p.PodNamespace, Executor: p.Executor,
	}
}

func TestDetect(t *testing.T) {
	pod := []string{"KUBERNETES_SERVICE_HOST=10.0.0.1", "HOSTNAME=the-pod"}
	launched := platform.Platform{
		Kind: platform.KFP, Pipeline: "step10", RunID: "1234", Task: "train", Component: "trainer", PodName: "pod-of-run",
		Evidence: []string{"launcher in parent process 7"},
		Executor: platform.ExecutorInput{Text: runInput, From: platform.LauncherCommand},
	}
	with := func(p platform.Platform, change func(*platform.Platform)) platform.Platform {
		change(&p)
		return p
	}
	namespace := "var/run/secrets/kubernetes.io/serviceaccount/namespace"
	for _, c := range []struct {
		name  string
		files fs.FS
		env   []string
		task  []string
		pid   int
		want  platform.Platform
	}{
		{name: "nothing", want: platform.Platform{Kind: platform.Machine}},
		{name: "process 1", pid: 1, want: platform.Platform{Kind: platform.Machine, PID1: true}},

		{
			name: "launcher", files: fs.FS(fstest.MapFS(tree{}.process(7, 1, launcherLine(nil, "flts-run", "exec")...).file(namespace, "team-a\n"))), env: pod,
			want: with(launched, func(p *platform.Platform) { p.PodNamespace = "team-a" }),
		},
		{
			name: "launcher behind the emissary of 2.0.5", want: launched,
			files: fstest.MapFS(tree{}.process(7, 1, launcherLine([]string{"/var/run/argo/argoexec", "emissary", "--"}, "flts-run")...)),
		},
		{
			name: "launcher above two shells",
			files: fstest.MapFS(tree{}.process(7, 6, "sh", "-ec", "…", "--executor_input", "{{$}}").process(6, 5, "sh", "-c", "…").
				process(5, 1, launcherLine(nil, "sh", "-c")...).process(1, 0, "/var/run/argo/argoexec", "emissary")),
			want: with(launched, func(p *platform.Platform) { p.Evidence = []string{"launcher in process 5"} }),
		},
		{
			name:  "launcher too far above",
			files: fstest.MapFS(tree{}.process(7, 6, "a").process(6, 5, "b").process(5, 4, "c").process(4, 3, "d").process(3, 1, launcherLine(nil, "x")...)),
			want:  platform.Platform{Kind: platform.Machine},
		},
		{
			name: "launcher at another path", want: launched,
			files: fstest.MapFS(tree{}.process(7, 1, append(append([]string{"/opt/own-launcher"}, launcherFlags...), "flts-run")...)),
		},
		{
			name:  "what a task says is not the launcher's",
			files: fstest.MapFS(tree{}.process(7, 1, "sh", "-c", "…", "--", "--executor_input", runInput, "--component_spec", runSpec, "--run_id", "forged")),
			want:  platform.Platform{Kind: platform.Machine},
		},
		{
			name: "flags behind the -- are the task's", files: fstest.MapFS(tree{}.process(7, 1, launcherLine(nil, "task", "--run_id", "other", "--executor_input", "{}")...)),
			want: launched,
		},
		{
			name: "flags joined by =", files: fstest.MapFS(tree{}.process(7, 1, "/kfp-launcher/launch", "-run_id=1", "--task_name=t", "--")),
			want: platform.Platform{Kind: platform.KFP, RunID: "1", Task: "t", Evidence: []string{"launcher in parent process 7"}},
		},
		{
			name: "both", files: fstest.MapFS(tree{}.process(7, 1, launcherLine(nil, "flts-run")...)), task: []string{"train", "--executor_input", `{"a":1}`},
			want: with(launched, func(p *platform.Platform) {
				p.Evidence = append(p.Evidence, "--executor_input of the task")
				p.Executor = platform.ExecutorInput{Text: `{"a":1}`, From: platform.TaskArguments}
			}),
		},

		{
			name: "pod of KFP whose parent may not be looked at", env: append(pod, "KFP_POD_NAME=kfp-pod", "_KFP_RUNTIME=true", "KFP_RUN_ID=1234", "KFP_RETRY_INDEX=2"),
			task: []string{"sh", "-c", "…", "--executor_input=" + runInput},
			want: platform.Platform{
				Kind: platform.KFP, RunID: "1234", Task: "train", Try: "2", PodName: "kfp-pod",
				Evidence: []string{"KFP_POD_NAME", "_KFP_RUNTIME", "--executor_input of the task"},
				Executor: platform.ExecutorInput{Text: runInput, From: platform.TaskArguments},
			},
		},
		{
			name: "the last executor input counts", task: []string{"a", "--executor_input", `{"a":1}`, "--executor_input=x", `--executor_input={"b":2}`, "--executor_input"},
			want: platform.Platform{
				Kind: platform.KFP, Evidence: []string{"--executor_input of the task"},
				Executor: platform.ExecutorInput{Text: `{"b":2}`, From: platform.TaskArguments},
			},
		},
		{
			name: "not replaced", task: []string{"a", "--executor_input", "{{$}}"},
			want: platform.Platform{
				Kind: platform.KFP, Evidence: []string{"--executor_input of the task"},
				Executor: platform.ExecutorInput{Text: "{{$}}", From: platform.TaskArguments},
			},
		},
		{name: "no JSON object", task: []string{"a", "--executor_input", "file.json", "--executor_inputs={}"}, want: platform.Platform{Kind: platform.Machine}},

		{
			name: "KubernetesPodOperator",
			env:  append(pod, "AIRFLOW_CTX_DAG_ID=d", "AIRFLOW_CTX_TASK_ID=t", "AIRFLOW_CTX_DAG_RUN_ID=r", "AIRFLOW_CTX_TRY_NUMBER=1"), files: fstest.MapFS(tree{}.file("airflow/xcom/x", "")),
			want: platform.Platform{
				Kind: platform.AirflowKubernetes, DAG: "d", Task: "t", RunID: "r", Try: "1", PodName: "the-pod",
				Evidence: []string{"AIRFLOW_CTX_ variables", "/airflow/xcom"},
			},
		},
		{
			name: "@task.docker", env: []string{"__PYTHON_SCRIPT=aW1wb3J0", "__PYTHON_INPUT=x"}, files: fstest.MapFS(tree{}.file(".dockerenv", "")),
			want: platform.Platform{Kind: platform.AirflowDocker, Evidence: []string{"__PYTHON_SCRIPT"}},
		},
		{
			name: "connections alone", env: append(pod, "AIRFLOW_CONN_MINIO=aws://ak:sk@", "AIRFLOW_CONN_A=x"),
			want: platform.Platform{Kind: platform.AirflowKubernetes, PodName: "the-pod", Evidence: []string{"AIRFLOW_CONN_A"}},
		},
		{name: "connections in a shell", env: []string{"AIRFLOW_CONN_MINIO=aws://", "AIRFLOW_HOME=x"}, want: platform.Platform{Kind: platform.Machine}},
		{
			name: "a BashOperator", env: []string{"AIRFLOW_CTX_DAG_ID=d"},
			want: platform.Platform{Kind: platform.AirflowWorker, DAG: "d", Evidence: []string{"AIRFLOW_CTX_ variables"}},
		},
		{
			name: "a Service named airflow", env: append(pod, "AIRFLOW_WEBSERVER_SERVICE_HOST=10.0.0.2", "AIRFLOW_WEBSERVER_PORT=tcp://10.0.0.2:8080"),
			want: platform.Platform{Kind: platform.Pod, PodName: "the-pod", Evidence: []string{"KUBERNETES_SERVICE_HOST"}},
		},

		{
			name: "pod", env: pod, files: fstest.MapFS(tree{}.file(namespace, "team-a")),
			want: platform.Platform{Kind: platform.Pod, PodName: "the-pod", PodNamespace: "team-a", Evidence: []string{"KUBERNETES_SERVICE_HOST"}},
		},
		{
			name: "pod with a namespace that is none", env: pod, files: fstest.MapFS(tree{}.file(namespace, "a/../b")),
			want: platform.Platform{Kind: platform.Pod, PodName: "the-pod", Evidence: []string{"KUBERNETES_SERVICE_HOST"}},
		},
		{name: "docker", files: fstest.MapFS(tree{}.file(".dockerenv", "")), want: platform.Platform{Kind: platform.Container, Evidence: []string{"/.dockerenv"}}},
		{name: "podman", files: fstest.MapFS(tree{}.file("run/.containerenv", "")), want: platform.Platform{Kind: platform.Container, Evidence: []string{"/run/.containerenv"}}},
		{
			name: "control groups", files: fstest.MapFS(tree{}.file("proc/self/cgroup", "12:pids:/docker/0123\n")),
			want: platform.Platform{Kind: platform.Container, Evidence: []string{"/proc/self/cgroup names docker"}},
		},
		{name: "control groups of a container seen from inside", files: fstest.MapFS(tree{}.file("proc/self/cgroup", "0::/\n")), want: platform.Platform{Kind: platform.Machine}},

		{
			name: "names that would move the cursor, and too long ones", env: append(pod, "KFP_POD_NAME=a\x1b[2Jb", "KFP_RUN_ID="+strings.Repeat("x", 300), "_KFP_RUNTIME=\xff", "_KFP_RUNTIME=true"),
			files: fstest.MapFS(tree{}.process(7, 1, "/kfp-launcher/launch", "--run_id", "a\nb", "--pod_name", "\u202e")),
			want:  platform.Platform{Kind: platform.KFP, PodName: "the-pod", Evidence: []string{"launcher in parent process 7"}},
		},
		{
			name: "parents in a ring", files: fstest.MapFS(tree{}.process(7, 8, "a").process(8, 7, "b")),
			want: platform.Platform{Kind: platform.Machine},
		},
		{
			name: "a parent without a parent", files: fstest.MapFS(tree{}.file("proc/7/stat", "7 (x").file("proc/7/cmdline", "")),
			want: platform.Platform{Kind: platform.Machine},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, found(platform.Input{Environ: c.env, Task: c.task, PID: max(c.pid, 0), PPID: 7, Files: c.files}))
		})
	}
}

func TestInPod(t *testing.T) {
	require.True(t, platform.Detect(platform.Input{Environ: []string{"KUBERNETES_SERVICE_HOST=10.0.0.1"}}).InPod)
	require.False(t, platform.Detect(platform.Input{Environ: []string{"KUBERNETES_SERVICE_HOST="}}).InPod)
}

func TestComponentDefaults(t *testing.T) {
	p := platform.Detect(platform.Input{PPID: 7, Files: fstest.MapFS(tree{}.process(7, 1, launcherLine(nil, "x")...))})
	for _, c := range []struct {
		name, input string
		want        map[string]json.RawMessage
	}{
		{
			"what the launcher makes of it: dataset was given, lr and n filled in", `{"inputs":{"parameterValues":{"dataset":"ElBorn","lr":0.10,"n":10000000}}}`,
			map[string]json.RawMessage{"lr": json.RawMessage("0.1"), "n": json.RawMessage("10000000.0")},
		},
		{
			"the launcher's own", runInput,
			map[string]json.RawMessage{"lr": json.RawMessage("0.1"), "n": json.RawMessage("10000000.0")},
		},
		{
			"another value is no default, wherever it comes from", `{"inputs":{"parameterValues":{"dataset":"none","lr":0.2}}}`,
			map[string]json.RawMessage{"n": json.RawMessage("10000000.0")},
		},
		{
			"unreadable", `{{$}}`,
			map[string]json.RawMessage{"lr": json.RawMessage("0.1"), "n": json.RawMessage("10000000.0")},
		},
	} {
		require.Equal(t, c.want, p.ComponentDefaults(c.input), c.name)
	}

	// Without the launcher, or without what the run gave, nothing is known.
	require.Nil(t, platform.Detect(platform.Input{}).ComponentDefaults(runInput))
	bare := platform.Detect(platform.Input{PPID: 7, Files: fstest.MapFS(tree{}.process(7, 1, "/kfp-launcher/launch", "--component_spec", runSpec, "--"))})
	require.Equal(t, platform.KFP, bare.Kind)
	require.Nil(t, bare.ComponentDefaults(runInput))
}

// Values are compared and not texts, and numbers beyond float64 are not rounded
// into each other.
func TestDefaultsAreComparedAsValues(t *testing.T) {
	for _, c := range []struct {
		fallback, given string
		same            bool
	}{
		{`1`, `1.0`, true},
		{`1e7`, `10000000`, true},
		{`[1, {"a": 2}]`, `[1.0,{"a":2}]`, true},
		{`{"a":1,"b":[]}`, `{"b": [], "a": 1}`, true},
		{`"1"`, `1`, false},
		{`9007199254740993`, `9007199254740992`, false},
		{`true`, `"true"`, false},
		{`""`, `null`, false},
	} {
		spec := `{"inputDefinitions":{"parameters":{"p":{"defaultValue":` + c.fallback + `}}}}`
		p := platform.Detect(platform.Input{PPID: 7, Files: fstest.MapFS(tree{}.process(7, 1, "/kfp-launcher/launch", "--executor_input", `{"inputs":{}}`, "--component_spec", spec, "--"))})
		_, isDefault := p.ComponentDefaults(`{"inputs":{"parameterValues":{"p":` + c.given + `}}}`)["p"]
		require.Equal(t, c.same, isDefault, "%s and %s", c.fallback, c.given)
	}
}

// No title is missing: a kind without one would be called no container.
func TestTitles(t *testing.T) {
	titles := map[string]bool{}
	for _, k := range []platform.Kind{
		platform.KFP, platform.AirflowKubernetes, platform.AirflowDocker, platform.AirflowWorker, platform.Pod, platform.Container, platform.Machine,
	} {
		titles[k.Title()] = true
	}
	require.Len(t, titles, 7)
}
