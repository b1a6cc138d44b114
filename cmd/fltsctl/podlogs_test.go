package main

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/kfp"
)

// podsAt is the way to an API server of Kubernetes.
func podsAt(t *testing.T, server *httptest.Server) *podLogs {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	file := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `
current-context: prod
contexts: [{name: prod, context: {cluster: c, user: ada}}]
clusters: [{name: c, cluster: {server: %q, certificate-authority-data: %q}}]
users: [{name: ada, user: {token: token-of-ada}}]
`, server.URL, base64.StdEncoding.EncodeToString(ca)), 0o600))
	return newRunner(process{}).podLogs(access.Options{Kubeconfig: file})
}

func TestPodLogs(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/namespaces/ns/pods", func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "Bearer token-of-ada", r.Header.Get("Authorization"))
		require.Equal(t, "pipeline/runid=1", r.FormValue("labelSelector"))
		fmt.Fprint(w, `{"items": [{"metadata": {"name": "w-5", "creationTimestamp": "2026-01-02T03:04:05Z", "annotations": {
			"workflows.argoproj.io/node-name": "w.root.train.executor", "workflows.argoproj.io/node-id": "w-10"}}}]}`)
	})
	mux.HandleFunc("GET /api/v1/namespaces/ns/pods/w-5/log", func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "main", r.FormValue("container"))
		fmt.Fprint(w, "epoch 1\n")
	})
	server := httptest.NewTLSServer(mux)
	defer server.Close()
	p := podsAt(t, server)
	pods, err := p.Pods(t.Context(), "ns", "pipeline/runid=1")
	require.NoError(t, err)
	require.Equal(t, []kfp.Pod{{Name: "w-5", Node: "w.root.train.executor", NodeID: "w-10", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}, pods)
	log, err := p.Log(t.Context(), "ns", "w-5", "main")
	require.NoError(t, err)
	defer log.Close()
	text, err := io.ReadAll(log)
	require.NoError(t, err)
	require.Equal(t, "epoch 1\n", string(text))
}

func TestPodLogsThatAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		status      int
		pods, log   string
		pods2, log2 string // what to type next
	}{
		"login": {
			401,
			`Kubernetes does not accept the login of the context "prod" (401)`, `Kubernetes does not accept the login of the context "prod" (401)`,
			"log in again, until this works: kubectl --context prod get --raw /version", "log in again, until this works: kubectl --context prod get --raw /version",
		},
		"rights": {
			403,
			`the context "prod" may not list pods in namespace ns (403)`, `the context "prod" may not get pods/log in namespace ns (403)`,
			"kubectl --context prod auth can-i list pods -n ns", "kubectl --context prod auth can-i get pods/log -n ns",
		},
		"not started": {
			400,
			"Kubernetes does not list pods in namespace ns (400)", "the container of pod w-5 has not started",
			"kubectl --context prod get pods -n ns", "kubectl --context prod describe pod -n ns w-5",
		},
		"trouble": {
			500,
			"Kubernetes does not list pods in namespace ns (500)", "Kubernetes does not get pods/log in namespace ns (500)",
			"kubectl --context prod get pods -n ns", "kubectl --context prod get pods -n ns",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				fmt.Fprint(w, "hunter2")
			}))
			defer server.Close()
			p := podsAt(t, server)
			_, err := p.Pods(t.Context(), "ns", "pipeline/runid=1")
			require.EqualError(t, err, tc.pods)
			require.Equal(t, tc.pods2, err.(*submit.Error).Advice)
			_, err = p.Log(t.Context(), "ns", "w-5", "main")
			require.EqualError(t, err, tc.log)
			require.Equal(t, tc.log2, err.(*submit.Error).Advice)
		})
	}
}

// Nobody who does not answer is asked for each task anew.
func TestPodLogsOfNobody(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	server.Close()
	p := podsAt(t, server)
	_, err := p.Pods(t.Context(), "ns", "pipeline/runid=1")
	require.EqualError(t, err, "the API server of Kubernetes at "+server.Listener.Addr().String()+" does not answer")
	_, again := p.Pods(t.Context(), "ns", "pipeline/runid=1")
	require.Same(t, err, again)

	_, err = newRunner(process{home: t.TempDir()}).podLogs(access.Options{}).Pods(t.Context(), "ns", "x")
	require.ErrorIs(t, err, kfp.ErrNoCluster)
}
