//go:build peers

package peers_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/container"
	"github.com/flts-run/flts-run/internal/fakegateway"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/teststack"
)

const (
	forAirflow = "../../components/airflow"
	airflowPod = "../../testdata/peers/airflow/pods"
)

// TestAirflowComponents runs what components/airflow has: the real operators of a
// real Airflow make pods in a real Kubernetes, whose real kubelet runs flts-run and
// the task over real services. DockerOperator has the dockerEngine.
func TestAirflowComponents(t *testing.T) {
	begun := time.Now()
	n := kubetest.New(t)
	secretKey := startServicesOfPods(t, n)
	tools := imageFiles(t)
	n.NodeLike(teststack.Node{Programs: []string{filepath.Join(tools, "bin", "flts-run"), filepath.Join(tools, "bin", "python")}})
	image := buildComponents(t)
	dockerHost := startDockerEngine(t, image)
	dir := t.TempDir()
	a := startAirflowIn(t, dir, teststack.Airflow, "/api/v2", podDAGs(t, dir, image), teststack.AirflowOptions{Variables: []string{
		"AIRFLOW__CORE__PARALLELISM=3",
		// A busy machine may need longer than Airflow's patience for an import or an answer.
		"AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT=300",
		"AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT=60",
		fmt.Sprintf(`AIRFLOW_CONN_KUBERNETES_DEFAULT={"conn_type": "kubernetes", "extra": {"kube_config_path": %q, "namespace": %q}}`, n.Admin(), n.Name),
		"DOCKER_HOST=" + dockerHost,
		"MINIO_ACCESS_KEY=component", "MINIO_SECRET_KEY=" + secretKey,
	}}, "pods", "flts_kubernetes", "flts_docker", "flts_components")
	_, answer := a.call(t, http.MethodGet, "/importErrors", nil)
	require.EqualValues(t, 0, answer["total_entries"], answer)
	t.Logf("the stack is ready after %s", time.Since(begun).Round(time.Second))

	t.Cleanup(func() {
		if t.Failed() {
			a.showLogs(t)
		}
	})
	a.start(t, "pods", "x", nil)
	a.start(t, "flts_kubernetes", "x", map[string]any{"gateway_url": "http://gateway.mlops.svc.cluster.local:8000"})
	a.start(t, "flts_docker", "x", nil)
	t.Run("KubernetesPodOperator", a.componentsInPods)
	t.Run("exit statuses", a.statusesOfPods)
	t.Run("pod_mutation_hook", a.injectedPods)
	t.Run("DockerOperator", a.componentsInDocker)
	t.Run("no secret in a log", func(t *testing.T) { a.keepsSecret(t, secretKey) })
	n.Eventually("", "get", "pods", "--output=name") // the operators delete theirs
	t.Logf("all of it took %s", time.Since(begun).Round(time.Second))
}

