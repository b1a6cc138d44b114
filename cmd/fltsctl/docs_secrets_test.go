package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
	"github.com/flts-run/flts-run/internal/kubetest"
)

const documentedSecrets = `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data: {APP_ENV: staging, MINIO_ENDPOINT: "minio.storage:9000"}
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_ACCESS_KEY: component, MINIO_SECRET_KEY: of-the-secret}
`

const documentedContract = `keys:
  MINIO_ENDPOINT: {type: hostport, default: "minio:9000"}
  MINIO_ACCESS_KEY: {type: string, sensitive: true, required: true, group: s3}
  MINIO_SECRET_KEY: {type: string, sensitive: true, required: true, group: s3}
  DB_PASSWORD: {type: string, sensitive: true, required: true}
  WEBHOOK_TOKEN: {type: string, sensitive: true}
secretsmanager:
  app: {id: "flts/{APP_ENV}", keys: {MINIO_SECRET_KEY: minio.secret, DB_PASSWORD: db.password}}
  webhook: {id: flts/webhook, keys: {WEBHOOK_TOKEN: .}}
`

// secretsPage prepares what secrets.md looks at: the namespace pipelines of a real API, and
// a Secrets Manager. It returns the environment of the commands.
func secretsPage(t *testing.T, files string) []string {
	t.Helper()
	ns := kubetest.New(t)
	ns.Kubectl("create", "namespace", "pipelines")
	require.NoError(t, ns.Cluster.Apply(t.Context(), "pipelines", documentedSecrets))
	require.NoError(t, os.WriteFile(filepath.Join(files, "contract.yaml"), []byte(documentedContract), 0o644))
	store, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	store.Put("flts/staging", `{"minio": {"secret": "of-aws"}, "db": {"pasword": "of-aws-too"}}`)
	store.Put("flts/webhook", "token-of-aws")
	environ := []string{"PATH=" + strings.Join([]string{binaries, "/usr/local/bin:/usr/bin:/bin"}, ":"), "HOME=/nonexistent", "KUBECONFIG=" + ns.Admin()}
	variables, err := store.Environ(t.TempDir())
	require.NoError(t, err)
	for name, value := range variables {
		environ = append(environ, name+"="+value)
	}
	return environ
}

// justNow is the age of what a test has made.
var justNow = regexp.MustCompile(`\b\d+ s ago\b`)
