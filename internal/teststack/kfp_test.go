package teststack_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// helloIR echoes its parameter.
const helloIR = `{
	"pipelineInfo": {"name": "hello"},
	"schemaVersion": "2.1.0",
	"deploymentSpec": {"executors": {"exec-say": {"container": {
		"image": "alpine", "command": ["echo"], "args": ["{{$.inputs.parameters['text']}}"]}}}},
	"components": {"comp-say": {"executorLabel": "exec-say",
		"inputDefinitions": {"parameters": {"text": {"parameterType": "STRING"}}}}},
	"root": {
		"inputDefinitions": {"parameters": {"text": {"parameterType": "STRING"}}},
		"dag": {"tasks": {"say": {"taskInfo": {"name": "say"}, "componentRef": {"name": "comp-say"},
			"inputs": {"parameters": {"text": {"componentInputParameter": "text"}}}}}}}
}`

type kfp struct {
	*teststack.KFPServer
	headers map[string]string
}

type object = map[string]any

func startKFP(t *testing.T) kfp {
	t.Helper()
	server, err := teststack.KFP(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return kfp{server, nil}
}

// call makes a request below /apis/ and returns the status and what was answered.
func (k kfp) call(t *testing.T, method, path string, body any) (int, object) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	return k.send(t, method, path, "application/json", bytes.NewReader(text))
}

func (k kfp) send(t *testing.T, method, path, contentType string, body io.Reader) (int, object) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, k.URL()+"/apis/"+path, body)
	require.NoError(t, err)
	r.Header.Set("Content-Type", contentType)
	for name, value := range k.headers {
		r.Header.Set(name, value)
	}
	got, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	require.NoError(t, err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	answer := object{}
	require.NoError(t, json.Unmarshal(text, &answer), "%s", text)
	return got.StatusCode, answer
}

func (k kfp) upload(t *testing.T, query string) (int, object) {
	t.Helper()
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	file, err := parts.CreateFormFile("uploadfile", "hello.yaml")
	require.NoError(t, err)
	_, err = file.Write([]byte(helloIR)) // JSON is YAML
	require.NoError(t, err)
	require.NoError(t, parts.Close())
	return k.send(t, http.MethodPost, "v2beta1/pipelines/upload?"+query, parts.FormDataContentType(), &form)
}

// submit makes a run of the pipeline and returns its id.
func (k kfp) submit(t *testing.T, more object) string {
	t.Helper()
	run := object{
		"display_name":   "r",
		"pipeline_spec":  json.RawMessage(helloIR),
		"runtime_config": object{"parameters": object{"text": "hi"}},
	}
	maps.Copy(run, more)
	status, answer := k.call(t, http.MethodPost, "v2beta1/runs", run)
	require.Equal(t, 200, status, answer)
	return answer["run_id"].(string)
}

func (k kfp) run(t *testing.T, id string) object {
	t.Helper()
	status, answer := k.call(t, http.MethodGet, "v2beta1/runs/"+id, nil)
	require.Equal(t, 200, status, answer)
	return answer
}

func (k kfp) state(t *testing.T, id string) []any {
	t.Helper()
	run := k.run(t, id)
	return []any{run["state"], run["finished_at"]}
}

const notYet = "1970-01-01T00:00:00Z"

func TestKFPFromUploadToSucceeded(t *testing.T) {
	k, ctx := startKFP(t), t.Context()
	_, health := k.call(t, http.MethodGet, "v2beta1/healthz", nil)
	require.Equal(t, object{"commit_sha": "c5658f09ec38", "tag_name": "2.0.5", "multi_user": false}, health)

	status, pipeline := k.upload(t, "name=hello")
	require.Equal(t, []any{200, "hello"}, []any{status, pipeline["display_name"]})
	// Not 409: the upload handler of 2.0.5 makes every error of the store a 500,
	// and a refused user a 400.
	status, refused := k.upload(t, "name=hello")
	require.Equal(t, 500, status)
	require.Contains(t, refused["error_message"], "The name hello already exists")

	id := k.submit(t, object{"pipeline_spec": nil, "pipeline_version_reference": object{"pipeline_id": pipeline["pipeline_id"]}})
	require.Equal(t, []any{"PENDING", notYet}, k.state(t, id))

	begun, finished := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2024, 1, 2, 3, 5, 6, 0, time.UTC)
	require.NoError(t, k.Report(ctx, id, teststack.Report{Phase: "Running", Nodes: []teststack.ReportNode{
		{ID: "w", DisplayName: "hello", Type: "DAG", Phase: "Running", StartedAt: begun, Children: []string{"w-1"}},
		{ID: "w-1", DisplayName: "say", Type: "Pod", Phase: "Running", StartedAt: begun},
	}}))
	require.Equal(t, []any{"RUNNING", notYet}, k.state(t, id))
	require.Equal(t, map[string]object{
		"hello": {"state": "RUNNING", "start_time": "2024-01-02T03:04:05Z", "end_time": "0001-01-01T00:00:00Z", "child_tasks": []any{object{"pod_name": "w-1"}}},
		"say":   {"state": "RUNNING", "start_time": "2024-01-02T03:04:05Z", "end_time": "0001-01-01T00:00:00Z", "child_tasks": nil},
	}, tasks(k.run(t, id)))

	require.NoError(t, k.Report(ctx, id, teststack.Report{Phase: "Succeeded", FinishedAt: finished}))
	require.Equal(t, []any{"SUCCEEDED", "2024-01-02T03:05:06Z"}, k.state(t, id))
	require.ErrorContains(t, k.Report(ctx, id, teststack.Report{Phase: "Failed"}), "is final")
	require.ErrorContains(t, k.Report(ctx, "none", teststack.Report{Phase: "Failed"}), "Run none not found")
}

