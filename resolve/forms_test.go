package resolve_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// said is what a finding says, without its key.
type said struct{ code, message, hint string }

func saidOf(findings []resolve.Finding) []said {
	var list []said
	for _, f := range findings {
		list = append(list, said{f.Code + " " + string(f.Severity), f.Message, f.Hint})
	}
	return list
}

// one resolves a contract with a single value and returns what was said of it.
func one(t *testing.T, contract, key, value string, change func(*resolve.Input)) []said {
	t.Helper()
	in := resolve.Input{Contract: parsed(t, contract), Namespace: "mlops", AppEnv: resolve.Dev, Sources: []resolve.Source{given("env", resolve.ConfigMap, key, value)}}
	if change != nil {
		change(&in)
	}
	return saidOf(judged(in).Findings)
}

const addresses = `
keys:
  MINIO_ENDPOINT: {type: hostport, spellings: [{name: AWS_ENDPOINT_URL_S3, as: url, secure: SECURE}]}
  SECURE: {type: bool}
  GATEWAY_URL: {type: url}
  BUCKET: {type: bucket}
  STORE_PORT: {type: int}
  STORE_HOST: {type: string}
  COUNT: {type: int}
  NOTE: {type: string}
policy: {plain-http: off, localhost-in-pod: off, numeric-address: off}
`

