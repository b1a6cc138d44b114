package endpoints_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// MLflow's client has variables of its own for both certificates.
func TestCertificatesOfMLflowsClient(t *testing.T) {
	authority, err := tlskit.New(t.TempDir(), "our CA")
	require.NoError(t, err)
	leaf, err := authority.Leaf(func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	})
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(authority.Certificate)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(jsonOK.body)) }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)

	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	require.NoError(t, err)
	both := filepath.Join(t.TempDir(), "client.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Certificate[0]}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	require.NoError(t, os.WriteFile(both, text, 0o600))

	for name, c := range map[string]struct {
		task map[string]string
		code string
	}{
		"both":           {map[string]string{"MLFLOW_TRACKING_SERVER_CERT_PATH": authority.Path, "MLFLOW_TRACKING_CLIENT_CERT_PATH": both}, ""},
		"not the client": {map[string]string{"MLFLOW_TRACKING_SERVER_CERT_PATH": authority.Path}, "FLTS-L07"},
		"not the server": {map[string]string{"MLFLOW_TRACKING_CLIENT_CERT_PATH": both}, "FLTS-L01"},
	} {
		t.Run(name, func(t *testing.T) {
			v := checklist.Runner{}.Run(t.Context(), tracking(server.URL).Checks(endpoints.Env{Task: c.task}))
			code := ""
			for _, r := range v.Roots() {
				code += r.Code
			}
			require.Equal(t, c.code, code, checklist.Table(v))
		})
	}
}
