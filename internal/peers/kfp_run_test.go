//go:build peers

package peers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kfprun"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/inject"
)

// kfpRun is a run of a pipeline that is checked in, and what comes of it.
type kfpRun struct {
	pipeline   string
	parameters map[string]any
	want       map[string]string // by the path of the task, as outcome writes it
	said       map[string]string // a part of the task's log
}

// kfpRuns have of every kind of component one: lightweight Python, with and without pip,
// and programs in containers; with parameters of every type, artifacts, conditions and
// pipelines in pipelines; that succeed and that fail.
var kfpRuns = []kfpRun{
	{pipeline: "python-bare", parameters: map[string]any{"text": "hello"}, want: map[string]string{"bare": `Succeeded Output="HELLO"`}},
	{
		pipeline: "python-outputs", parameters: map[string]any{},
		want: map[string]string{
			"split":  `Succeeded empty=false largest={"name":["a"]} mean=1.75 names=["a"]`,
			"report": "Succeeded",
		},
		said: map[string]string{"report": "1.75 ['a'] {'name': ['a']} False\n"},
	},
	{
		pipeline: "python-chain", parameters: map[string]any{"number": 3},
		want: map[string]string{"double": "Succeeded Output=6", "double-2": "Succeeded Output=12", "double-3": "Succeeded Output=24", "total": "Succeeded Output=49"},
	},
	{
		pipeline: "python-metrics",
		want: map[string]string{
			"metrics": `Succeeded classes{"confusionMatrix":{"annotationSpecs":[{"displayName":"a"},{"displayName":"b"}],"rows":[{"row":[1,0]},{"row":[0,1]}]}} note="*done*" page="<p>done</p>" scores{"loss":0.5}`,
		},
	},
	{
		pipeline: "python-artifacts", parameters: map[string]any{"text": "kept\n"},
		want: map[string]string{"write": `Succeeded data="kept\n"`, "read": `Succeeded Output="kept\n"`},
	},
	{
		pipeline: "inputs-defaults", want: map[string]string{"take": "Succeeded"},
		said: map[string]string{"take": "ElBorn 42 0.1 True ['a', 'b'] {'depth': 3, 'nested': {'names': ['x'], 'off': False, 'rate': 0.5}} None\n"},
	},
	{pipeline: "container-one", parameters: map[string]any{"text": `two words, "quotes" and $HOME`}, want: map[string]string{"say": "Succeeded"}, said: map[string]string{"say": `two words, "quotes" and $HOME` + "\n"}},
	{
		pipeline: "container-artifacts", parameters: map[string]any{"source": "/etc/group"},
		want: map[string]string{
			"fetch":     `Succeeded data="root:x:0:\n"`,
			"convert":   `Succeeded rows=1 model="root:x:0:\n"`,
			"convert-2": `Succeeded rows=1 model="root:x:0:\n"`,
		},
	},
	{
		pipeline: "container-artifacts", parameters: map[string]any{"source": "/none"},
		want: map[string]string{"fetch": "Failed", "convert": "Skipped", "convert-2": "Skipped"},
		said: map[string]string{"fetch": "failed to execute component: exit status 1\n"},
	},
	{
		pipeline: "condition-if", parameters: map[string]any{"mode": "test", "force": true},
		want: map[string]string{
			"condition-1": "Skipped", "condition-2": "Succeeded", "condition-2/say-2": "Succeeded", "condition-3": "Succeeded", "condition-3/say-3": "Succeeded",
			"condition-4": "Succeeded", "condition-4/condition-5": "Succeeded", "condition-4/condition-5/say-4": "Succeeded",
		},
	},
	{
		pipeline: "condition-oneof", parameters: map[string]any{"mode": "large"},
		want: map[string]string{
			"condition-branches-1/condition-2":          "Skipped",
			"condition-branches-1/condition-3":          "Succeeded pipelinechannel--double-2-Output=2000",
			"condition-branches-1/condition-3/double-2": "Succeeded Output=2000",
			"condition-branches-1/condition-4":          "Skipped",
			"condition-branches-1":                      "Succeeded pipelinechannel--condition-branches-1-oneof-1=2000",
			"double-4":                                  "Succeeded Output=4000",
		},
	},
	{
		pipeline: "nested-one-level",
		want: map[string]string{
			"fourfold": "Succeeded Output=12", "fourfold/double": "Succeeded Output=6", "fourfold/double-2": "Succeeded Output=12",
			"fourfold-2": "Succeeded Output=48", "fourfold-2/double": "Succeeded Output=24", "fourfold-2/double-2": "Succeeded Output=48",
		},
	},
	{pipeline: "exit-handler", want: map[string]string{"exit-handler-1": "Succeeded", "exit-handler-1/say-2": "Succeeded", "say": "Succeeded"}},
}

