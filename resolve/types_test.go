package resolve_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

const oneOfEach = `
keys:
  TEXT: {type: string}
  BOOL: {type: bool}
  INT: {type: int}
  FLOAT: {type: float}
  DURATION: {type: duration}
  URL: {type: url}
  HOST: {type: hostport, spellings: [{name: SPELLED, as: url, secure: BOOL}]}
  BUCKET: {type: bucket}
  ENUM: {type: enum, values: [path, virtual]}
policy: {plain-http: off, numeric-address: off, localhost-in-pod: off}
`

func TestTypes(t *testing.T) {
	c, err := resolve.ParseContract("types", []byte(oneOfEach))
	require.NoError(t, err)
	for _, row := range []struct{ key, value, want string }{
		{"BOOL", "true", ""},
		{"BOOL", "False", ""},
		{"BOOL", "1", ""},
		{"BOOL", "yes", "FLTS-C20 is no bool"},
		{"INT", "10000000", ""},
		{"INT", "-7", ""},
		{"INT", "123456789012345678901234567890", ""},
		{"INT", "1e7", "FLTS-C20 is no int"},
		{"INT", "1.5", "FLTS-C20 is no int"},
		{"INT", "+1", "FLTS-C20 is no int"},
		{"INT", "0x10", "FLTS-C20 is no int"},
		{"FLOAT", "2e-5", ""},
		{"FLOAT", "0.1", ""},
		{"FLOAT", "a lot", "FLTS-C20 is no float"},
		{"DURATION", "10s", ""},
		{"DURATION", "1m30s", ""},
		{"DURATION", "10", "FLTS-C20 is no duration"},
		{"URL", "http://minio:9000", ""},
		{"URL", "https://u:p@mlflow.x/prefix", ""},
		{"URL", "HTTP://mlflow.x:5000", ""},
		{"URL", "S3://bucket", "FLTS-C07 names an object, not a server"},
		{"URL", "http://[::1]:5000", ""},
		{"URL", "http://minio", ""},
		{"URL", "minio:9000", "FLTS-C04 has no scheme"},
		{"URL", "10.1.2.3:9000", "FLTS-C04 has no scheme"},
		{"URL", "localhost", "FLTS-C04 has no scheme"},
		{"URL", "ftp://minio", "FLTS-C04 has a scheme that is neither http nor https"},
		{"URL", "http://", "FLTS-C04 has no host"},
		{"URL", "http:///x", "FLTS-C04 has no host"},
		{"URL", "s3://bucket", "FLTS-C07 names an object, not a server"},
		{"URL", "minio://bucket", "FLTS-C07 names an object, not a server"},
		{"URL", "http://minio:99999", "FLTS-C20 has an invalid port"},
		{"URL", "http://minio:", "FLTS-C20 has an invalid port"},
		{"URL", "http://minio:x", "FLTS-C20 has an invalid port"},
		{"URL", "http://minio:0", "FLTS-C20 has an invalid port"},
		{"URL", "http://minio:9000?a=b", "FLTS-C06 has a query or a fragment"},
		{"URL", "http://minio:9000/#/runs", "FLTS-C06 has a query or a fragment"},
		{"HOST", "minio:9000", ""},
		{"HOST", "minio", ""},
		{"HOST", "[::1]:9000", ""},
		{"HOST", "[::1]", ""},
		{"HOST", "10.1.2.3:9000", ""},
		{"HOST", "http://minio:9000", "FLTS-C05 is a URL where a host and port belong"},
		{"HOST", "minio:9000/bucket", "FLTS-C06 holds more than a host and a port"},
		{"HOST", "minio:", "FLTS-C20 has an invalid port"},
		{"HOST", "minio:70000", "FLTS-C20 has an invalid port"},
		{"HOST", ":9000", "FLTS-C20 has no host"},
		{"HOST", "::1", "FLTS-C20 is no host and port"},
		{"HOST", "[x]", "FLTS-C20 is no host and port"},
		{"SPELLED", "http://minio:9000", ""},
		{"SPELLED", "http://minio:9000/", ""},
		{"SPELLED", "HTTPS://minio:9000", ""},
		{"SPELLED", "http://minio:9000/bucket", "FLTS-C06 holds more than scheme, host and port"},
		{"SPELLED", "http://u:p@minio:9000", "FLTS-C06 holds more than scheme, host and port"},
		{"SPELLED", "minio:9000", "FLTS-C04 has no scheme"},
		{"BUCKET", "processed-data", ""},
		{"BUCKET", "a.b.c", ""},
		{"BUCKET", "Dataset", "FLTS-C20 is no bucket name"},
		{"BUCKET", "ab", "FLTS-C20 is no bucket name"},
		{"BUCKET", "a..b", "FLTS-C20 is no bucket name"},
		{"BUCKET", "-abc", "FLTS-C20 is no bucket name"},
		{"BUCKET", "10.1.2.3", "FLTS-C20 is no bucket name"},
		{"BUCKET", strings.Repeat("a", 64), "FLTS-C20 is no bucket name"},
		{"ENUM", "path", ""},
		{"ENUM", "Path", "FLTS-C20 is not one of path, virtual"},
		{"TEXT", "two words", ""},
		{"TEXT", "ünï", ""},
		{"TEXT", "a\nb", ""},
		{"TEXT", strings.Repeat("x", 100_000), ""},
		{"TEXT", "x\n", "FLTS-C08 ends with a newline"},
		{"TEXT", "x\r", "FLTS-C08 ends with a carriage return"},
		{"TEXT", " x", "FLTS-C08 begins with a space"},
		{"TEXT", "\uFEFFx", "FLTS-C08 begins with a byte order mark"},
		{"TEXT", "x\u200b", "FLTS-C08 ends with an invisible character (U+200B)"},
		{"TEXT", "x\u00a0", "FLTS-C08 ends with a space that is none of ASCII (U+00A0)"},
		{"TEXT", "a\x00b", "FLTS-S10 holds a NUL byte (byte 1), as UTF-16 text does"},
		{"TEXT", "\xff\xfea\x00", "FLTS-S10 is UTF-16 text, by its byte order mark"},
		{"TEXT", "\xff", "FLTS-S10 is not UTF-8 text"},
		{"TEXT", strings.Repeat("x", 131_072), "FLTS-S11 is too long for an environment variable (131072 bytes, the kernel takes 131071)"},
	} {
		r := judged(resolve.Input{Contract: c, Sources: []resolve.Source{given("env", resolve.ConfigMap, row.key, row.value)}})
		got := ""
		for _, f := range r.Findings {
			got += f.Code + " " + f.Message[strings.Index(f.Message, "(env")+len("(env) "):]
		}
		require.Equal(t, row.want, strings.TrimPrefix(strings.Replace(got, "PELLED) ", "", 1), ""), "%s = %.60q", row.key, row.value)
	}
}

