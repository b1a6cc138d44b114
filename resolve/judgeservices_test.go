package resolve_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

const lost = "what is written there is lost with the pod"

// A tracking URI with which the run succeeds and the server stays empty.
func TestTrackingURI(t *testing.T) {
	contract := func(kind, check string) string {
		return fmt.Sprintf("keys: {URI: {type: %s}}\nservices: {mlflow: {kind: mlflow, check: %s, endpoint: URI}}\npolicy: {plain-http: off}", kind, check)
	}
	const set = "set URI=http://mlflow.mlops.svc.cluster.local:5000"
	for _, row := range []struct {
		kind, check, value string
		want               []said
	}{
		{"url", "enforce", "http://mlflow:5000", nil},
		{"url", "enforce", "http://mlflow:5000/prefix/", nil},
		{"url", "enforce", "file:///mlruns", []said{{"FLTS-C19 error", `URI = "file:///mlruns" (env) is no tracking server: ` + lost, set}}},
		{"url", "enforce", "sqlite:///mlflow.db", []said{{"FLTS-C19 error", `URI = "sqlite:///mlflow.db" (env) is no tracking server: ` + lost, set}}},
		{"url", "enforce", "databricks", []said{{"FLTS-C19 error", `URI = "databricks" (env) is Databricks, whose login is not checked here`, set}}},
		{"url", "enforce", "postgresql://db:5432/mlflow", []said{{"FLTS-C19 error", `URI = "postgresql://db:5432/mlflow" (env) is a database, which the task would write to past the tracking server`, set}}},
		{"url", "enforce", "./mlruns", []said{{"FLTS-C19 error", `URI = "./mlruns" (env) is no tracking server: ` + lost, set}}},
		{"url", "enforce", "mlflow:5000", []said{{"FLTS-C04 error", `URI = "mlflow:5000" (env) has no scheme`, "set URI=http://mlflow:5000"}}},
		{"string", "enforce", "/mlruns", []said{{"FLTS-C19 error", `URI = "/mlruns" (env) is no tracking server: ` + lost, set}}},
		{"string", "warn", "/mlruns", []said{{"FLTS-C19 warning", `URI = "/mlruns" (env) is no tracking server: ` + lost, set}}},
		{"string", "off", "/mlruns", nil},
		{"url", "enforce", "", []said{{"FLTS-C19 error", "URI has no value: MLflow would write into the pod, where results are lost with it", set + ", or leave the service out: FLTS_DISABLE=mlflow"}}},
		{"url", "off", "", nil},
		{"url", "enforce", "http://mlflow:5000/health", []said{{"FLTS-C06 error", `URI = "http://mlflow:5000/health" (env) is the address of a page, not of the server`, "set URI to what stands before it"}}},
		{"url", "enforce", "http://mlflow:5000/p/api/2.0/mlflow/experiments/search", []said{{"FLTS-C06 error", `URI = "http://mlflow:5000/p/api/2.0/mlflow/experiments/search" (env) is the address of a page, not of the server`, "set URI to what stands before it"}}},
	} {
		require.Equal(t, row.want, one(t, contract(row.kind, row.check), "URI", row.value, nil), "%s %s %s", row.kind, row.check, row.value)
	}
	// With Required it is said to be missing, and once.
	got := one(t, "keys: {URI: {type: url, required: true}}\nservices: {mlflow: {kind: mlflow, check: enforce, endpoint: URI}}", "URI", "", nil)
	require.Len(t, got, 1)
	require.Equal(t, "FLTS-C18 error", got[0].code)
}

func TestStoreURLIsTheServerAlone(t *testing.T) {
	const contract = "keys: {S3: {type: url}}\nservices: {store: {kind: s3, check: enforce, endpoint: S3}}\npolicy: {plain-http: off}"
	require.Empty(t, one(t, contract, "S3", "http://minio:9000/", nil))
	require.Equal(t, []said{{
		"FLTS-C06 error", `S3 = "http://minio:9000/mlpipeline" (env) holds more than the server, and S3 clients put the bucket behind it`,
		"set S3=http://minio:9000, and mlpipeline as the bucket key",
	}}, one(t, contract, "S3", "http://minio:9000/mlpipeline", nil))
	require.Equal(t, []said{{
		"FLTS-C06 error", `S3 = "http://********@minio:9000" (env) holds more than the server, and S3 clients put the bucket behind it`,
		"set S3=http://minio:9000",
	}}, one(t, contract, "S3", "http://user:canary@minio:9000", nil))
}

