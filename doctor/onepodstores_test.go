package doctor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kubetest"
)

// Connections of Airflow supply keys, by their place in the order, and all that is
// secret of them was told.
func TestOnePodReadsAirflowConnections(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(`
apiVersion: v1
kind: Secret
metadata: {name: airflow}
stringData: {conn: '{"conn_type": "aws", "login": "` + podCanary + `-id", "password": "` + podCanary + `"}'}
` + podHead + `
spec:
  enableServiceLinks: false
  containers:
  - name: main
    image: train:1
    command: [flts-run, exec, --, python]
    env:
    - {name: AIRFLOW_CONN_MINIO_DEFAULT, valueFrom: {secretKeyRef: {name: airflow, key: conn}}}
    - {name: MINIO_ACCESS_KEY, value: spec-id}
    - {name: AIRFLOW_CONN_MLFLOW, value: "http://me:pw-of-the-canary@mlflow.example:5000"}
`)
	told := map[string]bool{}
	p, err := onePod(t, ns, ns.Admin(), "task", "", func(_, value string) { told[value] = true })
	require.NoError(t, err)
	var rows []string
	for _, row := range rowsOf(ns, p) {
		require.NotContains(t, row, podCanary)
		if strings.Contains(row, "AIRFLOW_CONN") {
			rows = append(rows, row)
		}
	}
	require.NotEmpty(t, rows)
	require.Contains(t, strings.Join(rows, "\n"), "MINIO_SECRET_KEY ******** from Secret airflow key conn as AIRFLOW_CONN_MINIO_DEFAULT password")
	require.Contains(t, strings.Join(rows, "\n"), "MLFLOW_TRACKING_URI http://mlflow.example:5000 from spec as AIRFLOW_CONN_MLFLOW url")
	for _, value := range []string{podCanary, "pw-of-the-canary"} {
		require.True(t, told[value], value)
	}

	blind, err := onePod(t, ns, ns.Reader("blind", `- {apiGroups: [""], resources: [pods], verbs: [get]}`), "task", "", nil)
	require.NoError(t, err)
	for _, k := range blind.Keys {
		if k.Key.Name == "MINIO_SECRET_KEY" {
			require.Equal(t, "Secret airflow key conn as AIRFLOW_CONN_MINIO_DEFAULT", k.Unless)
		}
	}
}

// What a Vault agent writes is in the pod alone: nothing that it may give is certain.
func TestOnePodDoesNotKnowVaultFiles(t *testing.T) {
	ns := kubetest.New(t)
	pod := strings.Replace(goodPod, "metadata: {name: task}", `metadata: {name: task, annotations: {vault.hashicorp.com/agent-inject: "true"}}`, 1)
	ns.Apply(strings.Replace(pod, "command: [flts-run, exec,", "command: [flts-run, exec, --vault-dir, /creds,", 1))
	p, err := onePod(t, ns, ns.Admin(), "task", "", nil)
	require.NoError(t, err)
	require.Contains(t, strings.Join(p.Notes, "\n"), "a Vault agent writes files into /creds, which cannot be seen from here")
	unless := map[string]string{}
	for _, k := range p.Keys {
		unless[k.Key.Name] = k.Unless
	}
	require.Equal(t, "", unless["MINIO_SECRET_KEY"], "the Secret is above them")
	require.Equal(t, "files in /creds", unless["MLFLOW_TRACKING_PASSWORD"])
	require.Equal(t, "", unless["AWS_SESSION_TOKEN"], "a login is taken from one place")
	require.Equal(t, "files in /creds", unless["MINIO_SECURE"])
}