// startServicesOfPods starts MinIO, MLflow and a gateway, and makes ConfigMap and
// Secret for them.
func startServicesOfPods(t *testing.T, n kubetest.Namespace) (secretKey string) {
	t.Helper()
	ctx := t.Context()
	minio, err := teststack.MinIO(ctx, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(minio.Close)
	relay(t, addresses["minio"]+":9000", minio.Endpoint())
	buckets := map[string]string{"dataset": "r"}
	for _, name := range []string{"processed-data", "mlflow", "predictions", "model-promotion", "inference-txt-logs"} {
		buckets[name] = "rw"
	}
	for name := range buckets {
		require.NoError(t, minio.MakeBucket(ctx, name))
	}
	data, err := os.ReadFile("../../testdata/demo/elborn.csv")
	require.NoError(t, err)
	require.NoError(t, minio.Put(ctx, "dataset", "elborn.csv", data))
	policy, err := teststack.Policy(buckets)
	require.NoError(t, err)
	secretKey = "a/key+of=the component"
	require.NoError(t, minio.AddUser(ctx, "component", secretKey, policy))

	clients, err := teststack.Binaries{}.Clients(ctx)
	require.NoError(t, err)
	mlflow, err := teststack.MLflow{
		Address:   addresses["mlflow"] + ":5000",
		Flags:     []string{"--allowed-hosts", "*", "--artifacts-destination", "s3://mlflow"},
		Variables: []string{"AWS_ACCESS_KEY_ID=" + minio.AccessKey(), "AWS_SECRET_ACCESS_KEY=" + minio.SecretKey(), "MLFLOW_S3_ENDPOINT_URL=" + minio.URL()},
	}.Start(ctx, t.TempDir(), clients)
	require.NoError(t, err)
	t.Cleanup(mlflow.Close)
	gateway, err := fakegateway.Start(fakegateway.Options{Endpoint: minio.Endpoint(), AccessKey: minio.AccessKey(), SecretKey: minio.SecretKey()})
	require.NoError(t, err)
	t.Cleanup(gateway.Close)
	relay(t, addresses["gateway"]+":8000", strings.TrimPrefix(gateway.URL(), "http://"))

	n.Apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data:
  APP_ENV: staging
  MINIO_ENDPOINT: minio:9000
  MLFLOW_TRACKING_URI: http://mlflow:5000
  GATEWAY_URL: http://gateway:8000
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData:
  MINIO_ACCESS_KEY: component
  MINIO_SECRET_KEY: ` + secretKey + `
`)
	return secretKey
}

// imageFiles are what images bring: bin has flts-run and python, shims has flts-run
// and links to it.
func imageFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, args := range [][]string{{"bin"}, {"--shim=sh,bash,python,python3", "shims"}} {
		to := filepath.Join(dir, args[len(args)-1])
		require.NoError(t, os.Mkdir(to, 0o755))
		args[len(args)-1] = to
		out, err := exec.CommandContext(t.Context(), os.Getenv(binaryVariable), append([]string{"install"}, args...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	require.NoError(t, os.Symlink("/usr/bin/python3", filepath.Join(dir, "bin", "python")))
	return dir
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	return path
}

// podDAGs are the DAGs of components/airflow and those of the test, and it writes
// what belongs into AIRFLOW_HOME/config.
func podDAGs(t *testing.T, home string, image container.Image) fs.FS {
	t.Helper()
	config := filepath.Join(home, "config")
	require.NoError(t, os.CopyFS(config, os.DirFS(filepath.Join(forAirflow, "config"))))
	app := absolute(t, filepath.Join(airflowPod, "app"))
	settings, err := os.ReadFile(filepath.Join(airflowPod, "config", "airflow_local_settings.py"))
	require.NoError(t, err)
	settings = []byte(strings.NewReplacer(`"APP"`, fmt.Sprintf("%q", app), "IMAGE", image.Root).Replace(string(settings)))
	require.NoError(t, os.WriteFile(filepath.Join(config, "airflow_local_settings.py"), settings, 0o644))

	dags := fstest.MapFS{}
	for _, dir := range []string{filepath.Join(forAirflow, "dags"), filepath.Join(airflowPod, "dags"), filepath.Join(ofComponents, "airflow")} {
		files, err := filepath.Glob(filepath.Join(dir, "*.py"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			dags[filepath.Base(file)] = &fstest.MapFile{Data: text, Mode: 0o644}
		}
	}
	return dags
}

// componentsInPods: the DAG of components/airflow/dags/flts_kubernetes.py.
func (a airflow) componentsInPods(t *testing.T) {
	const dag = "flts_kubernetes"
	require.Equal(t, map[string]string{"preprocess": "success 1", "train": "success 1", "evaluate": "success 1", "predict": "success 1", "report": "success 1"}, a.ended(t, dag))
	for task, line := range componentLines(t) {
		result, err := json.Marshal(a.xcom(t, dag, task))
		require.NoError(t, err)
		require.JSONEq(t, line, string(result), task)
		text := a.log(t, dag, "x", task)
		require.Contains(t, text, "[base] "+line, task)
		require.Regexp(t, `\[base\] flts-run: platform: Airflow.*, DAG flts_kubernetes, run x, task `+task, text)
		require.Regexp(t, `\[base\] GATEWAY_URL +http://gateway.mlops.svc.cluster.local:8000 +FLTS_PARAMS_JSON gateway_url +configmap`, text, task)
	}
	text := a.log(t, dag, "x", "preprocess")
	require.Regexp(t, `\[base\] MINIO_ENDPOINT +minio:9000 +configmap /etc/flts/config`, text)
	require.Regexp(t, `\[base\] MINIO_SECRET_KEY +\*+ +secret /etc/flts/secrets`, text)
	require.NotContains(t, text, "FLTS-S12", "the Secret is for the group alone")
	require.Regexp(t, `\[base\] MINIO_SECRET_KEY +\*+ +secret env +secret /etc/flts/secrets`, a.log(t, dag, "x", "train"))
	require.Contains(t, a.log(t, dag, "x", "report"), "[base] reporting to http://mlflow:5000")
	require.Equal(t, map[string]any{"peak": "1726.45", "bucket": "predictions"}, a.xcom(t, dag, "report"))
}

// componentLines are the last lines of the four components, by task. TestComponents
// holds the page against what they print without flts-run.
func componentLines(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/components.md")
	require.NoError(t, err)
	lines := map[string]string{}
	for line := range strings.Lines(string(page)) {
		var result struct{ Task string }
		if json.Unmarshal([]byte(line), &result) == nil && result.Task != "" {
			lines[result.Task] = strings.TrimSpace(line)
		}
	}
	require.Len(t, lines, 4)
	return lines
}

