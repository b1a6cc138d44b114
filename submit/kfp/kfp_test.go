package kfp

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// noon is when the tests' clocks stand.
var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// notices collects what a backend has to say.
type notices struct {
	mu  sync.Mutex
	all []string
}

func (n *notices) add(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, text)
}

// serve starts a fake and a backend that speaks with it.
func serve(t *testing.T, fo fakekfp.Options, o Options) (*Backend, *fakekfp.Server) {
	t.Helper()
	if fo.Now == nil {
		fo.Now = clock
	}
	fake := fakekfp.New(fo)
	web := httptest.NewServer(fake)
	t.Cleanup(func() {
		web.Close()
		fake.Wait()
	})
	return backendOf(t, web.URL, o), fake
}

// backendOf is a backend for an address, with variables such as FLTSCTL_HEADER.
func backendOf(t *testing.T, address string, o Options, environ ...string) *Backend {
	t.Helper()
	a, err := access.KFP(access.Options{Host: address}, access.Surroundings{Environ: environ})
	require.NoError(t, err)
	t.Cleanup(a.Client.CloseIdleConnections)
	if o.Now == nil {
		o.Now = clock
	}
	return New(a, o)
}

// train has a parameter of every type, and two levels.
const train = `
pipelineInfo: {name: flts-train}
schemaVersion: 2.1.0
sdkVersion: kfp-2.17.0
root:
  inputDefinitions:
    parameters:
      dataset: {parameterType: STRING}
      lr: {parameterType: NUMBER_DOUBLE, defaultValue: 0.1, isOptional: true}
      epochs: {parameterType: NUMBER_INTEGER, defaultValue: 3, isOptional: true}
      resume: {parameterType: BOOLEAN, defaultValue: false, isOptional: true}
      layers: {parameterType: LIST, isOptional: true}
      extra: {parameterType: STRUCT, isOptional: true}
  dag:
    tasks:
      preprocess: {componentRef: {name: comp-preprocess}, cachingOptions: {enableCache: true}}
      fit: {componentRef: {name: comp-fit}, cachingOptions: {enableCache: true}, dependentTasks: [preprocess]}
components:
  comp-preprocess: {executorLabel: exec-preprocess}
  comp-train: {executorLabel: exec-train}
  comp-fit:
    dag:
      tasks:
        train: {componentRef: {name: comp-train}, cachingOptions: {enableCache: true}}
deploymentSpec:
  executors:
    exec-preprocess: {container: {image: "flts/preprocess:1", command: [python, preprocess.py]}}
    exec-train: {container: {image: "flts/train:1", command: [python, train.py]}}
`

const withPlatform = train + `---
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-train:
          secretAsEnv:
          - secretName: flts-secrets
            secretNameParameter: {runtimeValue: {constant: flts-secrets}}
            keyToEnv: [{secretKey: MINIO_SECRET_KEY, envVar: MINIO_SECRET_KEY}]
            optional: false
`

// file writes a pipeline for a target.
func file(t *testing.T, text string) submit.Target {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipeline.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return submit.Target{File: path}
}

// order is one that is good.
func order(t *testing.T) submit.Order {
	return submit.Order{Target: file(t, train), Values: map[string]any{"dataset": "ElBorn"}, Name: "first"}
}

func serveHandler(t *testing.T, h http.Handler) string {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return web.URL
}

// handled gives requests to a handler, without a connection.
type handled struct{ http.Handler }

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

func request(t *testing.T) *http.Request {
	return httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/apis/v2beta1/runs/r", nil)
}
