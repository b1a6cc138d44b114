//go:build unix

package endpoints_test

import (
	"context"
	"crypto/tls"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

// A pipe into which nobody writes would hold us up for ever: reading a file has
// no deadline.
func TestABundleThatIsAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	ca := newAuthority(t, "own CA")
	leaf := ca.leaf(t, nil)
	web := serveTLS(t, map[string]route{"*": {status: 200}}, &tls.Config{Certificates: []tls.Certificate{leaf}})
	postgres := database(listen(t, pgFake{tls: &tls.Config{Certificates: []tls.Certificate{leaf}}, answers: pgWelcome}.serve))
	postgres.CABundle = pipe
	asks := serveTLS(t, map[string]route{"*": {status: 200}}, &tls.Config{Certificates: []tls.Certificate{leaf}, ClientAuth: tls.RequireAnyClientCert})
	for _, c := range []struct {
		checks []checklist.Check
		code   string
	}{
		{gateway(web.URL).Checks(endpoints.Env{Task: map[string]string{"REQUESTS_CA_BUNDLE": pipe}}), "FLTS-L12"},
		{postgres.Checks(endpoints.Env{}), "FLTS-L12"},
		{tracking(asks.URL).Checks(endpoints.Env{Task: map[string]string{"REQUESTS_CA_BUNDLE": ca.Path, "MLFLOW_TRACKING_CLIENT_CERT_PATH": pipe}}), "FLTS-L07"},
	} {
		ended := make(chan checklist.Verdict, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		go func() { ended <- checklist.Runner{}.Run(ctx, c.checks) }()
		select {
		case v := <-ended:
			require.Len(t, v.Roots(), 1)
			require.Equal(t, c.code, v.Roots()[0].Code)
		case <-time.After(10 * time.Second):
			require.FailNow(t, "it waits for the pipe", c.code)
		}
		cancel()
	}
}
