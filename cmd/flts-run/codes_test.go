package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/codescan"
	"github.com/flts-run/flts-run/resolve"
)

// TestEveryCodeOfTheCommandIsGiven reproduces the findings that no package below
// can give, and fails when one of their codes is left.
func TestEveryCodeOfTheCommandIsGiven(t *testing.T) {
	dir := t.TempDir()
	contract := filepath.Join(dir, "pod.yaml")
	require.NoError(t, os.WriteFile(contract, []byte("extends: builtin\nnamespace_from_pod: true\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".env"), []byte("MINIO_ENDPOINT=minio:9000\n"), 0o644))
	launcher := strings.Join([]string{"/kfp-launcher/launch", "--run_id", "x", "--component_spec", "{}", "--executor_input", `{"inputs":`, "--"}, "\x00")

	given := map[string]bool{}
	for _, row := range []struct {
		name    string
		args    []string
		environ []string
		files   fstest.MapFS
		want    []resolve.Finding
	}{
		{"expected, and shadowed", []string{"--expect", "AWS_ENDPOINT_URL_S3=http://minio:9000", "--param", "minio_endpoint=other:9000"}, []string{"MINIO_ENDPOINT=minio:9000"}, nil, []resolve.Finding{{
			Severity: resolve.Error, Code: codeUnexpected, Key: "MINIO_ENDPOINT",
			Message: `AWS_ENDPOINT_URL_S3 is "http://other:9000" (param minio_endpoint), and --expect expects "http://minio:9000"; shadowed: "minio:9000" (env), "minio-service.default.svc.cluster.local:9000" (default)`,
			Hint:    "flts-run explain MINIO_ENDPOINT shows all places; --param minio_endpoint=VALUE decides",
		}}},
		{"expected in a variable, and met", nil, []string{"FLTS_EXPECT=MINIO_ENDPOINT=minio:9000\n BUCKET_MLFLOW=mlflow", "MINIO_ENDPOINT=minio:9000"}, nil, nil},
		{"expected, and not set", []string{"--expect", "SSL_CERT_FILE=/ca.pem"}, nil, nil, []resolve.Finding{{
			Severity: resolve.Error, Code: codeUnexpected, Key: "SSL_CERT_FILE",
			Message: `SSL_CERT_FILE is not set, and --expect expects "/ca.pem"`,
			Hint:    "flts-run explain SSL_CERT_FILE shows all places; --param ssl_cert_file=VALUE decides",
		}}},
		{"expected by a fingerprint", []string{"--expect", "MINIO_SECRET_KEY=0123456789abcdef"}, []string{"FLTS_FINGERPRINT_KEY=a key of enough bytes"}, nil, []resolve.Finding{{
			Severity: resolve.Error, Code: codeUnexpected, Key: "MINIO_SECRET_KEY",
			Message: "MINIO_SECRET_KEY is another (dev default), and --expect expects the one with the fingerprint 0123456789abcdef",
			Hint:    "flts-run explain MINIO_SECRET_KEY shows all places; --param minio_secret_key=VALUE decides",
		}}},
		{"an unknown variable", nil, []string{"FLTS_CHEK=off"}, nil, []resolve.Finding{{
			Severity: resolve.Warning, Code: codeUnknownVar, Message: "FLTS_CHEK is set and nothing reads it", Hint: "did you mean FLTS_CHECK?",
		}}},
		{"a launcher that cannot be read", nil, nil, fstest.MapFS{"proc/7/cmdline": &fstest.MapFile{Data: []byte(launcher)}}, []resolve.Finding{{
			Severity: resolve.Warning, Code: codeLauncher, Hint: "pass --executor-input '{{$}}'",
			Message: "the parameters in the launcher's command line are not used: executor-input: is no valid JSON: it ends too early",
		}}},
		{"a pod that does not know its namespace", []string{"--contract", contract}, []string{"KUBERNETES_SERVICE_HOST=10.96.0.1", "HOSTNAME=pod"}, nil, []resolve.Finding{{
			Severity: resolve.Warning, Code: codePodUnknown, Hint: "set FLTS_NAMESPACE from fieldRef metadata.namespace, or automountServiceAccountToken: true",
			Message: "the contract wants the namespace of the pod, and the pod has no file of its service account: default endpoints are in default",
		}}},
		{"a .env that is not read", []string{"--app-env", "staging", "--env-file", filepath.Join(dir, ".env"), "--disable", "minio,mlflow,gateway"}, nil, nil, []resolve.Finding{{
			Severity: resolve.Warning, Code: codeDotenvUnread, Message: filepath.Join(dir, ".env") + " is there and is not read, because APP_ENV is staging",
			Hint: "leave it out of the image: add .env to .dockerignore",
		}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out, said bytes.Buffer
			args := append([]string{"config", "-o", "json"}, row.args...)
			run(t.Context(), process{
				args: args, environ: append([]string{"APP_ENV=dev", "HOME=/"}, row.environ...), dir: "/nowhere", ppid: 7, files: row.files, stdout: &out, stderr: &said,
			})
			var doc struct{ Findings []resolve.Finding }
			require.NoError(t, json.Unmarshal(out.Bytes(), &doc), said.String())
			for _, f := range doc.Findings {
				given[f.Code] = true
			}
			require.ElementsMatch(t, row.want, doc.Findings)
		})
	}
	declared, err := codescan.Below(".")
	require.NoError(t, err)
	require.Subset(t, slices.Collect(maps.Keys(given)), slices.Collect(maps.Keys(declared)))
}

// What is expected of a sensitive key is never repeated, and neither is a value
// that lost its name.
func TestExpectationsThatAreRefused(t *testing.T) {
	for _, row := range []struct{ flag, variable, said string }{
		{"MINIO_SECRET_KEY=canary-secret", "", "flts-run: error: --expect MINIO_SECRET_KEY: the key is sensitive, and its value must not be given in clear\nflts-run: hint: expect its fingerprint, as flts-run config -o json shows it with a --fingerprint-key-file\n"},
		{"canary-secret", "", "flts-run: error: --expect: no '=' in what is expected\nflts-run: hint: write --expect KEY=VALUE\n"},
		{"MINIO_ENDPONT=canary-secret", "", "flts-run: error: --expect: no such key in the contract\nflts-run: hint: did you mean MINIO_ENDPOINT?\n"},
		{"", "MLFLOW_TRACKING_TOKEN=canary-secret", "flts-run: error: FLTS_EXPECT MLFLOW_TRACKING_TOKEN: the key is sensitive, and its value must not be given in clear\nflts-run: hint: expect its fingerprint, as flts-run config -o json shows it with a --fingerprint-key-file\n"},
	} {
		args, environ := []string{"config"}, []string{"APP_ENV=dev"}
		if row.flag != "" {
			args = append(args, "--expect", row.flag)
		}
		if row.variable != "" {
			environ = append(environ, "FLTS_EXPECT="+row.variable)
		}
		var out, said bytes.Buffer
		require.Equal(t, statusUsage, run(t.Context(), process{args: args, environ: environ, dir: "/nowhere", stdout: &out, stderr: &said}))
		require.Equal(t, row.said, said.String())
		require.Empty(t, out.String())
	}
}

// An e-mail address is shown as it is, so its parts are no secrets either.
func TestMailAddressesAreNoLogins(t *testing.T) {
	var out bytes.Buffer
	status := run(t.Context(), process{
		args: []string{"config", "--param", "mlflow_experiment_name=jane.doe@example.com", "--param", "bucket_mlflow=jane.doe-models"}, environ: []string{"APP_ENV=dev"},
		dir: "/nowhere", stdout: &out, stderr: &out,
	})
	require.Zero(t, status, out.String())
	require.Regexp(t, `(?m)^MLFLOW_EXPERIMENT_NAME +jane\.doe@example\.com +param`, out.String())
	require.Regexp(t, `(?m)^BUCKET_MLFLOW +jane\.doe-models +param`, out.String())
}
