//go:build peers

package peers_test

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/container"
	"github.com/flts-run/flts-run/internal/teststack"
)

const (
	componentsStore  = "http://minio.mlops.svc.cluster.local:9000"
	componentsMLflow = "http://mlflow-open.mlops.svc.cluster.local:5000"
)

// componentStack is the image, and the servers that its containers meet.
type componentStack struct {
	image container.Image
	minio *teststack.Server
	// task may read datasets and no more, and read and write all other buckets.
	task user
}

func startComponentStack(t *testing.T) componentStack {
	t.Helper()
	begun := time.Now()
	ctx := t.Context()
	minio, err := teststack.MinIO(ctx, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(minio.Close)
	relay(t, addresses["minio"]+":9000", minio.Endpoint())
	startComponentsMLflow(t)
	t.Logf("servers after %v", time.Since(begun))
	s := componentStack{buildComponents(t), minio, user{"task-" + rand.Text()[:8], rand.Text()}}
	t.Logf("image after %v", time.Since(begun))
	s.furnish(t, ways(s.image))
	return s
}

func startComponentsMLflow(t *testing.T) {
	t.Helper()
	clients, err := teststack.Binaries{}.Clients(t.Context())
	require.NoError(t, err)
	mlflow, err := teststack.MLflow{
		Address: addresses["mlflow-open"] + ":5000",
		Flags:   []string{"--allowed-hosts", "*", "--no-serve-artifacts", "--default-artifact-root", "s3://mlflow/runs"},
	}.Start(t.Context(), t.TempDir(), clients)
	require.NoError(t, err)
	t.Cleanup(mlflow.Close)
}

// furnish makes the buckets of each way, with the dataset, and the user of all.
func (s componentStack) furnish(t *testing.T, all []way) {
	t.Helper()
	ctx, minio := t.Context(), s.minio
	data, err := os.ReadFile("../../testdata/demo/elborn.csv")
	require.NoError(t, err)
	allowed := map[string]string{"mlflow": "rw", "logs": "rw"}
	for _, w := range all {
		allowed["dataset-"+w.name] = "r"
		for _, bucket := range []string{"processed-", "predictions-", "promotion-"} {
			allowed[bucket+w.name] = "rw"
		}
	}
	for bucket := range allowed {
		require.NoError(t, minio.MakeBucket(ctx, bucket))
		if strings.HasPrefix(bucket, "dataset-") {
			require.NoError(t, minio.Put(ctx, bucket, "elborn.csv", data))
		}
	}
	policy, err := teststack.Policy(allowed)
	require.NoError(t, err)
	require.NoError(t, minio.AddUser(ctx, s.task.accessKey, s.task.secretKey, policy))
}

// outcomes are what a pipeline leaves behind. Two runs of it differ in nothing else
// than ids and times.
type outcomes struct {
	Lines   []string          // the last line of each task
	Objects map[string]string // what is in the buckets, without the name of the way
	Params  map[string]string // of the run in MLflow
	Metrics map[string]float64
	// Champion is the version that the alias stands for.
	Champion string
	// Model is which files the logged model has.
	Model []string
}

// TestComponents: the four components of components/flts do the same under flts-run as
// without it, in the image that their Dockerfile makes.
func TestComponents(t *testing.T) {
	s := startComponentStack(t)
	requireSmall(t, s.image)
	t.Run("wrong secret", s.refusesWrongSecret)
	t.Run("no dataset", s.passesFailureOn)

	t.Run("same results", s.sameResults)
}

func (s componentStack) sameResults(t *testing.T) {
	all := ways(s.image)
	got := make([]outcomes, len(all))
	t.Run("ways", func(t *testing.T) {
		for n, w := range all {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				got[n] = w.pipeline(t, s)
			})
		}
	})
	if t.Failed() {
		return
	}
	got[0].requireRight(t)
	for n, w := range all {
		require.Equal(t, got[0], got[n], w.name)
	}
}

// requireRight: this is what they come to, wherever the components run, and the page
// says so.
func (o outcomes) requireRight(t *testing.T) {
	t.Helper()
	page, err := os.ReadFile("../../docs/components.md")
	require.NoError(t, err)
	require.Contains(t, string(page), strings.Join(o.Lines, "\n")+"\n```\n")
	require.Equal(t, map[string]string{"alpha": "1.0", "dataset": "elborn"}, o.Params)
	require.Equal(t, map[string]float64{"train_rows": 249, "train_error": 77.812355, "test_error": 120.072443, "naive_error": 167.01746}, o.Metrics)
	require.Equal(t, "1", o.Champion)
	require.Contains(t, o.Model, "MLmodel")
}

