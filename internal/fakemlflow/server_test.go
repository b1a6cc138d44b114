package fakemlflow_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/flts-run/flts-run/internal/fakemlflow"
	"github.com/stretchr/testify/require"
)

const (
	search = "/api/2.0/mlflow/experiments/search?max_results=1"
	noHost = "Invalid Host header - possible DNS rebinding attack detected"
)

func start(t *testing.T, o fakemlflow.Options) *fakemlflow.Server {
	t.Helper()
	s, err := fakemlflow.Start(o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

type ask struct {
	method, path, body, host, user string
}

type answer struct {
	Status int
	Type   string
	Body   string
}

func send(t *testing.T, s *fakemlflow.Server, a ask) answer {
	t.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(t.Context(), a.method, s.URL()+a.path, strings.NewReader(a.body))
	require.NoError(t, err)
	r.Host = a.host
	if name, password, ok := strings.Cut(a.user, ":"); ok {
		r.SetBasicAuth(name, password)
	}
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.Equal(t, got.StatusCode == 401, got.Header.Get("WWW-Authenticate") == `Basic realm="mlflow"`)
	kind, _, _ := strings.Cut(got.Header.Get("Content-Type"), ";")
	return answer{got.StatusCode, kind, strings.TrimSpace(string(body))}
}

func TestAnswers(t *testing.T) {
	experiments := answer{200, "application/json", `{"experiments":[{"experiment_id":"0","name":"Default","artifact_location":"mlflow-artifacts:/0","lifecycle_stage":"active"}]}`}
	direct := answer{200, "application/json", strings.Replace(experiments.Body, "mlflow-artifacts:/0", "s3://mlflow-artifacts/0", 1)}
	ok := answer{200, "text/plain", "OK"}
	refused := answer{403, "text/plain", noHost}
	unknown := answer{401, "text/html", "You are not authenticated. Please see https://www.mlflow.org/docs/latest/auth/index.html#authenticating-to-mlflow on how to authenticate."}
	denied := answer{403, "text/html", "Permission denied"}
	absent := answer{404, "text/html", "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>"}
	off := func(path, flag string) answer {
		return answer{503, "text/html", "Endpoint: " + path + " disabled due to the mlflow server running with `" + flag + "`."}
	}
	none := answer{200, "application/json", "{}"}
	invalidPath := answer{400, "application/json", `{"error_code":"INVALID_PARAMETER_VALUE","message":"Invalid path"}`}
	login := answer{200, "text/html", "<!doctype html><title>Sign in</title><form method=post><input name=user></form>"}
	user := fakemlflow.Options{Username: "ml", Password: "pw:1"}
	service := fakemlflow.Options{AllowedHosts: []string{"mlflow.ns.svc", "mlflow.ns.svc.cluster.local:*"}}
	prefixed := fakemlflow.Options{StaticPrefix: "/mlflow"}
	older := fakemlflow.Options{StaticPrefix: "/mlflow/", Before3: true}
	several := fakemlflow.Options{
		Username: "ml", Password: "pw:1",
		Users:       []fakemlflow.User{{"ann", "a", "READ"}, {"bob", "b", "EDIT"}, {"eve", "e", "NO_PERMISSIONS"}},
		Experiments: []fakemlflow.Experiment{{Name: "churn"}, {Name: "old", Location: "s3://b/old", Deleted: true}},
	}
	const badRun = `{"experiment_id":"0","start_time":"x"}`
	malformed := answer{400, "application/json", `{"error_code":"INVALID_PARAMETER_VALUE","message":"Invalid value for parameter 'start_time' supplied"}`}

	tests := []struct {
		name    string
		options fakemlflow.Options
		ask     ask
		want    answer
	}{
		{"health", fakemlflow.Options{}, ask{path: "/health"}, ok},
		{"version", fakemlflow.Options{}, ask{path: "/version"}, answer{200, "text/html", "3.5.0"}},
		{"other version", fakemlflow.Options{Version: "2.22.1"}, ask{path: "/version"}, answer{200, "text/html", "2.22.1"}},
		{"search by get", fakemlflow.Options{}, ask{path: search}, experiments},
		{"search by post", fakemlflow.Options{}, ask{method: "POST", path: "/api/2.0/mlflow/experiments/search", body: `{"max_results":5}`}, experiments},
		{"artifacts elsewhere", fakemlflow.Options{ArtifactRoot: "s3://mlflow-artifacts"}, ask{path: search}, direct},
		{
			"search without max_results",
			fakemlflow.Options{},
			ask{path: "/api/2.0/mlflow/experiments/search"},
			answer{400, "application/json", `{"error_code":"INVALID_PARAMETER_VALUE","message":"max_results must be a positive number"}`},
		},
		{
			"malformed body",
			fakemlflow.Options{},
			ask{method: "POST", path: "/api/2.0/mlflow/experiments/search", body: `{`},
			answer{400, "application/json", `{"error_code":"INVALID_PARAMETER_VALUE","message":"the body is no JSON: unexpected EOF"}`},
		},
		{
			"no such experiment",
			fakemlflow.Options{},
			ask{path: "/api/2.0/mlflow/experiments/get-by-name?experiment_name=x"},
			answer{404, "application/json", `{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Could not find experiment with name 'x'"}`},
		},
		{"too many results", fakemlflow.Options{}, ask{path: "/api/2.0/mlflow/experiments/search?max_results=50001"}, answer{400, "application/json", `{"error_code":"INVALID_PARAMETER_VALUE","message":"max_results must be a positive number"}`}},
		{"no name of an experiment", fakemlflow.Options{}, ask{path: "/api/2.0/mlflow/experiments/get-by-name"}, answer{400, "application/json", `{"error_code":"INVALID_PARAMETER_VALUE","message":"Missing value for required parameter 'experiment_name'."}`}},
		{"no such call", fakemlflow.Options{}, ask{path: "/api/2.0/mlflow/nothing"}, absent},

		{"service name by default", fakemlflow.Options{}, ask{path: search, host: "mlflow.ns.svc:5000"}, refused},
		{"pod address by default", fakemlflow.Options{}, ask{path: search, host: "10.244.1.7:5000"}, experiments},
		{"172.32 is not private", fakemlflow.Options{}, ask{path: search, host: "172.32.0.1:5000"}, refused},
		{"IPv6 loopback", fakemlflow.Options{}, ask{path: search, host: "[::1]:5000"}, experiments},
		{"health in spite of the host", fakemlflow.Options{}, ask{path: "/health", host: "mlflow.ns.svc:5000"}, ok},
		{"the port is part of the match", service, ask{path: search, host: "mlflow.ns.svc:5000"}, refused},
		{"any port by pattern", service, ask{path: search, host: "mlflow.ns.svc.cluster.local:5000"}, experiments},
		{"every host", fakemlflow.Options{AllowedHosts: []string{"*"}}, ask{path: search, host: "any:1"}, experiments},
		{"no host", fakemlflow.Options{AllowedHosts: []string{}}, ask{path: search}, refused},

		{"nobody", user, ask{path: search}, unknown},
		{"wrong password", user, ask{path: search, user: "ml:pw"}, unknown},
		{"password", user, ask{path: search, user: "ml:pw:1"}, experiments},
		{"health for nobody", user, ask{path: "/health"}, ok},
		{"version for nobody", user, ask{path: "/version"}, unknown},

		{"health below the prefix", prefixed, ask{path: "/mlflow/health"}, ok},
		{"and not at the root", prefixed, ask{path: "/health"}, absent},
		{"search below the prefix", prefixed, ask{path: "/mlflow" + search}, experiments},
		{"search not at the root", prefixed, ask{path: search}, absent},
		{"before 3: health at the root", older, ask{path: "/health"}, answer{200, "text/html", "OK"}},
		{"before 3: not below", older, ask{path: "/mlflow/health"}, absent},
		{"before 3: the API at the root", older, ask{path: search}, experiments},
		{"before 3: nor that", older, ask{path: "/mlflow" + search}, absent},

		{"experiment by ID", several, ask{path: "/api/2.0/mlflow/experiments/get?experiment_id=1", user: "ann:a"}, answer{200, "application/json", `{"experiment":{"experiment_id":"1","name":"churn","artifact_location":"mlflow-artifacts:/1","lifecycle_stage":"active"}}`}},
		{"deleted experiment", several, ask{path: "/api/2.0/mlflow/experiments/get-by-name?experiment_name=old", user: "ann:a"}, answer{200, "application/json", `{"experiment":{"experiment_id":"2","name":"old","artifact_location":"s3://b/old","lifecycle_stage":"deleted"}}`}},
		{"no experiment with this ID", several, ask{path: "/api/2.0/mlflow/experiments/get?experiment_id=9", user: "ann:a"}, answer{404, "application/json", `{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"No Experiment with id=9 exists"}`}},
		{"no permission to see it", several, ask{path: "/api/2.0/mlflow/experiments/get?experiment_id=1", user: "eve:e"}, denied},
		{"a reader creates no run", several, ask{method: "POST", path: "/api/2.0/mlflow/runs/create", body: badRun, user: "ann:a"}, denied},
		{"an editor is told what is wrong", several, ask{method: "POST", path: "/api/2.0/mlflow/runs/create", body: badRun, user: "bob:b"}, malformed},
		{"a run in a deleted experiment", several, ask{method: "POST", path: "/api/2.0/mlflow/runs/create", body: `{"experiment_id":"2"}`, user: "bob:b"}, answer{400, "application/json", `{"error_code":"INVALID_PARAMETER_VALUE","message":"The experiment 2 must be in the 'active' state."}`}},

		{"no artifacts", fakemlflow.Options{}, ask{path: "/api/2.0/mlflow-artifacts/artifacts"}, none},
		{"artifact", fakemlflow.Options{}, ask{method: "PUT", path: "/api/2.0/mlflow-artifacts/artifacts/0/a", body: "x"}, none},
		{"artifact of a path that is none", fakemlflow.Options{}, ask{method: "PUT", path: "/api/2.0/mlflow-artifacts/artifacts/0/a%23", body: "x"}, invalidPath},
		{"a reader stores no artifact", several, ask{method: "PUT", path: "/api/2.0/mlflow-artifacts/artifacts/0/a%23", user: "ann:a"}, denied},
		{"artifacts not served", fakemlflow.Options{NoServeArtifacts: true}, ask{path: "/api/2.0/mlflow-artifacts/artifacts"}, off("/api/2.0/mlflow-artifacts/artifacts", "--no-serve-artifacts")},
		{"artifacts only", fakemlflow.Options{ArtifactsOnly: true}, ask{path: search}, off("/api/2.0/mlflow/experiments/search", "--artifacts-only")},
		{"a store that does not work", fakemlflow.Options{BrokenStore: true}, ask{path: "/api/2.0/mlflow-artifacts/artifacts"}, answer{500, "text/html", "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>"}},
		{"a body too large", fakemlflow.Options{MaxBody: 3}, ask{method: "PUT", path: "/api/2.0/mlflow-artifacts/artifacts/0/a", body: "long"}, answer{413, "text/html", "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n</html>"}},

		{"login page", fakemlflow.Options{HTMLLogin: true}, ask{path: search}, login},
		{"login page for health", fakemlflow.Options{HTMLLogin: true}, ask{path: "/health"}, login},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, send(t, start(t, tt.options), tt.ask))
		})
	}
}

