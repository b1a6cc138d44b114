package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakes3"
	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
	"github.com/flts-run/flts-run/internal/redact"
)

// No sensitive value, in no form, appears in any output of any command,
// whatever the configuration.
func TestNoOutputHoldsASecret(t *testing.T) {
	s3, err := fakes3.Start(fakes3.Options{AccessKey: "root-access", SecretKey: "root-secret", Buckets: []string{"dataset"}})
	require.NoError(t, err)
	defer s3.Close()
	// A server that throws back whatever it was sent, as error pages do.
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", r.Header.Get("Authorization"))
		w.Header().Set("WWW-Authenticate", r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusForbidden)
		_ = r.Header.Write(w)
	}))
	defer echo.Close()

	store, reach := startSecretsManager(t)
	random := rand.New(rand.NewPCG(2026, 11))
	for i := range 100 {
		c := randomConfiguration(t, random, s3.Endpoint(), strings.TrimPrefix(echo.URL, "http://"))
		c.store(t, random, store, reach)
		for _, args := range [][]string{
			{"config"},
			{"config", "-o", "json"},
			{"config", "-o", "yaml"},
			{"config", "-o", "env"},
			{"config", "-o", "shell"},
			{"contract"},
			{"contract", "--docs"},
			{"contract", "--schema"},
			append([]string{"explain", "|"}, sensitiveKeys...),
			append([]string{"explain", "-o", "json", "|", "GATEWAY_URL", "MLFLOW_TRACKING_URI"}, sensitiveKeys...),
			{"check", "--wait", "0s"},
			{"check", "--wait", "0s", "-o", "json"},
			{"check", "--wait", "0s", "-o", "short", "|", "minio"},
			{"check", "--wait", "0s", "-o", "junit"},
			{"check", "--list", "-o", "json"},
			{"exec", "--wait", "0s", "--print=json"},
			{"exec", "--wait", "0s", "--print=off"},
			{"exec", "--wait", "0s", "--check=warn"},
			{"exec", "--wait", "0s", "--fix-env", "--pristine"},
			{"diff", "|", filepath.Join(c.dir, "report.json"), filepath.Join(c.dir, "report.json")},
			{"diff", "-o", "json", "|", filepath.Join(c.dir, "report.json"), filepath.Join(c.dir, "report.json")},
		} {
			out := c.run(t, args)
			for name, form := range c.forms() {
				require.NotContains(t, out, form, "configuration %d, %v: %s", i, args, name)
			}
		}
	}
}

var sensitiveKeys = []string{
	"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN",
}

// configuration is an environment and parameters with secrets in them.
type configuration struct {
	dir     string
	environ []string
	params  []string
	secrets []string
	files   fstest.MapFS // holds the launcher of KFP, for some
}