// tasks are those of a run by name, with what a report decides.
func tasks(run object) map[string]object {
	byName := map[string]object{}
	for _, task := range run["run_details"].(object)["task_details"].([]any) {
		task := task.(object)
		seen := object{}
		for _, field := range []string{"state", "start_time", "end_time", "child_tasks"} {
			seen[field] = task[field]
		}
		byName[task["display_name"].(string)] = seen
	}
	return byName
}

// What reached Argo and what reached the database are the server's own doing.
func TestKFPBelowTheAPI(t *testing.T) {
	k, ctx := startKFP(t), t.Context()
	id := k.submit(t, object{"service_account": "trainer", "runtime_config": object{
		"parameters": object{"text": "héllo"}, "pipeline_root": "s3://b/p",
	}})
	text, err := k.Workflow(ctx, id)
	require.NoError(t, err)
	var workflow struct {
		Metadata struct {
			Namespace string
			Labels    map[string]string
		}
		Spec struct{ ServiceAccountName string }
	}
	require.NoError(t, json.Unmarshal(text, &workflow))
	require.Equal(t, []any{"kubeflow", id, "trainer"},
		[]any{workflow.Metadata.Namespace, workflow.Metadata.Labels["pipeline/runid"], workflow.Spec.ServiceAccountName})
	require.Contains(t, string(text), "héllo")

	stored, err := k.Stored(ctx, id)
	require.NoError(t, err)
	require.InDelta(t, time.Now().Unix(), stored.CreatedAt, 60)
	require.NotEmpty(t, stored.ExperimentID)
	require.NotEmpty(t, stored.PipelineSpec)
	require.Equal(t, teststack.StoredRun{
		CreatedAt: stored.CreatedAt, ScheduledAt: stored.CreatedAt, ExperimentID: stored.ExperimentID, PipelineSpec: stored.PipelineSpec,
		DisplayName: "r", State: "PENDING", StorageState: "AVAILABLE", ServiceAccount: "trainer",
		Parameters: `{"text":"héllo"}`, PipelineRoot: "s3://b/p",
	}, stored)

	// The server keeps a zero time when a client sends one.
	zero := k.submit(t, object{"scheduled_at": time.Time{}, "finished_at": time.Time{}})
	stored, err = k.Stored(ctx, zero)
	require.NoError(t, err)
	require.Equal(t, []int64{time.Time{}.Unix(), time.Time{}.Unix()}, []int64{stored.ScheduledAt, stored.FinishedAt})
}

// Retry and terminate change the workflow, and what is reported later shows it.
func TestKFPTerminateAndRetry(t *testing.T) {
	k, ctx := startKFP(t), t.Context()
	id := k.submit(t, nil)
	status, refused := k.call(t, http.MethodPost, "v2beta1/runs/"+id+":retry", nil)
	require.Equal(t, 409, status)
	require.Contains(t, refused["message"], "Workflow manifest cannot be empty")

	for _, step := range []struct {
		call, phase string
		want        any
	}{
		{"", "Running", "RUNNING"},
		{":terminate", "", "CANCELING"},
		{"", "Running", "CANCELING"},
		{"", "Failed", "FAILED"},
		{":retry", "", "RUNNING"},
		{"", "Running", "RUNNING"},
		{"", "Error", "FAILED"},
		{":retry", "", "RUNNING"},
		{"", "Succeeded", "SUCCEEDED"},
	} {
		if step.call != "" {
			status, answer := k.call(t, http.MethodPost, "v2beta1/runs/"+id+step.call, nil)
			require.Equal(t, 200, status, answer)
		} else {
			require.NoError(t, k.Report(ctx, id, teststack.Report{Phase: step.phase}))
		}
		require.Equal(t, step.want, k.run(t, id)["state"], step)
	}
}

