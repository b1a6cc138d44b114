package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/submit/access"
)

// heard is a server that notes the credentials that it was sent.
type heard struct {
	*httptest.Server
	mu    sync.Mutex
	words map[string]bool
}

func hears(t *testing.T, h http.Handler) *heard {
	t.Helper()
	s := &heard{words: map[string]bool{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		for _, name := range []string{"Authorization", "Cookie", "Kubeflow-Userid"} {
			if text := r.Header.Get(name); text != "" {
				s.words[text] = true
			}
		}
		s.mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func examiner(t *testing.T, environ ...string) *runner {
	t.Helper()
	return newRunner(process{environ: environ, home: t.TempDir(), stderr: &bytes.Buffer{}})
}

func TestServersOfAnExamination(t *testing.T) {
	k := hears(t, fakekfp.New(fakekfp.Options{Version: "2.5.0", MultiUser: true}))
	a := hears(t, fakeairflow.New(fakeairflow.Options{Health: map[string]string{"dag_processor": "healthy"}}))
	password := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(password, []byte(fakeairflow.Password), 0o600))

	r := examiner(t, "KF_PIPELINES_ENDPOINT="+k.URL, "AIRFLOW_API_URL="+a.URL, "FLTSCTL_TOKEN=token-of-alice")
	servers := r.doctorServers(access.Options{KubeNamespace: "kubeflow"}, kfpBackend)
	require.Equal(t, "kubeflow", servers.KFPNamespace)
	require.True(t, servers.KFP.Named)
	require.Equal(t, k.URL, servers.KFP.Where)
	health, err := servers.KFP.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, doctor.KFPHealth{Version: "2.5.0", MultiUser: true}, health)
	require.NoError(t, servers.KFP.MayList(t.Context(), "alice"))
	var fault *doctor.ServerFault
	require.ErrorAs(t, servers.KFP.MayList(t.Context(), "bob"), &fault)
	require.True(t, fault.Refused)
	require.Contains(t, fault.Message, "User 'alice' is not authorized in namespace bob")

	require.False(t, servers.Airflow.Login)
	told, err := servers.Airflow.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, doctor.AirflowHealth{Version: "3.3.2", Parts: []doctor.AirflowPart{
		{Name: "metadatabase", Status: "healthy"}, {Name: "scheduler", Status: "healthy"}, {Name: "dag_processor", Status: "healthy"}, {Name: "triggerer"},
	}}, told)
	require.ErrorAs(t, servers.Airflow.MayList(t.Context()), &fault)
	require.Empty(t, a.words, "what was given for the one server has reached the other")
	require.Equal(t, map[string]bool{"Bearer token-of-alice": true}, k.words)

	// The other way round.
	clear(k.words)
	servers = r.doctorServers(access.Options{User: "admin", PasswordFile: password}, airflowBackend)
	require.True(t, servers.Airflow.Login)
	require.NoError(t, servers.Airflow.MayList(t.Context()))
	require.ErrorAs(t, servers.KFP.MayList(t.Context(), "alice"), &fault)
	require.Empty(t, k.words)
}

// A way that cannot be made is a finding, and no Airflow is none.
func TestNoServersOfAnExamination(t *testing.T) {
	servers := examiner(t).doctorServers(access.Options{Kubeconfig: "/nowhere"}, kfpBackend)
	require.Nil(t, servers.Airflow)
	require.False(t, servers.KFP.Named)
	var fault *doctor.ServerFault
	_, err := servers.KFP.Health(t.Context())
	require.ErrorAs(t, err, &fault)
	require.NotEmpty(t, fault.Hint)
	require.ErrorAs(t, servers.KFP.MayList(t.Context(), ""), &fault)

	servers = examiner(t, "AIRFLOW_API_URL=nonsense://x").doctorServers(access.Options{Kubeconfig: "/nowhere"}, kfpBackend)
	_, err = servers.Airflow.Health(t.Context())
	require.ErrorAs(t, err, &fault)
	require.ErrorAs(t, servers.Airflow.MayList(t.Context()), &fault)
}

func TestExaminationThatIsEnded(t *testing.T) {
	k := hears(t, fakekfp.New(fakekfp.Options{}))
	servers := examiner(t, "KF_PIPELINES_ENDPOINT="+k.URL).doctorServers(access.Options{}, kfpBackend)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := servers.KFP.Health(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