func randomConfiguration(t *testing.T, random *rand.Rand, endpoints ...string) *configuration {
	c := &configuration{dir: t.TempDir()}
	secrets, config := filepath.Join(c.dir, "secrets"), filepath.Join(c.dir, "config")
	require.NoError(t, os.Mkdir(secrets, 0o755))
	require.NoError(t, os.Mkdir(config, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "termination-log"), nil, 0o644))
	c.environ = []string{
		"PATH=/usr/bin:/bin", "FLTS_SECRET_DIR=" + secrets, "FLTS_CONFIG_DIR=" + config,
		"FLTS_REPORT=" + filepath.Join(c.dir, "report.json"), "FLTS_TERMINATION_LOG=" + filepath.Join(c.dir, "termination-log"),
		"MINIO_ENDPOINT=" + endpoints[random.IntN(len(endpoints))],
	}
	if env := []string{"", "dev", "staging", "prod"}[random.IntN(4)]; env != "" {
		c.environ = append(c.environ, "APP_ENV="+env)
	}
	if random.IntN(3) == 0 {
		c.environ = append(c.environ, "FLTS_DISABLE="+[]string{"minio", "mlflow,gateway"}[random.IntN(2)])
	}
	if random.IntN(2) == 0 {
		key := c.secret(random) + "-is long enough"
		c.secrets[len(c.secrets)-1] = key
		c.environ = append(c.environ, "FLTS_FINGERPRINT_KEY="+key)
	}
	var yaml, dotenv []string
	unread := map[string]bool{} // in a file that is broken, or not read: nothing else can be masked for it
	for _, name := range sensitiveKeys {
		value := c.secret(random)
		switch random.IntN(11) {
		case 4: // the variable beside its file, with another value
			file := filepath.Join(c.dir, "file-of-"+name)
			require.NoError(t, os.WriteFile(file, []byte(value+"\n"), 0o644))
			c.environ = append(c.environ, name+"_FILE="+file)
			if random.IntN(2) == 0 {
				c.environ = append(c.environ, name+"="+c.secret(random))
			}
		case 5: // quoted, or as people write it
			form := []string{"%s: %s\n", "%s: %q\n"}[random.IntN(2)]
			unread[value] = true
			yaml = append(yaml, fmt.Sprintf(form, strings.ToLower(name), value))
		case 6:
			form := []string{"%s=%s\n", "%s=\"%s\n", "%s='%s'\n", "%[2]s\n"}[random.IntN(4)]
			unread[value] = true
			dotenv = append(dotenv, fmt.Sprintf(form, name, value))
		case 0:
			c.environ = append(c.environ, name+"="+value)
		case 1:
			c.environ = append(c.environ, "FLTS_FROM_SECRET_"+name+"="+value, "FLTS_FROM_CONFIGMAP_"+name+"="+c.secret(random))
		case 2:
			c.params = append(c.params, "--param", strings.ToLower(name)+"="+value)
		case 3:
			require.NoError(t, os.WriteFile(filepath.Join(config, name), []byte(value), 0o644))
		default:
			require.NoError(t, os.WriteFile(filepath.Join(secrets, name), []byte(value+[]string{"", "\n", "\n\n", "\x00"}[random.IntN(4)]), 0o644))
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "config_base.yaml"), []byte(strings.Join(yaml, "")), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, ".env"), []byte(strings.Join(dotenv, "")), 0o644))
	c.environ = append(c.environ, "FLTS_YAML_DIR="+c.dir, "FLTS_ENV_FILE="+filepath.Join(c.dir, ".env"))
	host, known := endpoints[1], url.PathEscape(c.known(random, unread))
	switch random.IntN(6) {
	case 0: // a secret inside another value, well formed or not
		c.environ = append(c.environ, "GATEWAY_URL=http://"+host+"/"+known)
	case 1:
		c.environ = append(c.environ, "GATEWAY_URL=http://"+host+"/?token="+known, "MLFLOW_TRACKING_URI=https://"+url.PathEscape(c.secret(random))+"@"+host)
	case 2: // a password that only the URL holds
		c.environ = append(c.environ, "GATEWAY_URL=http://user:"+url.PathEscape(c.secret(random))+"@"+host, "MLFLOW_TRACKING_URI=http://"+host)
	case 3:
		c.environ = append(c.environ, "MLFLOW_TRACKING_URI=mlflow://user:"+url.PathEscape(c.secret(random))+"@"+host+":x")
	case 4: // as people write it: not encoded, or without a scheme
		c.environ = append(c.environ, "GATEWAY_URL=http://user:"+c.secret(random)+"@"+host)
	case 5:
		c.environ = append(c.environ, "GATEWAY_URL="+c.secret(random)+"@"+host, "MLFLOW_TRACKING_URI=user:"+c.secret(random)+"@"+host)
	}
	if random.IntN(3) == 0 {
		c.launch(random, c.known(random, unread))
	}
	return c
}

// store puts secrets into a Secrets Manager, mapped and not, and often lets it go wrong
// in words that hold one.
func (c *configuration) store(t *testing.T, random *rand.Rand, store *fakesecretsmanager.Server, reach []string) {
	c.environ = append(c.environ, reach...)
	json, _ := json.Marshal(map[string]any{"token": c.secret(random), "unmapped": []string{c.secret(random)}, "minio": map[string]string{"secret": c.secret(random)}})
	store.Put("of/tests", string(json))
	store.Put("airflow/connections/minio", "aws://"+url.PathEscape(c.secret(random))+":"+url.PathEscape(c.secret(random))+"@")
	fault := fakesecretsmanager.Fault{}
	if random.IntN(3) == 0 {
		fault = fakesecretsmanager.Fault{Code: []string{"AccessDeniedException", "InvalidRequestException", c.secrets[0]}[random.IntN(3)], Message: string(json)}
	}
	store.Fail("of/tests", fault)
	c.environ = append(c.environ, "FLTS_CONTRACT="+written(t, filepath.Join(c.dir, "contract.yaml"), `
extends: builtin
secretsmanager:
  paths: {id: of/tests, environments: [dev, staging, prod], keys: {MLFLOW_TRACKING_TOKEN: token, MINIO_SECRET_KEY: minio.secret, MLFLOW_TRACKING_PASSWORD: minio}}
  connection: {connection: minio}
`))
}

