//go:build peers

package peers_test

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kfprun"
	"github.com/flts-run/flts-run/pipeline/inject"
)

// runsComponents: the four components leave the same behind as a pipeline, behind
// flts-run as their author wrote it, and as one that knows nothing of it and is injected.
func (c kfpCluster) runsComponents(t *testing.T) {
	startComponentsMLflow(t)
	s := componentStack{minio: c.store, task: user{"task-" + rand.Text()[:8], rand.Text()}}
	author, injected := way{name: "kfp"}, way{name: "kfp-injected"}
	s.furnish(t, []way{author, injected})
	c.configure(t, "flts-config", "flts-secrets", author, s.task)
	c.configure(t, "traffic-config", "traffic-secrets", injected, s.task)

	text, err := os.ReadFile(filepath.Join(checkedIn, "flts-components.yaml"))
	require.NoError(t, err)
	result, err := inject.Inject(withoutFltsRun(t, text), inject.Options{
		ConfigMap: inject.Object{Name: "traffic-config", Required: true}, Secret: inject.Object{Name: "traffic-secrets", Required: true},
		Variables: map[string]string{"FLTS_DISABLE": "gateway"},
	})
	require.NoError(t, err)
	require.Equal(t, 4, result.Count(inject.Wrapped))

	r := c.runner(t, componentsImage(t))
	outcomes := playAll(t, r, []kfpPlay{
		{readPipeline(t, author.name, text), parametersOf(author)},
		{readPipeline(t, injected.name, result.Text), parametersOf(injected)},
	})
	byAuthor, byInjection := s.leftBy(t, author, outcomes[0]), s.leftBy(t, injected, outcomes[1])
	byAuthor.requireRight(t)
	require.Equal(t, byAuthor, byInjection)
}

func parametersOf(w way) map[string]any {
	return map[string]any{"dataset": "elborn", "identifier": "first", "model": "traffic-" + w.name}
}

// configure makes the objects of the contract.
func (c kfpCluster) configure(t *testing.T, configMap, secret string, w way, as user) {
	t.Helper()
	config := w.places().with("APP_ENV", "dev", "MINIO_ENDPOINT", strings.TrimPrefix(componentsStore, "http://"))
	for _, object := range []any{
		map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": vars{"name": configMap}, "data": config},
		map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": vars{"name": secret}, "stringData": vars{"MINIO_ACCESS_KEY": as.accessKey, "MINIO_SECRET_KEY": as.secretKey}},
	} {
		text, err := json.Marshal(object)
		require.NoError(t, err)
		require.NoError(t, c.Apply(t.Context(), c.namespace, string(text)))
	}
}

// wrapper is what the author of the components put in front of each command.
var wrapper = regexp.MustCompile(`(?m)^ +- flts-run\n(?: +- .*\n)*? +- --\n`)

// withoutFltsRun is the pipeline as it was before anybody had heard of flts-run: bare
// commands, and no platform document.
func withoutFltsRun(t *testing.T, text []byte) []byte {
	t.Helper()
	require.Len(t, wrapper.FindAll(text, -1), 4)
	spec, _, found := strings.Cut(wrapper.ReplaceAllString(string(text), ""), "\n---\n")
	require.True(t, found)
	require.NotContains(t, spec, "flts-run")
	return []byte(spec + "\n")
}

// componentsImage has what components/flts/Dockerfile puts into the image.
func componentsImage(t *testing.T) kfprun.Image {
	t.Helper()
	programs, err := filepath.Abs(ofComponents)
	require.NoError(t, err)
	return kfprun.Image{
		Environ: map[string]string{"PATH": "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": "/opt/app", "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/tmp"},
		Mounts:  map[string]string{"/opt/venv": filepath.Join(os.Getenv(packagesVariable), "opt/venv"), "/opt/app": programs},
	}
}

// leftBy looks at what there is after a run of the four.
func (s componentStack) leftBy(t *testing.T, w way, k kfpOutcome) outcomes {
	t.Helper()
	require.NoError(t, k.err)
	require.Equal(t, kfprun.Succeeded, k.run.State(), logsOf(k.run))
	t.Log(w.name, k.took)
	o := outcomes{Objects: map[string]string{}, Params: map[string]string{}, Metrics: map[string]float64{}}
	for _, name := range []string{"preprocess", "train", "evaluate", "predict"} {
		task := k.run.Tasks[name]
		require.Contains(t, task.Log, "flts-run: platform: Kubeflow Pipelines, run "+k.run.ID, name)
		line := ""
		for l := range strings.Lines(task.Log) { // the launcher's follow
			if strings.HasPrefix(l, `{"`) {
				line = strings.TrimSuffix(l, "\n")
			}
		}
		result, err := json.Marshal(task.Parameters["result"])
		require.NoError(t, err)
		require.JSONEq(t, line, string(result), name)
		o.Lines = append(o.Lines, line)
	}
	o.stored(t, w, s)
	o.tracked(t, w, s)
	return o
}
