//go:build peers

package peers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kfprun"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/pipeline"
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
			"metrics": `Succeeded`,
		},
	},
	{
		pipeline: "python-artifacts", parameters: map[string]any{"text": "kept\n"},
		want: map[string]string{"write": `Succeeded data="kept\n"`, "read": `Succeeded Output="kept\n"`},
	},
	{
		pipeline: "inputs-defaults", want: map[string]string{"take": "Succeeded"},
		said: map[string]string{"take": "ElBorn 42 0.1 True ['a', 'b'] {'depth': 3, 'nested': {'rate': 0.5, 'names': ['x'], 'off': False}} None\n"},
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
		},
	},
	{
		pipeline: "condition-oneof", parameters: map[string]any{"mode": "large"},
		want: map[string]string{
			"condition-branches-1/condition-2":          "Skipped",
			"condition-branches-1/condition-3":          "Succeeded",
			"condition-branches-1/condition-3/double-2": "Succeeded Output=2000",
			"condition-branches-1/condition-4":          "Skipped",
			"condition-branches-1":                      "Succeeded",
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

// TestKFPRuns runs pipelines as the SDK compiled them.
func TestKFPRuns(t *testing.T) {
	sdk, err := teststack.Binaries{}.KFPSDK(t.Context())
	require.NoError(t, err)
	c := startKFPCluster(t, sdk.Python())
	r := c.runner(t, sdk.Python())
	t.Run("plain", func(t *testing.T) {
		for _, k := range kfpRuns {
			t.Run(k.pipeline, func(t *testing.T) {
				t.Parallel()
				p, err := pipeline.Load(filepath.Join(checkedIn, k.pipeline+".yaml"))
				require.NoError(t, err)
				c.plays(t, r, k, p)
			})
		}
	})
}

// plays runs a pipeline and holds what came of it against what should.
func (c kfpCluster) plays(t *testing.T, r kfprun.Runner, k kfpRun, p *pipeline.Package) kfprun.Run {
	begun := time.Now()
	run, err := r.Run(t.Context(), p, k.parameters)
	require.NoError(t, err)
	t.Log(time.Since(begun).Round(time.Millisecond))
	got := map[string]string{}
	for path, task := range run.Tasks {
		got[path] = c.outcome(t, task)
	}
	require.Equal(t, k.want, got, logsOf(run))
	for path, text := range k.said {
		require.Contains(t, run.Tasks[path].Log, text)
	}
	return run
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