// launch puts a launcher of KFP above flts-run, with secrets among the parameters
// of the run and the defaults of the component, and one as the id of the run.
func (c *configuration) launch(random *rand.Rand, runID string) {
	object := func(names ...string) string {
		values := map[string]any{}
		for _, name := range names {
			values[name] = c.secret(random)
		}
		text, _ := json.Marshal(values)
		return string(text)
	}
	defaults := map[string]any{}
	for _, name := range []string{"mlflow_tracking_token", "minio_access_key"} {
		defaults[name] = map[string]string{"defaultValue": c.secret(random)}
	}
	spec, _ := json.Marshal(map[string]any{"inputDefinitions": map[string]any{"parameters": defaults}})
	line := strings.Join([]string{
		"/kfp-launcher/launch", "--run_id", runID, "--component_spec", string(spec),
		"--executor_input", `{"inputs":{"parameterValues":` + object("minio_secret_key", "unknown_to_the_contract") + `}}`, "--",
	}, "\x00")
	c.files = fstest.MapFS{"proc/7/cmdline": &fstest.MapFile{Data: []byte(line)}}
}

// known picks a secret that was read.
func (c *configuration) known(random *rand.Rand, unread map[string]bool) string {
	known := slices.DeleteFunc(slices.Clone(c.secrets), func(s string) bool { return unread[s] })
	if len(known) == 0 {
		return "none"
	}
	return known[random.IntN(len(known))]
}

// secret makes a secret and remembers it.
func (c *configuration) secret(random *rand.Rand) string {
	alphabets := []string{"abcdefgh0123456789", "ABCxyz+/=09", "aZ9 \"'\\&%<>?#@:$`{}", "péß✓🔑zx", "ab\tcd\ne9"}
	letters := []rune(alphabets[random.IntN(len(alphabets))])
	b := []rune("Q7")
	for range 8 + random.IntN(24) {
		b = append(b, letters[random.IntN(len(letters))])
	}
	c.secrets = append(c.secrets, string(append(b, '7')))
	return c.secrets[len(c.secrets)-1]
}

// run runs a command and returns everything that it wrote anywhere.
func (c *configuration) run(t *testing.T, args []string) string {
	var out bytes.Buffer
	task := []string(nil)
	if args[0] == "exec" {
		task = []string{"--", "true", "an argument"}
	}
	var positional []string // behind "|"
	if i := slices.Index(args, "|"); i >= 0 {
		args, positional = args[:i], args[i+1:]
	}
	params := c.params
	switch args[0] {
	case "diff", "contract": // they take no parameters
		params = nil
	}
	full := slices.Concat(args, params, positional, task)
	run(t.Context(), process{
		args: full, environ: c.environ, dir: "/", ppid: 7, files: c.files, stdout: &out, stderr: &out,
		become: func(context.Context, func(), string, []string, []string) error { return nil },
	})
	for _, file := range []string{"report.json", "termination-log"} {
		text, err := os.ReadFile(filepath.Join(c.dir, file))
		if err == nil {
			out.Write(text)
		}
	}
	return out.String()
}

func (c *configuration) forms() map[string]string {
	all := map[string]string{}
	for _, s := range c.secrets {
		doc, _ := json.Marshal(s)
		for name, form := range map[string]string{
			"raw": s, "query": url.QueryEscape(s), "path": url.PathEscape(s), "json": string(doc[1 : len(doc)-1]), "quoted": strconv.Quote(s)[1:],
			"base64": base64.StdEncoding.EncodeToString([]byte(s)), "base64url": base64.RawURLEncoding.EncodeToString([]byte(s)),
		} {
			if len(form) >= redact.MinLength {
				all[name+" of "+s] = form
			}
		}
	}
	return all
}