// A refused address says which one was meant, where that can be told, in the form
// of the variable that it stood in.
func TestAddressesAreMended(t *testing.T) {
	for _, row := range []struct{ key, value, code, what, hint string }{
		{"MINIO_ENDPOINT", "http://minio:9000", "FLTS-C05", "is a URL where a host and port belong", "set MINIO_ENDPOINT=minio:9000"},
		{"MINIO_ENDPOINT", "https://minio.mlops:9000/mlpipeline?x=1", "FLTS-C05", "is a URL where a host and port belong", "set MINIO_ENDPOINT=minio.mlops:9000 SECURE=true"},
		{"MINIO_ENDPOINT", "minio:9000/minio/health/live", "FLTS-C06", "holds more than a host and a port", "set MINIO_ENDPOINT=minio:9000"},
		{"MINIO_ENDPOINT", "http://user:canary@minio:9000", "FLTS-C05", "is a URL where a host and port belong", "write HOST:PORT without http://"},
		{"MINIO_ENDPOINT", "minio:9000:9001", "FLTS-C20", "has two ports", "write HOST:PORT"},
		{"MINIO_ENDPOINT", "minio:99999", "FLTS-C20", "has an invalid port", "write a port from 1 to 65535"},
		{"AWS_ENDPOINT_URL_S3", "minio:9000", "FLTS-C04", "has no scheme", "set AWS_ENDPOINT_URL_S3=http://minio:9000"},
		{"AWS_ENDPOINT_URL_S3", "http://minio:9000/mlpipeline", "FLTS-C06", "holds more than scheme, host and port", "set AWS_ENDPOINT_URL_S3=http://minio:9000"},
		{"AWS_ENDPOINT_URL_S3", "http://minio:9000\n", "FLTS-C08", "ends with a newline", "set AWS_ENDPOINT_URL_S3=http://minio:9000; write it without, with printf %s instead of echo"},
		{"GATEWAY_URL", "gateway:8000", "FLTS-C04", "has no scheme", "set GATEWAY_URL=http://gateway:8000"},
		{"GATEWAY_URL", "10.1.2.3:9000", "FLTS-C04", "has no scheme", "set GATEWAY_URL=http://10.1.2.3:9000"},
		{"GATEWAY_URL", "localhost", "FLTS-C04", "has no scheme", "write http://HOST:PORT"},
		{"GATEWAY_URL", "$(rm):8000", "FLTS-C04", "has no scheme", "write http://HOST:PORT"},
		{"GATEWAY_URL", "s3://minio:9000", "FLTS-C07", "names an object, not a server", "set GATEWAY_URL=http://minio:9000"},
		{"GATEWAY_URL", "s3://bucket/prefix", "FLTS-C07", "names an object, not a server", "write http://HOST:PORT"},
		{"GATEWAY_URL", "https://gateway:8000/v1/?q=1", "FLTS-C06", "has a query or a fragment", "set GATEWAY_URL=https://gateway:8000/v1"},
		{"GATEWAY_URL", "http://mlflow:5000/#/experiments/0", "FLTS-C06", "has a query or a fragment", "set GATEWAY_URL=http://mlflow:5000"},
		{"GATEWAY_URL", "'http://gateway:8000'", "FLTS-C08", "ends with a quote", "set GATEWAY_URL=http://gateway:8000; leave the inner quotes out: docker --env-file and YAML blocks keep them"},
		{"GATEWAY_URL", "http://gateway:8000\r", "FLTS-C08", "ends with a carriage return", `set GATEWAY_URL=http://gateway:8000; the file has the line ends of Windows: sed -i 's/\r$//' FILE`},
		{"GATEWAY_URL", "\ufeffhttp://gateway:8000", "FLTS-C08", "begins with a byte order mark", "set GATEWAY_URL=http://gateway:8000; type it again by hand: it came along with copied text"},
		{"MINIO_ENDPOINT", "mi\u200bnio:9000", "FLTS-C08", "holds an invisible character (U+200B) inside, at byte 2", "type it again by hand: it came along with copied text"},
		{"MINIO_ENDPOINT", "mi\u00a0nio:9000", "FLTS-C08", "holds a space that is none of ASCII (U+00A0) inside, at byte 2", "type it again by hand: it came along with copied text"},
		{"MINIO_ENDPOINT", "minio\x1b:9000", "FLTS-S10", "holds a control character (U+001B, byte 5)", "write it as plain text"},
		{"BUCKET", "s3://dataset/raw", "FLTS-C07", "is the address of an object, not the name of a bucket", "set BUCKET=dataset"},
		{"BUCKET", "dataset/raw", "FLTS-C20", "is a bucket with a prefix", "set BUCKET=dataset"},
		{"BUCKET", "None", "FLTS-C20", "is no bucket name", "3 to 63 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit"},
		{"STORE_PORT", "99999", "FLTS-C20", "has an invalid port", "write a port from 1 to 65535"},
		{"COUNT", "99999", "", "", ""},
		{"STORE_PORT", "tcp://10.0.0.1:5000", "FLTS-C12", "is the address that Kubernetes injects for a Service of that name, not digits, like 10000000", "set enableServiceLinks: false in the pod spec"},
		{"STORE_HOST", "tcp://10.0.0.1:5000", "FLTS-C12", "is the address that Kubernetes injects for a Service of that name, not any text", "set enableServiceLinks: false in the pod spec"},
		{"MINIO_ENDPOINT", "tcp://10.0.0.1:5000", "FLTS-C12", "is the address that Kubernetes injects for a Service of that name, not HOST:PORT, without http://", "set enableServiceLinks: false in the pod spec"},
		{"GATEWAY_URL", "tcp://10.0.0.1:5000", "FLTS-C12", "is the address that Kubernetes injects for a Service of that name, not http://HOST:PORT or https://HOST:PORT, with a path if the server has one", "set enableServiceLinks: false in the pod spec"},
		{"NOTE", "tcp://10.0.0.1:5000", "", "", ""},
		{"MINIO_ENDPOINT", "${MINIO_HOST}:9000", "FLTS-C30", "holds a template that nothing filled in", expandsNothing},
		{"GATEWAY_URL", "http://$(HOST):8000", "FLTS-C30", "holds a template that nothing filled in", expandsNothing},
		{"GATEWAY_URL", "{{ params.gateway_url }}", "FLTS-C30", "is a template that nothing filled in", expandsNothing},
		{"GATEWAY_URL", "http://gateway/{{name}}", "", "", ""},
		{"NOTE", "${NOTE}", "FLTS-C30", "is the name of a variable that nothing expanded", expandsNothing},
		{"NOTE", "<your-name>", "FLTS-C30", "is a gap that nobody filled", expandsNothing},
		{"NOTE", "<no value>", "FLTS-C30", "is what a template writes for a value that it does not have", expandsNothing},
		{"NOTE", "costs ${PRICE} a day", "", "", ""},
		{"NOTE", "a < b > c", "", "", ""},
		{"NOTE", "copied\u200bprose, \u009b too", "", "", ""},
	} {
		var want []said
		if row.code != "" {
			key := row.key
			if key == "AWS_ENDPOINT_URL_S3" {
				key = "MINIO_ENDPOINT"
			}
			want = []said{{row.code + " error", row.what, row.hint}}
		}
		got := one(t, addresses, row.key, row.value, nil)
		for i := range got {
			_, after, _ := strings.Cut(got[i].message, " (env")
			_, got[i].message, _ = strings.Cut(after, ") ")
			require.NotContains(t, got[i].hint, "canary")
		}
		require.Equal(t, want, got, "%s = %q", row.key, row.value)
	}
}

