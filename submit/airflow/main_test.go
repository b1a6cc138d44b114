package airflow_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
	"github.com/flts-run/flts-run/submit/airflow/airflowtest"
)

// versions are those that the stand-in speaks.
var versions = []string{"2.11.2", "3.3.2"}

// start starts a stand-in with the sample DAGs.
func start(t *testing.T, o fakeairflow.Options, dags ...fakeairflow.DAG) (*fakeairflow.Server, string) {
	t.Helper()
	if dags == nil {
		dags = fakeairflow.Samples()
	}
	s := fakeairflow.New(o, dags...)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	t.Cleanup(s.Wait)
	return s, h.URL + o.Prefix
}

// wayTo is the way to a server with the login of the stand-in.
func wayTo(t *testing.T, url string, o access.Options) *access.Access {
	t.Helper()
	o.Host = url
	if o.TokenFile == "" && o.User == "" {
		o.User, o.PasswordFile = "admin", filepath.Join(t.TempDir(), "password")
		require.NoError(t, os.WriteFile(o.PasswordFile, []byte(fakeairflow.Password+"\n"), 0o600))
	}
	a, err := access.Airflow(o, access.Surroundings{})
	require.NoError(t, err)
	t.Cleanup(a.Client.CloseIdleConnections)
	return a
}

func TestConforms(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			_, url := start(t, fakeairflow.Options{Version: version, Step: 40 * time.Millisecond, Prefix: "/ml/airflow"})
			airflowtest.Conform(t, 20*time.Millisecond, func(t *testing.T, o airflow.Options) *airflow.Backend {
				return airflow.New(wayTo(t, url, access.Options{}), o)
			})
		})
	}
}