// A log that cannot be read is an object in an answer with status 200.
func TestKFPLogs(t *testing.T) {
	k, ctx := startKFP(t), t.Context()
	id := k.submit(t, nil)
	require.NoError(t, k.Report(ctx, id, teststack.Report{Phase: "Running"}))
	path := "v1alpha1/runs/" + id + "/nodes/w-1/log"
	status, answer := k.call(t, http.MethodGet, path, nil)
	require.Equal(t, 200, status)
	require.Contains(t, answer["error_message"], "Failed to read logs for run "+id)

	require.NoError(t, k.ArchiveLog(ctx, id, "w-1", `{"log":"it failed"}`))
	got, err := http.Get(k.URL() + "/apis/" + path)
	require.NoError(t, err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.Equal(t, "it failed\n", string(text))
}

func TestKFPShapeOfErrors(t *testing.T) {
	k := startKFP(t)
	status, answer := k.call(t, http.MethodPost, "v2beta1/runs", object{"display_name": "r", "pipeline_spec": json.RawMessage(helloIR)})
	const short = "parameter text is not optional, yet has neither default value nor user provided value"
	const long = "Failed to create a new run: Failed to generate the ExecutionSpec: invalid pipeline job inputs: Invalid input error: " + short
	require.Equal(t, 400, status)
	require.Equal(t, object{
		"error": long, "message": long, "code": 3.0,
		"details": []any{object{"@type": "type.googleapis.com/google.rpc.Status", "code": 3.0, "message": short}},
	}, answer)
}

// Two at a time must not see another database, nor each other's workflow.
func TestKFPManyAtOnce(t *testing.T) {
	k := startKFP(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				status, answer := k.call(t, http.MethodPost, "v2beta1/runs", object{
					"display_name": "r", "pipeline_spec": json.RawMessage(helloIR),
					"runtime_config": object{"parameters": object{"text": "hi"}},
				})
				if status != 200 {
					t.Error(answer)
				}
			}
		})
	}
	all.Wait()
	_, page := k.call(t, http.MethodGet, "v2beta1/runs?page_size=3", nil)
	require.Equal(t, []any{40.0, 3}, []any{page["total_size"], len(page["runs"].([]any))})
}

func TestKFPRecurringRunsDiffer(t *testing.T) {
	k := startKFP(t)
	ids := map[any]bool{}
	for range 2 {
		status, answer := k.call(t, http.MethodPost, "v2beta1/recurringruns", object{
			"display_name": "nightly", "mode": "ENABLE", "max_concurrency": "1",
			"trigger":        object{"cron_schedule": object{"cron": "0 0 3 * * *"}},
			"pipeline_spec":  json.RawMessage(helloIR),
			"runtime_config": object{"parameters": object{"text": "hi"}},
		})
		require.Equal(t, []any{200, "ENABLED"}, []any{status, answer["status"]}, answer)
		ids[answer["recurring_run_id"]] = true
		status, answer = k.call(t, http.MethodPost, "v2beta1/recurringruns/"+answer["recurring_run_id"].(string)+":disable", nil)
		require.Equal(t, 200, status, answer)
	}
	require.Len(t, ids, 2)
}

func TestKFPMultiUser(t *testing.T) {
	server, err := teststack.KFPMultiUser(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(server.Close)
	experiment := object{"display_name": "e", "namespace": "alice"}
	for _, c := range []struct {
		header, value string
		status        int
		message       string
	}{
		{"kubeflow-userid", "alice", 200, ""},
		{"Authorization", "Bearer token-of-alice", 409, "The name e already exists"},
		{"kubeflow-userid", "bob", 403, "User 'bob' is not authorized"},
		{"Authorization", "Bearer yesterdays", 401, "the token has expired"},
		{"Cookie", "authservice_session=x", 401, "User identity is empty"},
	} {
		t.Run(strings.TrimSpace(c.header+" "+c.value), func(t *testing.T) {
			status, answer := kfp{server, map[string]string{c.header: c.value}}.call(t, http.MethodPost, "v2beta1/experiments", experiment)
			require.Equal(t, c.status, status, answer)
			if c.message != "" {
				require.Contains(t, answer["message"], c.message)
			}
		})
	}
	bob := kfp{server, map[string]string{"kubeflow-userid": "bob"}}
	status, refused := bob.upload(t, "name=hello&namespace=alice")
	require.Equal(t, 400, status)
	require.Contains(t, refused["error_message"], "User 'bob' is not authorized")

	alice := kfp{server, map[string]string{"kubeflow-userid": "alice"}}
	_, list := alice.call(t, http.MethodGet, "v2beta1/experiments?namespace=alice", nil)
	id := alice.submit(t, object{"experiment_id": list["experiments"].([]any)[0].(object)["experiment_id"]})
	require.NoError(t, alice.Report(t.Context(), id, teststack.Report{Phase: "Succeeded"}))
	require.Equal(t, "SUCCEEDED", alice.run(t, id)["state"])
	stored, err := alice.Stored(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "alice", stored.Namespace)
}