func TestContractErrorsComeAllAtOnce(t *testing.T) {
	_, err := resolve.ParseContract("mine.yaml", []byte(`
keys:
  A: {type: url, default: "minio:9000", spellings: [B]}
  B: {type: strnig}
  C: {type: bool, sensitive: true, group: g}
  D: {type: string, group: g, spellings: [{name: E, as: url}]}
  "F-G": {type: enum}
services:
  s: {kind: s4, check: maybe, endpoint: AA}
`))
	require.EqualError(t, err, `mine.yaml:3:18: key A: default "minio:9000" has no scheme: write http://HOST:PORT
mine.yaml:4:3: B is a variable of both A and B
mine.yaml:4:7: key B: type "strnig" is not one of string, bool, int, float, duration, url, hostport, bucket, enum, did you mean string?
mine.yaml:6:21: group g: C and D must both be sensitive or both not, or they can never come from one layer
mine.yaml:6:43: key D: spelling E: only a hostport can be written as url
mine.yaml:7:3: key "F-G" is no name of an environment variable
mine.yaml:7:3: key F-G: values belong to an enum, and an enum needs them
mine.yaml:9:7: service s: kind "s4" is not one of s3, mlflow, http, tcp, postgres, kfp
mine.yaml:9:17: service s: check "maybe" is not one of enforce, warn, off
mine.yaml:9:31: service s: endpoint: no key "AA" in this contract`)
}

func TestWithoutLeavesOutAServiceAndWhatOnlyItNeeds(t *testing.T) {
	c, err := resolve.Builtin()
	require.NoError(t, err)
	less, err := c.Without([]string{"gateway", "minio"})
	require.NoError(t, err)
	require.Nil(t, less.Service("minio"))
	r := judged(resolve.Input{Contract: less, AppEnv: resolve.Prod, Sources: []resolve.Source{
		given("env", resolve.Secret, "MINIO_SECRET_KEY", "half-of-a-pair"),
		given("env", resolve.ConfigMap, "AWS_S3_ENDPOINT_URL", "https://store:9000"),
	}})
	for _, f := range r.Findings {
		require.Equal(t, resolve.CodePlainHTTP, f.Code, f.Message)
	}
	env := r.Environ()
	require.Equal(t, "half-of-a-pair", env["AWS_SECRET_ACCESS_KEY"], "what was given is handed on")
	require.Equal(t, "https://store:9000", env["MLFLOW_S3_ENDPOINT_URL"], "with its scheme")
	require.NotContains(t, env, "GATEWAY_URL", "a default is not")
	require.Contains(t, env, "MLFLOW_TRACKING_URI")
	_, err = c.Without([]string{"gatway"})
	require.EqualError(t, err, `no service "gatway" in the contract, did you mean gateway?`)
}

func FuzzParseContract(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(oneOfEach))
	f.Add([]byte("keys: [a, b]"))
	f.Add([]byte("extends: builtin\nkeys: {MINIO_ENDPOINT: {default: null}, A: &a {type: url}, B: *a, MINIO_SECURE: null}\nservices: {gateway: null}"))
	f.Add([]byte("policy: {plain-http: {allow: [\"*.x\"], dev: error}, default-credentials: off, verification-off: {variables: {A: [b]}}}"))
	f.Add([]byte("keys: {A: {type: string, doc: \"\\x85 | \\n\\t: #\"}}\npristine: [~, '', \"*\"]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := resolve.ParseContract("fuzz", text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		// What was accepted is printed and read back to the same.
		readsBack(t, "printed", c)
		// It can be resolved, and exports only usable names.
		for name := range judged(resolve.Input{Contract: c}).Environ() {
			require.NotContains(t, name, "=")
		}
	})
}
