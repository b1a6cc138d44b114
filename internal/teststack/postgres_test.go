package teststack_test

import (
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// What our checks say of the real PostgreSQL, for every way to be refused by it.
func TestPostgresAsItIsJudged(t *testing.T) {
	authority, err := tlskit.New(t.TempDir(), "our CA")
	require.NoError(t, err)
	leaf, err := authority.Leaf(nil)
	require.NoError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	require.NoError(t, err)
	server, err := teststack.Postgres(t.Context(), teststack.PostgresSetup{
		SQL: []string{
			"create role ann login password 'ann''s secret'",
			"create role few login connection limit 0 password 'few'",
			"create role tlsonly login password 't'", "create role trusted login", "create role plain login password 'p'",
			"create database ann", "create database old",
			"set password_encryption = md5", "create role old login password 'old secret'",
		},
		Hosts: []string{
			"host all ann,few 127.0.0.1/32 scram-sha-256", "host all old 127.0.0.1/32 md5", "host all plain 127.0.0.1/32 password",
			"hostssl all tlsonly 127.0.0.1/32 scram-sha-256", "host all trusted 127.0.0.1/32 trust",
		},
		CertificatePEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Certificate[0]}),
		KeyPEM:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	})
	require.NoError(t, err)
	t.Cleanup(server.Close)

	address := endpoints.Setting{Key: "DB", Value: secret.Open(server.Endpoint())}
	// The port is open before the server can be used: that is waited for.
	started := checklist.Runner{Wait: 30 * time.Second}.Run(t.Context(), endpoints.Postgres{Address: address}.Checks(endpoints.Env{}))
	require.Equal(t, 0, started.Status(), checklist.Table(started))

	type verdict struct{ server, login string } // the code of each, "pass", or "" where it was not looked at
	const pass = "pass"
	for name, c := range map[string]struct {
		user, password, database string
		mode                     string
		want                     verdict
	}{
		"no login":             {"", "", "", "", verdict{pass, ""}},
		"no login, plain":      {"", "", "", "disable", verdict{pass, ""}},
		"SCRAM":                {"ann", "ann's secret", "", "", verdict{pass, pass}},
		"SCRAM, plain":         {"ann", "ann's secret", "postgres", "disable", verdict{pass, pass}},
		"MD5":                  {"old", "old secret", "", "", verdict{pass, pass}},
		"clear text":           {"plain", "p", "postgres", "", verdict{pass, pass}},
		"trust":                {"trusted", "", "postgres", "", verdict{pass, pass}},
		"wrong password":       {"ann", "x", "", "", verdict{pass, "FLTS-Q02"}},
		"wrong password, MD5":  {"old", "x", "", "", verdict{pass, "FLTS-Q02"}},
		"wrong password, text": {"plain", "x", "postgres", "", verdict{pass, "FLTS-Q02"}},
		"no password":          {"ann", "", "", "", verdict{pass, "FLTS-Q02"}},
		"no such role":         {"nobody", "x", "", "", verdict{pass, "FLTS-Q03"}},
		"TLS alone":            {"tlsonly", "t", "postgres", "require", verdict{pass, pass}},
		"TLS alone, plain":     {"tlsonly", "t", "postgres", "disable", verdict{pass, "FLTS-Q07"}},
		"no database":          {"ann", "ann's secret", "churn", "", verdict{pass, "FLTS-Q04"}},
		"too many":             {"few", "few", "postgres", "", verdict{"FLTS-Q05", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			target := endpoints.Postgres{
				Address:  address,
				Username: endpoints.Setting{Key: "DB_USER", Value: secret.Open(c.user)},
				Password: endpoints.Setting{Key: "DB_PASSWORD", Value: secret.New(c.password)},
				Database: endpoints.Setting{Key: "DB_NAME", Value: secret.Open(c.database)},
			}
			v := checklist.Runner{}.Run(t.Context(), target.Checks(endpoints.Env{Task: map[string]string{"PGSSLMODE": c.mode}}))
			var got verdict
			for _, r := range v.Results {
				said := r.Code
				if r.State == checklist.Pass {
					said = pass
				}
				switch r.ID {
				case "postgres.server":
					got.server = said
				case "postgres.login":
					got.login = said
				}
			}
			require.Equal(t, c.want, got, checklist.Table(v))
		})
	}
}
