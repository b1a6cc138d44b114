//go:build peers

package peers_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	client "github.com/flts-run/flts-run/submit/airflow"
	"github.com/flts-run/flts-run/submit/airflow/airflowtest"
)

// TestAirflowClient holds what fltsctl does with Airflow against both versions: the
// table is the one that the stand-in is held against too.
func TestAirflowClient(t *testing.T) {
	t.Run("2", func(t *testing.T) { startAirflow(t, teststack.Airflow2, "/api/v1").servesClient(t) })
	t.Run("3", func(t *testing.T) { startAirflow(t, teststack.Airflow, "/api/v2").servesClient(t) })
}

func (a airflow) servesClient(t *testing.T) {
	t.Run("calls", func(t *testing.T) { airflowtest.Conform(t, time.Second, a.client) })
	t.Run("a wrong password", a.wrongPassword)
	t.Run("a file that cannot be imported", a.brokenFile)
}

// client is logged in with the user and the password of the server.
func (a airflow) client(t *testing.T, o client.Options) *client.Backend {
	return client.New(a.wayTo(t, a.Password()), o)
}

func (a airflow) wayTo(t *testing.T, password string) *access.Access {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte(password), 0o600))
	way, err := access.Airflow(access.Options{Host: a.URL(), User: a.User(), PasswordFile: file}, access.Surroundings{})
	require.NoError(t, err)
	t.Cleanup(way.Client.CloseIdleConnections)
	return way
}

func (a airflow) wrongPassword(t *testing.T) {
	_, err := client.New(a.wayTo(t, "a wrong one"), client.Options{}).Run(t.Context(), "succeeds/x")
	require.ErrorIs(t, err, submit.Refused)
	require.NotContains(t, err.Error(), "a wrong one")
}

// brokenFile is last: its DAGs are gone from then on.
func (a airflow) brokenFile(t *testing.T) {
	breakFile("shapes.py")(t, a)
	b := a.client(t, client.Options{})
	require.Eventually(t, func() bool {
		_, err := b.Form(t.Context(), submit.Target{Pipeline: "joins"})
		return submit.IsKind(err, submit.Conflict)
	}, 2*time.Minute, time.Second)
	_, err := b.Form(t.Context(), submit.Target{Pipeline: "joins"})
	require.ErrorContains(t, err, "shapes.py, the file of DAG joins: it has no module a_library_that_nobody_installed; until then it does not run")
}