// kfpWay is what is done to a pipeline before it is run; the zero one is nothing.
type kfpWay struct {
	name    string
	options *inject.Options
	runs    []kfpRun
}

// theirs are the objects that an injection names.
const theirs = `
apiVersion: v1
kind: ConfigMap
metadata: {name: team-config}
data: {MINIO_ENDPOINT: "minio.mlops.svc.cluster.local:9000"}
---
apiVersion: v1
kind: Secret
metadata: {name: team-secrets}
stringData: {MINIO_ACCESS_KEY: "$user", MINIO_SECRET_KEY: "$password"}
---
apiVersion: v1
kind: Secret
metadata: {name: old-secrets}
stringData: {MINIO_ACCESS_KEY: "$user", MINIO_SECRET_KEY: "stale-and-wrong"}
`

func kfpWays() []kfpWay {
	volumes := inject.Options{
		ConfigMap: inject.Object{Name: "team-config"}, Secret: inject.Object{Name: "team-secrets"},
		Variables: map[string]string{"APP_ENV": "dev", "FLTS_DISABLE": "mlflow,gateway"},
	}
	variables := volumes
	variables.By = inject.Variables
	variables.Keys = []inject.Key{{Name: "MINIO_ENDPOINT"}, {Name: "MINIO_ACCESS_KEY", Sensitive: true}, {Name: "MINIO_SECRET_KEY", Sensitive: true}}
	python, program := kfpRuns[1], kfpRuns[7]
	return []kfpWay{{"plain", nil, kfpRuns}, {"volume", &volumes, kfpRuns}, {"env", &variables, []kfpRun{python, program}}}
}

// TestKFPRuns: what comes of a pipeline is the same before and after an injection.
func TestKFPRuns(t *testing.T) {
	sdk, err := teststack.Binaries{}.KFPSDK(t.Context())
	require.NoError(t, err)
	c := startKFPCluster(t, sdk.Python())
	require.NoError(t, c.Apply(t.Context(), c.namespace, c.in(theirs)))
	r := c.runner(t, environmentImage(t, sdk.Python()))
	for _, way := range kfpWays() {
		t.Run(way.name, func(t *testing.T) {
			for n, o := range playAll(t, r, way.plays(t)) {
				t.Run(way.runs[n].pipeline, func(t *testing.T) { c.requireOutcome(t, way, way.runs[n], o) })
			}
		})
	}
	t.Run("wrong secret", func(t *testing.T) { c.startsNothing(t, r) })
	t.Run("components", c.runsComponents)
}

// kfpPlay is a pipeline to run.
type kfpPlay struct {
	pipeline   *pipeline.Package
	parameters map[string]any
}

type kfpOutcome struct {
	run  kfprun.Run
	err  error
	took time.Duration
}

// playAll runs pipelines, some at a time: pods wait for the kubelet most of their time.
func playAll(t *testing.T, r kfprun.Runner, plays []kfpPlay) []kfpOutcome {
	outcomes := make([]kfpOutcome, len(plays))
	turn := make(chan struct{}, 6)
	var wg sync.WaitGroup
	for n, p := range plays {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			begun := time.Now()
			run, err := r.Run(ctx, p.pipeline, p.parameters)
			outcomes[n] = kfpOutcome{run, err, time.Since(begun).Round(time.Millisecond)}
		})
	}
	wg.Wait()
	return outcomes
}

