package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kubetest"
)

// canary is a part of every secret below. It holds what each way of writing escapes.
const canary = `kQ9z"V&7<w/Xp+3`

// Wherever in a namespace a secret stands, and whatever is wrong with it: no output of
// doctor has it, in any form.
func TestDoctorPrintsNoSecret(t *testing.T) {
	ns := kubetest.New(t)
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	key, secret, token := "ada-"+canary, canary+"-secret", "tok-"+canary
	replace := strings.NewReplacer(
		"B64KEY", b64(key), "B64LINE", b64(secret+"\n"), "B64TWICE", b64(b64(secret)), "B64TOKEN", b64(token),
		"QSECRET", strconv.Quote(secret), "QKEY", strconv.Quote(key), "QURL", strconv.Quote("http://ada:"+url.QueryEscape(secret)+"@mlflow:5000"),
		"QFLAG", strconv.Quote("--minio_secret_key="+secret), "NS", ns.Name,
	)
	ns.Apply(replace.Replace(`
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
data: {MINIO_ACCESSKEY: B64KEY, MINIO_SECRET_KEY: B64LINE, AWS_SECRET_ACCESS_KEY: B64TWICE, MLFLOW_TRACKING_TOKEN: B64TOKEN, OTHER: B64TOKEN}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data: {APP_ENV: prod, MINIO_SECRET_KEY: QSECRET, MLFLOW_TRACKING_URI: QURL, MINIO_ENDPOINT: QSECRET, note: QSECRET}
---
apiVersion: v1
kind: Secret
metadata: {name: mlpipeline-minio-artifact}
data: {accesskey: B64KEY}
---
apiVersion: v1
kind: Pod
metadata: {name: task, labels: {pipeline/runid: "1"}, annotations: {note: QSECRET}}
spec:
  containers:
  - name: main
    image: task
    command: [flts-run, exec, --, python, train.py]
    args: [QFLAG]
    env:
    - {name: MINIO_SECRET_KEY, value: QSECRET}
    - {name: MINIO_ACCESS_KEY, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_ACCESS_KEY}}}
    - {name: COPY, value: "x$(MINIO_SECRET_KEY)"}
    envFrom:
    - {configMapRef: {name: flts-config}}
    - {prefix: FLTS_FROM_SECRET_, secretRef: {name: flts-secrets}}
`))
	ns.Status("pod", "task", `{"phase":"Pending","containerStatuses":[{"name":"main","image":"task","imageID":"","ready":false,"restartCount":3,
		"state":{"waiting":{"reason":"CrashLoopBackOff","message":`+strconv.Quote("the password "+secret)+`}},
		"lastState":{"terminated":{"exitCode":77,"message":`+strconv.Quote("MinIO refused "+key+" with "+secret)+`}}}]}`)
	for _, args := range [][]string{
		{},
		{"-o", "short"},
		{"-o", "json"},
		{"-o", "junit"},
		{"-o", "markdown"},
		{"--app-env", "dev"},
		{"--fix-plan"},
		{"--fix-plan", "-o", "json"},
		{"--checklist", "security"},
		{"--checklist", "troubleshoot", "-o", "markdown"},
		{"--list"},
		{"--print-rbac"},
		{"pod", "task"},
		{"pod", "task", "-o", "json"},
	} {
		out := doctorOutput(t, ns, args)
		for _, text := range []string{canary, secret, key, token} {
			for form, written := range writtenForms(text) {
				require.NotContains(t, out, written, "%v: %s", args, form)
			}
		}
	}
}

// doctorOutput is all that a doctor prints.
func doctorOutput(t *testing.T, ns kubetest.Namespace, args []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "fltsctl"), append([]string{"doctor", "-n", ns.Name}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "KUBECONFIG=" + ns.Admin()}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run() // it has much to complain about
	require.NotEmpty(t, out.String())
	require.NotContains(t, out.String(), "panic")
	return out.String()
}

// writtenForms are the ways in which a text may be written.
func writtenForms(text string) map[string]string {
	quoted := strconv.Quote(text)
	b64 := base64.StdEncoding.EncodeToString([]byte(text))
	return map[string]string{
		"plain": text, "quoted": quoted[1 : len(quoted)-1], "URL": url.QueryEscape(text), "path": url.PathEscape(text),
		"base64": strings.TrimRight(b64, "="), "hexadecimal": hex.EncodeToString([]byte(text)),
		"XML": strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&#34;").Replace(text),
	}
}