// What the pod reaches as itself, in every form that a Python client takes.
func TestLoopbackInEveryForm(t *testing.T) {
	const contract = "keys: {HOST: {type: hostport}}\npolicy: {plain-http: off}"
	for host, itself := range map[string]bool{
		"localhost": true, "LOCALHOST.": true, "a.localhost": true, "localhost.localdomain": true, "localhost6": true,
		"ip6-localhost": true, "ip6-loopback": true, "127.0.0.1": true, "127.1": true, "127.0.1": true, "0x7f.1": true,
		"2130706433": true, "0177.0.0.1": true, "017700000001": true, "0x7f000001": true, "0.0.0.0": true, "0": true,
		"[::1]": true, "[::]": true, "[::ffff:127.0.0.1]": true,
		"localhost.example.com": false, "mylocalhost": false, "127.example.com": false, "1270.0.0.1": false,
		"10.1.2.3": false, "0b1": false, "1_0": false, "127.1.2.3.4": false, "minio": false,
	} {
		got := one(t, contract, "HOST", host+":9000", func(in *resolve.Input) { in.InPod = true })
		is := len(got) == 1 && got[0].code == "FLTS-C02 error"
		require.Equal(t, itself, is, "%s: %v", host, got)
		// On a laptop it is the usual way to a forwarded port.
		for _, f := range one(t, contract, "HOST", host+":9000", nil) {
			require.NotEqual(t, "FLTS-C02 error", f.code)
		}
	}
}

// An address whose Service the kubelet names is answered with that Service.
func TestAddressOfAService(t *testing.T) {
	const contract = "keys: {STORE: {type: hostport}, URL: {type: url}}\npolicy: {plain-http: off, numeric-address: warn}"
	links := func(in *resolve.Input) {
		in.PodNamespace = "ml"
		in.Variables = map[string]string{"MINIO_SERVICE_HOST": "10.1.2.3", "MINIO_SERVICE_PORT": "9000", "MY_STORE_SERVICE_HOST": "10.1.2.4", "_SERVICE_HOST": "10.9.9.9"}
	}
	require.Equal(t, []said{{
		"FLTS-C03 warning", `STORE = "10.1.2.3:9000" (env) is the address 10.1.2.3, which changes when the Service behind it is made again; it is MINIO_SERVICE_HOST, so the Service minio`,
		"set STORE=minio.ml.svc.cluster.local:9000",
	}}, one(t, contract, "STORE", "10.1.2.3:9000", links))
	require.Equal(t, "set URL=https://minio.ml.svc.cluster.local:9000", one(t, contract, "URL", "https://10.1.2.3", links)[0].hint, "its port comes from the kubelet too")
	require.Equal(t, "set STORE=my-store.ml.svc.cluster.local:1", one(t, contract, "STORE", "10.1.2.4:1", links)[0].hint)
	require.Equal(t, []said{{
		"FLTS-C03 warning", `STORE = "10.66051:1" (env) is the address 10.1.2.3, written in another form, which changes when the Service behind it is made again`,
		"kubectl get svc -A | grep -w 10.1.2.3, then set STORE=SVC.mlops.svc.cluster.local:1",
	}}, one(t, contract, "STORE", "10.66051:1", func(in *resolve.Input) { in.Variables = nil }))
}

func TestConnectionsThatTrustAnybody(t *testing.T) {
	const contract = "keys: {HOST: {type: hostport}}\npolicy: {verification-off: error}"
	for text, found := range map[string]bool{
		`{"conn_type": "aws", "password": "canary", "extra": {"verify": false}}`: true,
		`{"conn_type": "aws", "extra": "{\"verify\": \"False\"}"}`:               true,
		`{"conn_type": "aws", "extra": {"verify": "/etc/ca.pem"}}`:               false,
		`{"conn_type": "aws", "extra": {"endpoint_url": "http://x"}}`:            false,
		`{"conn_type": "aws"}`: false,
		`{"verify": false`:     false,
		"aws://canary:canary@/?verify=false&endpoint_url=http%3A%2F%2Fminio%3A9000": true,
		"aws://canary:canary@/?verify=true":                                         false,
		"aws://":                                                                    false,
		"":                                                                          false,
	} {
		got := one(t, contract, "HOST", "minio:9000", func(in *resolve.Input) { in.Variables = map[string]string{"AIRFLOW_CONN_MINIO": text} })
		var want []said
		if found {
			want = []said{{
				"FLTS-C17 error", "AIRFLOW_CONN_MINIO (env) says verify: false in its extra, so certificates are not verified",
				"remove verify from the extra of the connection, mount the CA, and give verify its path",
			}}
		}
		require.Equal(t, want, got, text)
	}
}
