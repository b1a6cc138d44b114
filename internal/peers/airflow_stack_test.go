//go:build peers

package peers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// airflow is a running one and its REST API, as plain as it gets.
type airflow struct {
	*teststack.AirflowServer
	dir, api, authorization string
}

// airflowStart is teststack.Airflow or teststack.Airflow2.
type airflowStart func(context.Context, string, fs.FS, teststack.AirflowOptions) (*teststack.AirflowServer, error)

// startAirflow starts one on whose PATH flts-run is, with the DAGs of testdata.
func startAirflow(t *testing.T, start airflowStart, api string) airflow {
	t.Helper()
	dags, err := teststack.AirflowDAGs()
	require.NoError(t, err)
	o := teststack.AirflowOptions{Path: []string{filepath.Dir(os.Getenv(binaryVariable))}}
	return startAirflowIn(t, t.TempDir(), start, api, dags, o, "succeeds", "fails", "retries", "slow", "paused", "maps", "joins", "typed", "wrapped")
}

// startAirflowIn starts one with its files in dir, and waits for the DAGs of those ids.
func startAirflowIn(t *testing.T, dir string, start airflowStart, api string, dags fs.FS, o teststack.AirflowOptions, ids ...string) airflow {
	t.Helper()
	begun, before := time.Now(), processes(t)
	s, err := start(t.Context(), dir, dags, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		s.Close()
		require.Subset(t, before, processes(t), "left over")
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.LogTail())
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	require.NoError(t, s.WaitDAGs(ctx, ids...))
	authorization, err := s.Authorization(ctx)
	require.NoError(t, err)
	t.Logf("%s: ready after %s", api, time.Since(begun).Round(time.Second))
	return airflow{s, dir, s.URL() + api, authorization}
}

// processes are all there are, by number, because Airflow's change their names. We
// are the first process of a PID namespace, so that none is hidden.
func processes(t *testing.T) map[string]string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	found := map[string]string{}
	for _, file := range all {
		if line, err := os.ReadFile(file); err == nil {
			found[file] = strings.ReplaceAll(string(line), "\x00", " ")
		}
	}
	return found
}

// call asks and decodes the answer.
func (a airflow) call(t *testing.T, method, path string, body any) (status int, answer map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), method, a.api+path, bytes.NewReader(text))
	require.NoError(t, err)
	r.Header = http.Header{"Authorization": {a.authorization}, "Content-Type": {"application/json"}, "Accept": {"application/json"}}
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	out, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &answer), "%s", out)
	return got.StatusCode, answer
}

// run runs a DAG to its end and returns how it ended.
func (a airflow) run(t *testing.T, dag, id string, conf map[string]any) (state string) {
	t.Helper()
	body := map[string]any{"dag_run_id": id, "conf": conf}
	if strings.HasSuffix(a.api, "/v2") {
		body["logical_date"] = nil
	}
	status, answer := a.call(t, http.MethodPost, "/dags/"+dag+"/dagRuns", body)
	require.Equal(t, http.StatusOK, status, answer)
	require.Eventually(t, func() bool {
		_, answer = a.call(t, http.MethodGet, "/dags/"+dag+"/dagRuns/"+id, nil)
		state, _ = answer["state"].(string)
		return state == "success" || state == "failed"
	}, 3*time.Minute, 500*time.Millisecond, "%s", answer)
	return state
}

// log is what the first attempt of a task wrote, as text in either API.
func (a airflow) log(t *testing.T, dag, id, task string) string {
	t.Helper()
	status, answer := a.call(t, http.MethodGet, "/dags/"+dag+"/dagRuns/"+id+"/taskInstances/"+task+"/logs/1?full_content=true", nil)
	require.Equal(t, http.StatusOK, status, answer)
	if text, ok := answer["content"].(string); ok {
		return text
	}
	var lines []string
	for _, line := range answer["content"].([]any) {
		line, _ := line.(map[string]any)
		if event, ok := line["event"].(string); ok {
			lines = append(lines, event)
		}
		causes, _ := line["error_detail"].([]any)
		for _, cause := range causes {
			lines = append(lines, fmt.Sprint(cause.(map[string]any)["exc_value"]))
		}
	}
	return strings.Join(lines, "\n")
}

// TestAirflow holds a component under flts-run against both Airflows, and both
// against what was recorded of them.
func TestAirflow(t *testing.T) {
	t.Run("2", func(t *testing.T) {
		a := startAirflow(t, teststack.Airflow2, "/api/v1")
		a.runsFlts(t)
		t.Run("recorded", a.matchesRecording("v1", callsV1, othersV1))
	})
	t.Run("3", func(t *testing.T) {
		a := startAirflow(t, teststack.Airflow, "/api/v2")
		a.runsFlts(t)
		t.Run("recorded", a.matchesRecording("v2", callsV2, othersV2(t)))
	})
}

// runsFlts: the parameters of a run arrive, are named as the origin, and the task's
// exit status is Airflow's.
func (a airflow) runsFlts(t *testing.T) {
	t.Run("parameters of the run", a.parametersArrive)
	t.Run("exit status of the task", a.exitStatusArrives)
}

func (a airflow) parametersArrive(t *testing.T) {
	state := a.run(t, "wrapped", "flts-parameters", map[string]any{"gateway_url": "http://gateway.run:8000"})
	text := a.log(t, "wrapped", "flts-parameters", "component")
	require.Equal(t, "success", state, text)
	require.Contains(t, text, "component: gateway http://gateway.run:8000")
	require.Regexp(t, `GATEWAY_URL +http://gateway.run:8000 +FLTS_PARAMS_JSON gateway_url`, text)
	require.Regexp(t, `platform: Airflow.*, DAG wrapped, run flts-parameters, task component `, text)
}

func (a airflow) exitStatusArrives(t *testing.T) {
	state := a.run(t, "wrapped", "flts-exit-status", map[string]any{"exit_status": 7})
	text := a.log(t, "wrapped", "flts-exit-status", "component")
	require.Equal(t, "failed", state, text)
	require.Contains(t, text, "return code 7")
}
