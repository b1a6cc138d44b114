package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
)

func TestServersOwnTime(t *testing.T) {
	const delay = 20 * time.Millisecond
	s := &clockedServer{kfp: fakekfp.New(fakekfp.Options{Fault: func(fakekfp.Call) *fakekfp.Fault { return &fakekfp.Fault{Delay: delay} }})}
	const run = `{"display_name":"r","pipeline_spec":{"pipelineInfo":{"name":"p"},"schemaVersion":"2.1.0",
		"deploymentSpec":{"executors":{"exec-a":{"container":{"image":"i"}}}},"components":{"comp-a":{"executorLabel":"exec-a"}},
		"root":{"dag":{"tasks":{"a":{"componentRef":{"name":"comp-a"},"taskInfo":{"name":"a"}}}}}}}`
	for range 2 {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/apis/v2beta1/runs", strings.NewReader(run)))
		require.Equal(t, http.StatusOK, w.Code, w.Body)
	}
	own, err := s.perRun(2)
	require.NoError(t, err)
	require.GreaterOrEqual(t, own, delay)

	_, err = s.perRun(3)
	require.EqualError(t, err, "the KFP server has 2 runs of 3 that were submitted")
}

// Where the SDK is not installed, that is said, with how to have it.
func TestPythonClientIsNotAvailable(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var said strings.Builder
	compared, err := pythonClient(t.Context(), bench{}, &said, pod{}, "", "")
	require.NoError(t, err)
	require.Empty(t, compared)
	require.Equal(t, "the Python client: not available here: go run ./internal/teststack/cmd/stack kfpsdk\n", said.String())
}
