package resolve_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// quiet is a production that breaks no rule.
var quiet = map[string]string{
	"MINIO_ENDPOINT": "minio.example.com:9000", "MINIO_SECURE": "true",
	"MINIO_ACCESS_KEY": "component-key", "MINIO_SECRET_KEY": "component-secret",
	"MLFLOW_TRACKING_URI": "https://mlflow.example.com", "GATEWAY_URL": "https://gateway.example.com",
}

// practice is an input in which one rule may be broken.
type practice struct {
	name   string
	values map[string]string // over those of quiet
	input  func(*resolve.Input)
	code   string
	keys   []string
	// the severity by environment, "" for no finding
	unset, dev, staging, prod resolve.Severity
}

func (p practice) findings(t *testing.T, c *resolve.Contract, env resolve.AppEnv) []resolve.Finding {
	values := maps.Clone(quiet)
	maps.Copy(values, p.values)
	plain, secrets := map[string]resolve.Value{}, map[string]resolve.Value{}
	for name, text := range values {
		if c.KeyFor(name).Sensitive {
			secrets[name] = resolve.Plain(text)
		} else {
			plain[name] = resolve.Plain(text)
		}
	}
	in := resolve.Input{Contract: c, AppEnv: env, Sources: []resolve.Source{
		{Name: "configmap", Layer: resolve.ConfigMap, Values: plain}, {Name: "secret", Layer: resolve.Secret, Values: secrets},
	}}
	if p.input != nil {
		p.input(&in)
	}
	return slices.DeleteFunc(judged(in).Findings, func(f resolve.Finding) bool {
		return f.Code == "FLTS-C27" // known names of users are short
	})
}

func variable(name, value string) func(*resolve.Input) {
	return func(in *resolve.Input) { in.Variables = map[string]string{name: value} }
}

func inPod(in *resolve.Input) { in.InPod = true }

func mode(m fs.FileMode) func(*resolve.Input) {
	return func(in *resolve.Input) {
		for name, v := range in.Sources[1].Values {
			v.Mode = m
			in.Sources[1].Values[name] = v
		}
	}
}

const (
	none = resolve.Severity("")
	warn = resolve.Warning
	fail = resolve.Error
)