// pipeline runs the four, and looks at what is there then.
func (w way) pipeline(t *testing.T, s componentStack) outcomes {
	o := outcomes{Objects: map[string]string{}, Params: map[string]string{}, Metrics: map[string]float64{}}
	for _, task := range []string{"preprocess", "train", "evaluate", "predict"} {
		e := w.play(t, s, task)
		require.Zero(t, e.status, "%s\n%s\n%s", task, e.stdout, e.stderr)
		require.Equal(t, !w.plain, strings.Contains(e.stderr, "configuration digest"), "%s: %s", task, e.stderr)
		o.Lines = append(o.Lines, e.lastLine())
	}
	o.stored(t, w, s)
	o.tracked(t, w, s)
	return o
}

// stored reads the buckets.
func (o *outcomes) stored(t *testing.T, w way, s componentStack) {
	t.Helper()
	for _, bucket := range []string{"processed-", "predictions-", "promotion-"} {
		keys, err := s.minio.Keys(t.Context(), bucket+w.name)
		require.NoError(t, err)
		require.NotEmpty(t, keys, bucket)
		for _, key := range keys {
			text, err := s.minio.Get(t.Context(), bucket+w.name, key)
			require.NoError(t, err)
			o.Objects[bucket+key] = string(text)
		}
	}
}

// tracked reads the run and the registered model from MLflow.
func (o *outcomes) tracked(t *testing.T, w way, s componentStack) {
	t.Helper()
	var alias struct {
		ModelVersion struct {
			Version string
			RunID   string `json:"run_id"`
			Source  string
		} `json:"model_version"`
	}
	askMLflow(t, "registered-models/alias", url.Values{"name": {"traffic-" + w.name}, "alias": {"champion"}}, &alias)
	o.Champion = alias.ModelVersion.Version

	var run struct {
		Run struct {
			Info struct {
				ExperimentID string `json:"experiment_id"`
			}
			Data struct {
				Params  []struct{ Key, Value string }
				Metrics []struct {
					Key   string
					Value float64
				}
			}
		}
	}
	askMLflow(t, "runs/get", url.Values{"run_id": {alias.ModelVersion.RunID}}, &run)
	for _, p := range run.Run.Data.Params {
		o.Params[p.Key] = p.Value
	}
	for _, m := range run.Run.Data.Metrics {
		o.Metrics[m.Key] = m.Value
	}
	var experiment struct {
		Experiment struct {
			ID string `json:"experiment_id"`
		}
	}
	askMLflow(t, "experiments/get-by-name", url.Values{"experiment_name": {w.name}}, &experiment)
	require.Equal(t, experiment.Experiment.ID, run.Run.Info.ExperimentID, "MLFLOW_EXPERIMENT_NAME")

	// The source of a version is models:/ID, and its files are filed under that.
	_, id, _ := strings.Cut(alias.ModelVersion.Source, "models:/")
	keys, err := s.minio.Keys(t.Context(), "mlflow")
	require.NoError(t, err)
	for _, key := range keys {
		if _, file, found := strings.Cut(key, id+"/artifacts/"); found {
			o.Model = append(o.Model, file)
		}
	}
}

func askMLflow(t *testing.T, call string, question url.Values, answer any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, componentsMLflow+"/api/2.0/mlflow/"+call+"?"+question.Encode(), nil)
	require.NoError(t, err)
	got, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer got.Body.Close()
	require.Equal(t, http.StatusOK, got.StatusCode, call)
	require.NoError(t, json.NewDecoder(got.Body).Decode(answer))
}

// refusesWrongSecret: the component is not started, and one line says why.
func (s componentStack) refusesWrongSecret(t *testing.T) {
	s.task.secretKey = rand.Text()
	for _, w := range ways(s.image)[1:] {
		e := w.play(t, s, "preprocess")
		require.Equal(t, 77, e.status, "%s: %s", w.name, e.stderr)
		require.Empty(t, e.stdout, w.name)
		require.Equal(t, 1, strings.Count(e.stderr, "error:"), e.stderr)
		require.Contains(t, e.stderr, "FLTS-A03", w.name)
		require.NotContains(t, e.stderr, "Traceback", w.name)
		require.NotContains(t, e.stderr, s.task.secretKey, w.name)
	}
}

// passesFailureOn: what the component itself fails of is its own exit status.
func (s componentStack) passesFailureOn(t *testing.T) {
	for _, w := range ways(s.image) {
		e := w.play(t, s, "preprocess", "--dataset", "missing")
		require.Equal(t, 1, e.status, "%s: %s", w.name, e.stderr)
		require.Empty(t, e.stdout, w.name)
		require.Contains(t, e.stderr, "NoSuchKey", w.name)
	}
}