func TestARunIsTracked(t *testing.T) {
	s := start(t, fakemlflow.Options{})
	post := func(path, body string) answer {
		return send(t, s, ask{method: http.MethodPost, path: "/api/2.0/mlflow/" + path, body: body})
	}
	require.Equal(t, `{"experiment_id":"1"}`, post("experiments/create", `{"name":"elborn"}`).Body)
	require.Equal(t, 400, post("experiments/create", `{"name":"elborn"}`).Status)
	require.Equal(t, 404, post("runs/create", `{"experiment_id":"7"}`).Status)

	var created struct {
		Run struct {
			Info struct {
				RunID string `json:"run_id"`
			}
		}
	}
	body := post("runs/create", `{"experiment_id":"1","run_name":"step10","start_time":1,"tags":[{"key":"stage","value":"demo"}]}`).Body
	require.NoError(t, json.Unmarshal([]byte(body), &created))
	id := created.Run.Info.RunID
	require.Len(t, id, 32)

	require.Equal(t, 200, post("runs/log-metric", `{"run_id":"`+id+`","key":"mean","value":21.5,"timestamp":1}`).Status)
	require.Equal(t, 200, post("runs/log-metric", `{"run_id":"`+id+`","key":"mean","value":21.75,"timestamp":2}`).Status)
	require.Equal(t, 400, post("runs/log-metric", `{"run_id":"`+id+`","key":"mean","value":"warm"}`).Status)
	require.Equal(t, 404, post("runs/log-metric", `{"run_id":"none","key":"mean","value":1}`).Status)
	require.Equal(t, 200, post("runs/log-parameter", `{"run_id":"`+id+`","key":"dataset","value":"ElBorn"}`).Status)
	require.Equal(t, 400, post("runs/log-parameter", `{"run_id":"`+id+`","key":"dataset","value":"other"}`).Status)
	require.Equal(t, 200, post("runs/set-tag", `{"run_uuid":"`+id+`","key":"by","value":"7"}`).Status)
	require.Equal(t, 200, post("runs/update", `{"run_id":"`+id+`","status":"FINISHED","end_time":3}`).Status)
	require.Equal(t, 200, post("runs/delete", `{"run_id":"`+id+`"}`).Status)

	require.Equal(t, []fakemlflow.Run{{
		ID: id, ExperimentID: "1", Name: "step10", Status: "FINISHED", Deleted: true,
		Metrics: map[string]float64{"mean": 21.75},
		Params:  map[string]string{"dataset": "ElBorn"},
		Tags:    map[string]string{"stage": "demo", "by": "7"},
	}}, s.Runs())
	require.JSONEq(t, `{"run":{
		"info":{"run_id":"`+id+`","run_uuid":"`+id+`","run_name":"step10","experiment_id":"1","status":"FINISHED",
			"lifecycle_stage":"deleted","artifact_uri":"mlflow-artifacts:/1/`+id+`/artifacts"},
		"data":{"metrics":[{"key":"mean","value":21.75}],"params":[{"key":"dataset","value":"ElBorn"}],
			"tags":[{"key":"by","value":"7"},{"key":"stage","value":"demo"}]}}}`,
		send(t, s, ask{path: "/api/2.0/mlflow/runs/get?run_id=" + id}).Body)
}

func TestRequestsAreCounted(t *testing.T) {
	s := start(t, fakemlflow.Options{})
	send(t, s, ask{path: "/health"})
	send(t, s, ask{path: search})
	require.Equal(t, []fakemlflow.Request{
		{Method: "GET", Path: "/health"},
		{Method: "GET", Path: "/api/2.0/mlflow/experiments/search"},
	}, s.Requests())
}

func TestArtifactsAreListedByFolder(t *testing.T) {
	s := start(t, fakemlflow.Options{})
	const artifacts = "/api/2.0/mlflow-artifacts/artifacts"
	for _, name := range []string{"/1/run/model/weights", "/1/run/log.txt", "/2/x"} {
		require.Equal(t, 200, send(t, s, ask{method: http.MethodPut, path: artifacts + name, body: "x"}).Status)
	}
	require.JSONEq(t, `{"files":[{"path":"log.txt","is_dir":false},{"path":"model","is_dir":true}]}`, send(t, s, ask{path: artifacts + "?path=1/run"}).Body)
	require.Equal(t, 200, send(t, s, ask{method: http.MethodDelete, path: artifacts + "/2/x"}).Status)
	require.Equal(t, []string{"1/run/log.txt", "1/run/model/weights"}, s.Artifacts())
}