// statusesOfPods: what Airflow makes of flts-run's exit statuses, and what it logs.
func (a airflow) statusesOfPods(t *testing.T) {
	got := a.ended(t, "pods")
	require.Equal(t, map[string]string{
		"unavailable": "failed 1", "skipped": "skipped 1", "invalid": "failed 1", // of three
		"injected": "success 1", "entrypoint": "success 1", "unknown_path": "success 1", "plain": "success 1",
	}, got)

	text := a.log(t, "pods", "x", "unavailable")
	require.Regexp(t, `returned a failure\.\nflts-run: .*connection refused at nobody:9000 \[FLTS-T01\]`, text, "the termination message")
	require.NotContains(t, text, "remote_pod")
	require.Contains(t, a.log(t, "pods", "x", "skipped"), "the task was not started (status 69)")
	text = a.log(t, "pods", "x", "invalid")
	require.Regexp(t, `returned a failure\.\nflts-run: .*GATEWAY_URL = "gateway:8000" \(param gateway_url\).* \[FLTS-C04\]`, text)
}

// injectedPods: no DAG said a word of flts-run.
func (a airflow) injectedPods(t *testing.T) {
	text := a.log(t, "pods", "x", "injected")
	require.Contains(t, text, "[base] train: 7 rows, gateway http://gateway:8000 key of 22")
	require.Regexp(t, `\[base\] flts-run: platform: Airflow.*, DAG pods, run x, task injected`, text)
	require.Contains(t, a.log(t, "pods", "x", "entrypoint"), "[base] evaluate: wrapped 1 gateway http://gateway:8000")

	text = a.log(t, "pods", "x", "unknown_path")
	require.Regexp(t, `flts-run does not start unknown-path-\w+: it has no cmds= and keeps the ENTRYPOINT of example/task:1.0`, text)
	require.Contains(t, text, "[base] evaluate: wrapped never gateway unknown")
	require.Contains(t, a.log(t, "pods", "x", "plain"), "[base] evaluate: wrapped never gateway unknown")
}

// componentsInDocker: the DAG of components/airflow/dags/flts_docker.py.
func (a airflow) componentsInDocker(t *testing.T) {
	const dag = "flts_docker"
	require.Equal(t, map[string]string{"preprocess": "success 1", "report": "success 1"}, a.ended(t, dag))
	require.Regexp(t, `flts-run: platform: Airflow.*, DAG flts_docker, run x, task preprocess`, a.log(t, dag, "x", "preprocess"))
	// The result is the last line of both streams, and it is the task's.
	require.Equal(t, componentLines(t)["preprocess"], a.xcom(t, dag, "preprocess"))
	require.Equal(t, map[string]any{"lines": []any{"a 'quoted' line", "ünïcode", "$HOME"}, "bucket": "predictions"}, a.xcom(t, dag, "report"))
	require.Contains(t, a.log(t, dag, "x", "report"), "reporting [\"a 'quoted' line\", 'ünïcode', '$HOME']")
}

func (a airflow) keepsSecret(t *testing.T, secret string) {
	for _, dag := range []string{"pods", "flts_kubernetes", "flts_docker"} {
		for task := range a.ended(t, dag) {
			require.NotContains(t, a.log(t, dag, "x", task), secret, "%s %s", dag, task)
		}
	}
}

// showLogs is for a test that failed.
func (a airflow) showLogs(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(a.dir, "logs", "*", "*", "*", "*.log"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		t.Logf("-- %s %v\n%s", file, err, text)
	}
}

// start begins a run.
func (a airflow) start(t *testing.T, dag, id string, conf map[string]any) {
	t.Helper()
	status, answer := a.call(t, http.MethodPost, "/dags/"+dag+"/dagRuns", map[string]any{"dag_run_id": id, "conf": conf, "logical_date": nil})
	require.Equal(t, http.StatusOK, status, answer)
}

// ended waits until run x has ended and says how each task did: its state and the
// number of tries.
func (a airflow) ended(t *testing.T, dag string) map[string]string {
	t.Helper()
	var answer map[string]any
	require.Eventually(t, func() bool {
		_, answer = a.call(t, http.MethodGet, "/dags/"+dag+"/dagRuns/x", nil)
		return answer["state"] == "success" || answer["state"] == "failed"
	}, 4*time.Minute, 500*time.Millisecond)
	_, answer = a.call(t, http.MethodGet, "/dags/"+dag+"/dagRuns/x/taskInstances", nil)
	states := map[string]string{}
	for _, ti := range answer["task_instances"].([]any) {
		ti := ti.(map[string]any)
		id := ti["task_id"].(string)
		states[id] = fmt.Sprint(ti["state"], " ", ti["try_number"])
	}
	return states
}

// xcom is the result of a task.
func (a airflow) xcom(t *testing.T, dag, task string) any {
	t.Helper()
	status, answer := a.call(t, http.MethodGet, "/dags/"+dag+"/dagRuns/x/taskInstances/"+task+"/xcomEntries/return_value", nil)
	require.Equal(t, http.StatusOK, status, answer)
	return answer["value"]
}
