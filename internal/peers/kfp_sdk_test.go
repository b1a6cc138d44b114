//go:build peers

package peers_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

func startSDK(t *testing.T) *teststack.SDK {
	t.Helper()
	installed, err := teststack.Binaries{}.KFPSDK(t.Context())
	require.NoError(t, err)
	sdk, err := installed.Start(context.WithoutCancel(t.Context()), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sdk.Stop()) })
	t.Logf("%v, imported in %v", sdk.Versions, sdk.Import)
	return sdk
}

// The warm process reads every pipeline as compile.py did.
func TestKFPSDKLoads(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(checkedIn, "parameters.json"))
	require.NoError(t, err)
	var table map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &table))
	require.GreaterOrEqual(t, len(table), 60)

	sdk := startSDK(t)
	require.Contains(t, sdk.Versions, "kfp-kubernetes")
	for name, want := range table {
		got, err := sdk.Parameters(filepath.Join(checkedIn, name+".yaml"))
		require.NoError(t, err, name)
		require.JSONEq(t, string(want), string(got), name)
	}
	_, err = sdk.Parameters(filepath.Join(checkedIn, "unreadable", "inputs-multiline.yaml"))
	require.ErrorContains(t, err, "mapping values are not allowed here")
	_, err = sdk.Parameters("none.yaml")
	require.ErrorContains(t, err, "FileNotFoundError")
}

// exchange is a request to the API, as the client sent it.
type exchange struct {
	Call string
	Body map[string]any
}

// The Python client asks for the experiment and submits; what it sends is what a
// submission of ours is compared with.
func TestKFPSDKSubmits(t *testing.T) {
	var mutex sync.Mutex
	var seen []exchange
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := exchange{Call: r.Method + " " + r.URL.Path}
		if r.Method == http.MethodPost {
			if err := json.NewDecoder(r.Body).Decode(&got.Body); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		mutex.Lock()
		seen = append(seen, got)
		mutex.Unlock()
		w.Header().Set("Content-Type", "application/json")
		answer := map[string]string{
			"GET /apis/v2beta1/healthz":     `{"multi_user": false}`,
			"GET /apis/v2beta1/experiments": `{"experiments": [{"experiment_id": "e-1", "display_name": "flts"}]}`,
			"POST /apis/v2beta1/runs":       `{"run_id": "r-1"}`,
		}[got.Call]
		if answer == "" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	sdk := startSDK(t)

	run, took, err := sdk.Submit(teststack.Submission{
		Host:       server.URL,
		File:       filepath.Join(checkedIn, "flts-train.yaml"),
		Parameters: map[string]any{"dataset": "ElBorn", "identifier": "step10-test-001"},
		Experiment: "flts",
		RunName:    "by Python",
	})
	require.NoError(t, err)
	require.Equal(t, "r-1", run)
	t.Logf("submitted in %v", took)

	last := seen[len(seen)-1]
	require.Equal(t, "POST /apis/v2beta1/runs", last.Call)
	require.Equal(t, "e-1", last.Body["experiment_id"])
	require.Equal(t, "by Python", last.Body["display_name"])
	require.Equal(t, map[string]any{"parameters": map[string]any{"dataset": "ElBorn", "identifier": "step10-test-001"}}, last.Body["runtime_config"])
	require.Contains(t, last.Body, "pipeline_spec")

	server.Close()
	_, _, err = sdk.Submit(teststack.Submission{Host: server.URL, File: filepath.Join(checkedIn, "flts-train.yaml")})
	require.ErrorContains(t, err, "MaxRetryError")
}