func (w kfpWay) plays(t *testing.T) []kfpPlay {
	t.Helper()
	var plays []kfpPlay
	for _, k := range w.runs {
		plays = append(plays, kfpPlay{w.load(t, k.pipeline), k.parameters})
	}
	return plays
}

// load is a pipeline that is checked in, after what the way does to it.
func (w kfpWay) load(t *testing.T, name string) *pipeline.Package {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(checkedIn, name+".yaml"))
	require.NoError(t, err)
	if w.options != nil {
		injected, err := inject.Inject(text, *w.options)
		require.NoError(t, err)
		require.NotZero(t, injected.Count(inject.Wrapped))
		text = injected.Text
	}
	return readPipeline(t, name, text)
}

func readPipeline(t *testing.T, name string, text []byte) *pipeline.Package {
	t.Helper()
	p, err := pipeline.Read(name, text)
	require.NoError(t, err)
	return p
}

// startsNothing: with a wrong secret no component starts. The pod says why where
// Kubernetes and KFP show it; its status is the launcher's.
func (c kfpCluster) startsNothing(t *testing.T, r kfprun.Runner) {
	o := *kfpWays()[1].options
	o.Secret.Name = "old-secrets"
	run, err := r.Run(t.Context(), kfpWay{options: &o}.load(t, "container-one"), nil)
	require.NoError(t, err)
	say := run.Tasks["say"]
	require.Equal(t, kfprun.Failed, say.State)
	require.Equal(t, 1, say.Status)
	require.Contains(t, say.Log, "failed to execute component: exit status 77\n")
	require.NotContains(t, say.Log, "\nhello\n")
	require.Contains(t, say.Message, "FLTS-A03")
	require.NotContains(t, say.Log+say.Message, "stale-and-wrong")
}

// requireOutcome holds what came of a pipeline against what should, and its logs against
// whether flts-run should have been there.
func (c kfpCluster) requireOutcome(t *testing.T, way kfpWay, k kfpRun, o kfpOutcome) {
	t.Helper()
	require.NoError(t, o.err)
	t.Log(o.took)
	got := map[string]string{}
	for path, task := range o.run.Tasks {
		got[path] = c.outcome(t, task)
	}
	require.Equal(t, k.want, got, logsOf(o.run))
	for path, text := range k.said {
		require.Contains(t, o.run.Tasks[path].Log, text)
	}
	for path, task := range o.run.Tasks {
		if task.Started {
			require.Equal(t, way.options != nil, strings.Contains(task.Log, "flts-run: platform: Kubeflow Pipelines, run "+o.run.ID), "%s: %s", path, task.Log)
		}
	}
}

// outcome is a task in a line: its state, its parameters, and the metadata and content of
// its artifacts, which are read from the store.
func (c kfpCluster) outcome(t *testing.T, task kfprun.Task) string {
	words := []string{string(task.State)}
	for _, name := range slices.Sorted(maps.Keys(task.Parameters)) {
		value, err := json.Marshal(task.Parameters[name])
		require.NoError(t, err)
		words = append(words, name+"="+string(value))
	}
	for _, name := range slices.Sorted(maps.Keys(task.Artifacts)) {
		a := task.Artifacts[name]
		metadata, err := json.Marshal(a.Metadata)
		require.NoError(t, err)
		word := name
		if len(a.Metadata) > 0 {
			word += string(metadata)
		}
		key := strings.TrimPrefix(a.URI, "minio://"+artifactBucket+"/")
		keys, err := c.store.Keys(t.Context(), artifactBucket)
		require.NoError(t, err)
		if slices.Contains(keys, key) {
			content, err := c.store.Get(t.Context(), artifactBucket, key)
			require.NoError(t, err)
			word += fmt.Sprintf("=%q", content)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func logsOf(run kfprun.Run) string {
	var all strings.Builder
	for _, path := range slices.Sorted(maps.Keys(run.Tasks)) {
		if task := run.Tasks[path]; task.State == kfprun.Failed {
			fmt.Fprintf(&all, "-- %s\n%s\n", path, task.Log)
		}
	}
	return all.String()
}