var practices = []practice{
	{"nothing is wrong", nil, nil, "", nil, none, none, none, none},
	{"minioadmin", map[string]string{"MINIO_ACCESS_KEY": "minioadmin", "MINIO_SECRET_KEY": "minioadmin"}, nil, "FLTS-C15", []string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"}, warn, none, warn, fail},
	{"minio/minio123 needs its other half", map[string]string{"MINIO_ACCESS_KEY": "component-key", "MINIO_SECRET_KEY": "minio123"}, nil, "", nil, none, none, none, none},
	{"a pair of two known halves", map[string]string{"MINIO_ACCESS_KEY": "minioadmin", "MINIO_SECRET_KEY": "password1234"}, nil, "", nil, none, none, none, none},
	{"password of MLflow", map[string]string{"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": "password1234"}, nil, "FLTS-C15", []string{"MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"}, warn, none, warn, fail},
	{"plain URL", map[string]string{"GATEWAY_URL": "http://gateway.example.com"}, nil, "FLTS-C16", []string{"GATEWAY_URL"}, warn, none, warn, fail},
	{"plain URL in upper case", map[string]string{"GATEWAY_URL": "HTTP://gateway.example.com"}, nil, "FLTS-C16", []string{"GATEWAY_URL"}, warn, none, warn, fail},
	{"plain hostport", map[string]string{"MINIO_SECURE": "false"}, nil, "FLTS-C16", []string{"MINIO_ENDPOINT"}, warn, none, warn, fail},
	{"several are one finding", map[string]string{"MINIO_SECURE": "false", "GATEWAY_URL": "http://g"}, nil, "FLTS-C16", []string{"MINIO_ENDPOINT", "GATEWAY_URL"}, warn, none, warn, fail},
	{"plain http that stays in the machine", map[string]string{"GATEWAY_URL": "http://127.0.0.1:8000", "MLFLOW_TRACKING_URI": "http://LOCALHOST.:5000"}, nil, "", nil, none, none, none, none},
	{"MLflow does not verify", nil, variable("MLFLOW_TRACKING_INSECURE_TLS", "True"), "FLTS-C17", nil, warn, none, warn, fail},
	{"Python does not verify", nil, variable("PYTHONHTTPSVERIFY", "0"), "FLTS-C17", nil, warn, none, warn, fail},
	{"what the client takes for verifying", nil, variable("PYTHONHTTPSVERIFY", "false"), "", nil, none, none, none, none},
	{"localhost in a pod", map[string]string{"GATEWAY_URL": "https://localhost:8000"}, inPod, "FLTS-C02", []string{"GATEWAY_URL"}, fail, fail, fail, fail},
	{"a name below localhost", map[string]string{"GATEWAY_URL": "https://a.localhost"}, inPod, "FLTS-C02", []string{"GATEWAY_URL"}, fail, fail, fail, fail},
	{"127.0.0.2 in a pod", map[string]string{"MINIO_ENDPOINT": "127.0.0.2:9000"}, inPod, "FLTS-C02", []string{"MINIO_ENDPOINT"}, fail, fail, fail, fail},
	{"::1 in a pod", map[string]string{"MINIO_ENDPOINT": "[::1]:9000"}, inPod, "FLTS-C02", []string{"MINIO_ENDPOINT"}, fail, fail, fail, fail},
	{"0.0.0.0 in a pod", map[string]string{"MINIO_ENDPOINT": "0.0.0.0:9000"}, inPod, "FLTS-C02", []string{"MINIO_ENDPOINT"}, fail, fail, fail, fail},
	{"a mapped loopback", map[string]string{"MINIO_ENDPOINT": "[::ffff:127.0.0.1]:9000"}, inPod, "FLTS-C02", []string{"MINIO_ENDPOINT"}, fail, fail, fail, fail},
	{"localhost on a laptop", map[string]string{"GATEWAY_URL": "https://localhost:8000"}, nil, "", nil, none, none, none, none},
	{"a name that begins with localhost", map[string]string{"GATEWAY_URL": "https://localhost.example.com"}, inPod, "", nil, none, none, none, none},
	{"an address", map[string]string{"MINIO_ENDPOINT": "10.1.2.3:9000"}, nil, "FLTS-C03", []string{"MINIO_ENDPOINT"}, warn, none, warn, warn},
	{"an IPv6 address", map[string]string{"GATEWAY_URL": "https://[fd00::1]:8000"}, nil, "FLTS-C03", []string{"GATEWAY_URL"}, warn, none, warn, warn},
	{"mode 0644", nil, mode(0o644), "FLTS-S12", []string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"}, warn, none, warn, warn},
	{"mode 0440", nil, mode(0o440), "", nil, none, none, none, none},
}

func TestPolicyByEnvironment(t *testing.T) {
	c := builtin(t)
	for _, p := range practices {
		for env, severity := range map[resolve.AppEnv]resolve.Severity{"": p.unset, resolve.Dev: p.dev, resolve.Staging: p.staging, resolve.Prod: p.prod} {
			findings := p.findings(t, c, env)
			if severity == none {
				require.Empty(t, findings, "%s in %q", p.name, env)
				continue
			}
			require.Len(t, findings, 1, "%s in %q", p.name, env)
			f := findings[0]
			require.Equal(t, []any{severity, p.code}, []any{f.Severity, f.Code}, "%s in %q", p.name, env)
			require.NotEmpty(t, f.Hint)
			if len(p.keys) > 1 {
				require.Equal(t, p.keys, f.Keys, p.name)
			}
			if len(p.keys) > 0 {
				require.Equal(t, p.keys[0], f.Key, p.name)
			}
		}
	}
}

// Every rule is switched by the contract, in each environment alone.
func TestPolicyOfAContract(t *testing.T) {
	rules := map[string]string{
		"FLTS-C02": "localhost-in-pod", "FLTS-C03": "numeric-address", "FLTS-C15": "default-credentials",
		"FLTS-C16": "plain-http", "FLTS-C17": "verification-off", "FLTS-S12": "world-readable-secret",
	}
	for _, p := range practices {
		if p.code == "" {
			continue
		}
		for _, env := range []resolve.AppEnv{"", resolve.Dev, resolve.Staging, resolve.Prod} {
			for level, severity := range map[string]resolve.Severity{"off": none, "warn": warn, "error": fail} {
				c := parsed(t, "extends: builtin\npolicy: {"+rules[p.code]+": "+levelIn(env, level)+"}")
				for _, where := range []resolve.AppEnv{"", resolve.Dev, resolve.Staging, resolve.Prod} {
					var got []resolve.Severity
					for _, f := range p.findings(t, c, where) {
						got = append(got, f.Severity)
					}
					if where == env && severity != none {
						require.Equal(t, []resolve.Severity{severity}, got, "%s: %s in %q", p.name, level, env)
					} else {
						require.Empty(t, got, "%s: %s in %q, asked in %q", p.name, level, env, where)
					}
				}
			}
		}
	}
}

// levelIn is a rule that has a level in one environment and is off elsewhere.
func levelIn(env resolve.AppEnv, level string) string {
	levels := map[resolve.AppEnv]string{"": "off", resolve.Dev: "off", resolve.Staging: "off", resolve.Prod: "off", env: level}
	return fmt.Sprintf("{unset: %s, dev: %s, staging: %s, prod: %s}", levels[""], levels[resolve.Dev], levels[resolve.Staging], levels[resolve.Prod])
}

func TestPolicyAllowsHosts(t *testing.T) {
	for _, row := range []struct {
		allow, host string
		allowed     bool
	}{
		{"gateway.example.com", "gateway.example.com", true},
		{"gateway.example.com", "GATEWAY.example.com.", true},
		{"*.svc.cluster.local", "gateway.mlops.svc.cluster.local:8000", true},
		{"*.svc.cluster.local", "svc.cluster.local", false},
		{"*.svc.cluster.local", "gateway.svc.cluster.local.example.com", false},
		{"gateway:8000", "gateway:8000", true},
		{"gateway:8000", "gateway:8001", false},
		{"*:8000", "gateway:8000", true},
		{"10.1.*", "10.1.2.3", true},
		{"gateway-?", "gateway-1", true},
		{"gateway", "gateway.mlops", false},
		{"*", "anything", true},
	} {
		c := parsed(t, "extends: builtin\npolicy: {numeric-address: off, plain-http: {allow: [\""+row.allow+"\"]}}")
		found := practice{values: map[string]string{"GATEWAY_URL": "http://" + row.host}}.findings(t, c, resolve.Prod)
		require.Equal(t, row.allowed, len(found) == 0, "%s allows %s", row.allow, row.host)
	}
	sidecar := parsed(t, "extends: builtin\npolicy: {localhost-in-pod: {allow: [\"localhost:15000\"]}}")
	require.Empty(t, practice{values: map[string]string{"GATEWAY_URL": "https://localhost:15000"}, input: inPod}.findings(t, sidecar, resolve.Prod))
	require.Len(t, practice{values: map[string]string{"GATEWAY_URL": "https://localhost:15001"}, input: inPod}.findings(t, sidecar, resolve.Prod), 1)
}

func TestPolicyFindingsAndHints(t *testing.T) {
	for _, row := range []struct {
		values        map[string]string
		input         func(*resolve.Input)
		message, hint string
	}{
		{
			map[string]string{"MINIO_ACCESS_KEY": "minio", "MINIO_SECRET_KEY": "minio123"},
			nil,
			"MINIO_ACCESS_KEY (secret) and MINIO_SECRET_KEY (secret) are default credentials, which everybody knows",
			"mc admin user add ALIAS NEWKEY asks for a secret; then kubectl -n NS patch secret NAME --type=merge --patch-file /dev/stdin",
		},
		{
			map[string]string{"MINIO_SECURE": "false", "GATEWAY_URL": "http://user:canary@g:8000/x"},
			nil,
			"plain http, so keys and data travel in clear: MINIO_ENDPOINT to minio.example.com (configmap), GATEWAY_URL to g (configmap)",
			"serve TLS and set MINIO_SECURE=true; where a mesh encrypts, say so in the contract: policy: {plain-http: {allow: [minio.example.com, g]}}",
		},
		{
			nil, variable("MLFLOW_S3_IGNORE_TLS", "1"), "MLFLOW_S3_IGNORE_TLS (env) is set so that certificates are not verified",
			"unset MLFLOW_S3_IGNORE_TLS, mount the CA, and set AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE and SSL_CERT_FILE to its path",
		},
		{
			map[string]string{"MINIO_ENDPOINT": "localhost:9000"},
			inPod, "MINIO_ENDPOINT = \"localhost:9000\" (configmap) is on localhost, and in a pod that is the pod itself",
			`set MINIO_ENDPOINT=SVC.default.svc.cluster.local:9000; a sidecar is declared in the contract: policy: {localhost-in-pod: {allow: ["localhost:9000"]}}`,
		},
		{
			map[string]string{"GATEWAY_URL": "https://10.1.2.3"},
			nil, "GATEWAY_URL = \"https://10.1.2.3\" (configmap) is the address 10.1.2.3, which changes when the Service behind it is made again",
			"kubectl get svc -A | grep -w 10.1.2.3, then set GATEWAY_URL=https://SVC.default.svc.cluster.local:PORT",
		},
		{
			nil, mode(0o604), "any user in the container can read MINIO_ACCESS_KEY (secret, mode 0604), MINIO_SECRET_KEY (secret, mode 0604)",
			"set defaultMode: 0440 in the volume and securityContext.fsGroup in the pod",
		},
	} {
		found := practice{values: row.values, input: row.input}.findings(t, builtin(t), resolve.Prod)
		require.Len(t, found, 1)
		require.Equal(t, []string{row.message, row.hint}, []string{found[0].Message, found[0].Hint})
	}
}

// A variable that the contract makes a key is judged by its resolved value.
func TestVerificationOffByAKey(t *testing.T) {
	c := parsed(t, "extends: builtin\nkeys: {MLFLOW_S3_IGNORE_TLS: {type: bool}}")
	found := practice{values: map[string]string{"MLFLOW_S3_IGNORE_TLS": "True"}}.findings(t, c, resolve.Prod)
	require.Len(t, found, 1)
	require.Equal(t, "MLFLOW_S3_IGNORE_TLS (configmap) is set so that certificates are not verified", found[0].Message)
}

func TestDevelopmentDefaultsUnderAPolicy(t *testing.T) {
	c := parsed(t, "extends: builtin\npolicy: {default-credentials: error, plain-http: off}")
	for env, want := range map[resolve.AppEnv][]string{"": {"FLTS-C25", "FLTS-C15"}, resolve.Dev: {"FLTS-C15"}} {
		var codes []string
		for _, f := range judged(resolve.Input{Contract: c, AppEnv: env}).Findings {
			codes = append(codes, f.Code)
		}
		require.Equal(t, want, codes)
	}
}

// The setup of a developer: plain http, minioadmin, everything on localhost.
func TestDevelopmentIsQuiet(t *testing.T) {
	require.Empty(t, judged(resolve.Input{Contract: builtin(t), AppEnv: resolve.Dev}).Findings)
	require.Empty(t, practice{values: map[string]string{
		"MINIO_ENDPOINT": "localhost:9000", "MINIO_SECURE": "false", "MINIO_ACCESS_KEY": "minioadmin", "MINIO_SECRET_KEY": "minioadmin",
		"MLFLOW_TRACKING_URI": "http://192.168.1.7:5000", "GATEWAY_URL": "http://gateway:8000",
	}, input: mode(0o644)}.findings(t, builtin(t), resolve.Dev))
}

// The page for users has the rules as they are.
func TestPolicyIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/environments.md")
	require.NoError(t, err)
	for _, r := range builtin(t).Policy {
		require.Contains(t, string(text), fmt.Sprintf("| `%s` | %s | %s | %s | %s |", r.Name, r.Unset, r.Dev, r.Staging, r.Prod))
	}
}

func TestModeOfMountedFiles(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "MINIO_SECRET_KEY"), []byte("component-secret"), 0o600))
	require.NoError(t, os.Chmod(filepath.Join(dir, "MINIO_SECRET_KEY"), 0o640))
	s, err := resolve.ReadMounted(builtin(t), "secret", resolve.Secret, dir)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), s.Values["MINIO_SECRET_KEY"].Mode)
}