const expandsNothing = "write the value itself: flts-run expands nothing, and Kubernetes only $(NAME) of a variable that the pod sets above it"

// What is odd about values that are usable is said and stops nothing.
func TestOddForms(t *testing.T) {
	const contract = `
keys:
  ACCESS: {type: string, sensitive: true, group: s3}
  SECRET: {type: string, sensitive: true, group: s3}
  TOKEN: {type: string, sensitive: true}
  EXPERIMENT: {type: string, default: null}
  NAME: {type: string, default: changeme}
  HOST: {type: hostport}
services:
  store: {kind: s3, check: enforce, endpoint: HOST, access_key: ACCESS, secret_key: SECRET}
policy: {sensitive-in-configmap: off}
`
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	standIn := func(key string) []said {
		return []said{{"FLTS-C30 warning", key + " looks like a stand-in for a value", "set " + strings.Fields(key)[0] + " to its value, or leave it out"}}
	}
	twice := func(proof string) []said {
		return []said{{
			"FLTS-S05 warning", "TOKEN (env) looks like base64 of the value instead of the value: " + proof,
			"put the value itself under stringData: of the Secret, or use kubectl create secret --from-literal, which encodes it",
		}}
	}
	for _, row := range []struct {
		key, value string
		want       []said
	}{
		{"TOKEN", "changeme", standIn("TOKEN (env)")},
		{"TOKEN", "your-token-here", standIn("TOKEN (env)")},
		{"TOKEN", "$MLFLOW_TOKEN", standIn("TOKEN (env)")},
		{"TOKEN", "$ecretPa55", nil},
		{"TOKEN", "undefined", standIn("TOKEN (env)")},
		{"EXPERIMENT", "None", standIn(`EXPERIMENT = "None" (env)`)},
		{"EXPERIMENT", "none", nil},
		{"HOST", "null:9000", standIn(`HOST = "null:9000" (env)`)},
		{"HOST", "nullable:9000", nil},
		{"EXPERIMENT", `"churn"`, []said{{
			"FLTS-C08 warning", `EXPERIMENT = "\"churn\"" (env) stands in quotes, which are part of the value`,
			"leave the inner quotes out: docker --env-file and YAML blocks keep them",
		}}},
		{"EXPERIMENT", `the "churn"`, nil},
		{"TOKEN", b64("real-token\n"), twice("it decodes to text that ends with a newline")},
		{"TOKEN", b64("real-token"), twice("it ends with '=' and decodes to text")},
		{"TOKEN", "bWluaW9hZG1pbg==", twice("it ends with '=' and decodes to text")},
		{"TOKEN", b64("minio123password12345"), nil}, // no second proof
		{"TOKEN", b64("password1234"), twice("it decodes to a known name or to an access key")},
		{"TOKEN", "minio123", nil},
		{"TOKEN", "password", nil},
		{"TOKEN", base64.URLEncoding.EncodeToString([]byte("a?>b?>real~token")), twice("it ends with '=' and decodes to text")},
		{"TOKEN", "AAAAAAAA/+//AAAAAAAAAA==", nil}, // bytes that are no text
	} {
		require.Equal(t, row.want, one(t, contract, row.key, row.value, nil), "%s = %q", row.key, row.value)
	}
	// A pair in each other's place: as it is made, and as everybody knows it.
	for _, pair := range [][2]string{
		{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE"}, {"minio123", "minio"},
	} {
		in := resolve.Input{Contract: parsed(t, contract), AppEnv: resolve.Dev, Sources: []resolve.Source{given("secret", resolve.Secret, "ACCESS", pair[0], "SECRET", pair[1])}}
		require.Contains(t, saidOf(judged(in).Findings), said{
			"FLTS-C31 warning", "ACCESS (secret) has the form of a secret key and SECRET (secret) that of an access key", "exchange the two",
		})
		in.Sources = []resolve.Source{given("secret", resolve.Secret, "ACCESS", pair[1], "SECRET", pair[0])}
		for _, f := range judged(in).Findings {
			require.NotEqual(t, resolve.CodeSwapped, f.Code)
		}
	}
}

// An extra character in a credential: its role decides what a client would see.
func TestStrayCharactersOfCredentials(t *testing.T) {
	const contract = `
keys:
  ACCESS: {type: string, sensitive: true, group: s3}
  SECRET: {type: string, sensitive: true, group: s3}
  USER: {type: string, sensitive: true, group: login}
  PASSWORD: {type: string, sensitive: true, group: login}
  TOKEN: {type: string, sensitive: true}
  HOST: {type: hostport}
  TRACKING: {type: url}
services:
  store: {kind: s3, check: off, endpoint: HOST, access_key: ACCESS, secret_key: SECRET}
  mlflow: {kind: mlflow, check: off, endpoint: TRACKING, username: USER, password: PASSWORD, token: TOKEN}
`
	values := map[string]string{"ACCESS": "canary-one\n", "SECRET": "canary-two\n", "USER": "canary\r", "PASSWORD": "canary ", "TOKEN": "cana\u200bry"}
	pairs := []string{}
	for name, v := range values {
		pairs = append(pairs, name, v)
	}
	findings := saidOf(judged(resolve.Input{
		Contract: parsed(t, contract), AppEnv: resolve.Dev, PodNamespace: "ml", Sources: []resolve.Source{given("secret dir", resolve.Secret, pairs...)},
	}).Findings)
	patch := func(key string) string {
		return `write it again without: stty -echo; read -r V; stty echo; [ "$V" ] && printf %s "$V" | kubectl create secret generic NAME --from-file=` + key + `=/dev/stdin --dry-run=client -o json | kubectl -n ml patch secret NAME --type=merge --patch-file /dev/stdin`
	}
	require.ElementsMatch(t, []said{
		{"FLTS-S03 error", "ACCESS (secret dir) ends with a newline (11 bytes in all)", patch("ACCESS")},
		{"FLTS-S04 error", "SECRET (secret dir) ends with a newline (11 bytes in all)", patch("SECRET")},
		{"FLTS-S03 error", "USER (secret dir) ends with a carriage return (7 bytes in all)", patch("USER")},
		{"FLTS-S04 error", "PASSWORD (secret dir) ends with a space (7 bytes in all)", patch("PASSWORD")},
		{"FLTS-S03 error", "TOKEN (secret dir) holds an invisible character (U+200B) inside, at byte 4 (9 bytes in all)", patch("TOKEN")},
	}, findings)
}

func FuzzForms(f *testing.F) {
	c, err := resolve.ParseContract("addresses", []byte(addresses))
	require.NoError(f, err)
	f.Add("http://minio:9000/x")
	f.Add("'s3://bucket/prefix'\r\n")
	f.Add("0x7f.1:9000")
	f.Add("\ufeff${A}:1")
	f.Fuzz(func(t *testing.T, text string) {
		var sources []resolve.Source
		for _, k := range c.Keys {
			sources = append(sources, given("env", resolve.ConfigMap, k.Name, text))
		}
		for _, finding := range resolve.Resolve(resolve.Input{Contract: c, InPod: true, Sources: sources}).Findings {
			require.NotEmpty(t, finding.Message)
			// A hint is pasted into a shell.
			if value, ok := strings.CutPrefix(finding.Hint, "set "+finding.Key+"="); ok {
				word, _, _ := strings.Cut(value, ";")
				require.NotContains(t, strings.Fields(word)[0], "$")
				require.False(t, strings.ContainsAny(strings.Fields(word)[0], "`|&<>'\"\\\n"), finding.Hint)
			}
		}
	})
}
