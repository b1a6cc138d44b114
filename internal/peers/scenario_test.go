//go:build peers

package peers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/peers"
)

// scenario is one world, and what Python does in it.
type scenario struct {
	name    string
	service string
	env     vars     // beside what works; an empty value takes a variable away
	clients []string // nil: all that use the service
	write   bool     // the task writes too
	files   vars     // below the home directory, with their texts
	laptop  bool     // not in a pod
	image   []string // the Python packages that the task's image has; nil: nobody knows

	// fails says what those clients raise that do not work: a part of the class
	// and the message. The client "*" stands for all.
	fails vars

	code    string // one that flts-run must give
	unknown bool   // flts-run is expected to say that it could not look
}

type vars map[string]string

// with adds names and values, which follow each other.
func (v vars) with(more ...string) vars {
	for i := 0; i < len(more); i += 2 {
		v[more[i]] = more[i+1]
	}
	return v
}

func everyone(raises string) vars { return vars{"*": raises} }

var clientsOf = map[string][]string{
	"minio":   {"boto3", "s3fs", "minio-py"},
	"mlflow":  {"mlflow", "mlflow-run"},
	"gateway": {"requests"},
}

// healthy is the environment of a pod in which everything works.
func (w *world) healthy(t *testing.T, laptop bool) vars {
	env := vars{
		"PATH":                "/usr/bin:/bin",
		"HOME":                t.TempDir(),
		"APP_ENV":             "staging",
		"FLTS_NAMESPACE":      "mlops",
		"FLTS_NEEDS":          "s3:BUCKET_DATASET=r",
		"BUCKET_DATASET":      "dataset",
		"MINIO_ENDPOINT":      "minio.mlops.svc.cluster.local:9000",
		"MINIO_ACCESS_KEY":    w.reader.accessKey,
		"MINIO_SECRET_KEY":    w.reader.secretKey,
		"MLFLOW_TRACKING_URI": "http://mlflow-open.mlops.svc.cluster.local:5000",
		"GATEWAY_URL":         "http://front.mlops.svc.cluster.local:8000",
	}
	if !laptop {
		env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"] = "10.96.0.1", "443"
	}
	return env
}

func (s scenario) environ(t *testing.T, w *world) vars {
	env := w.healthy(t, s.laptop)
	if s.write || s.service == "mlflow" { // whose artifacts go straight to the store
		env["MINIO_ACCESS_KEY"], env["MINIO_SECRET_KEY"] = w.writer.accessKey, w.writer.secretKey
	}
	if s.write {
		env["FLTS_NEEDS"], env["FLTS_WRITE_PROBE"] = "s3:BUCKET_DATASET=rw", "true"
	}
	for name, text := range s.files {
		path := filepath.Join(env["HOME"], name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	if s.image != nil {
		env["PATH"] = imageOf(t, s.image) + "/bin:" + env["PATH"]
	}
	maps.Copy(env, s.env)
	maps.DeleteFunc(env, func(_, value string) bool { return value == "" })
	return env
}

// imageOf makes what flts-run sees of an image: the list of its packages.
func imageOf(t *testing.T, packages []string) (prefix string) {
	prefix = t.TempDir()
	for _, p := range packages {
		info := filepath.Join(prefix, "lib/python3.11/site-packages", p+"-99.0.dist-info")
		require.NoError(t, os.MkdirAll(info, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(info, "METADATA"), []byte("Name: "+p+"\nVersion: 99.0\n"), 0o644))
	}
	return prefix
}

func (v vars) list() []string {
	var list []string
	for name, value := range v {
		list = append(list, name+"="+value)
	}
	return list
}

// outcome is both sides of a scenario.
type outcome struct {
	said   peers.Said
	python verdict
}

func (s scenario) play(t *testing.T, w *world, j *judge) outcome {
	env := s.environ(t, w)
	clients := s.clients
	if clients == nil {
		clients = clientsOf[s.service]
	}
	said := check(t, s.service, env.list())
	if !slices.Contains(clients, "mlflow-artifact") {
		// No other client stores any.
		said.Results = slices.DeleteFunc(said.Results, func(r peers.Result) bool { return r.ID == "mlflow.artifacts" || r.ID == "mlflow.upload" })
	}
	python := j.ask(t, request{Env: taskEnviron(t, env), Clients: clients, Write: s.write})
	return outcome{said, python}
}

func fltsRun(t *testing.T, environ []string, args ...string) (stdout []byte, status int) {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Getenv(binaryVariable), args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = environ, t.TempDir(), &out, &said
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = nil
	}
	require.NoError(t, err, said.String())
	return out.Bytes(), cmd.ProcessState.ExitCode()
}

const statusConfiguration = 78

func check(t *testing.T, service string, environ []string) peers.Said {
	out, status := fltsRun(t, environ, "check", "-o", "json", service)
	var document struct {
		Findings []struct{ Code string }
		Checks   struct{ Results []peers.Result }
	}
	require.NoError(t, json.Unmarshal(out, &document), "status %d\n%s", status, out)
	said := peers.Said{Refused: status == statusConfiguration}
	for _, f := range document.Findings {
		said.Warnings = append(said.Warnings, f.Code)
	}
	for _, r := range document.Checks.Results {
		if r.Target == service {
			said.Results = append(said.Results, r)
		}
	}
	return said
}

// taskEnviron is what flts-run hands on. When it refuses the configuration, the
// clients are judged by what a manifest without it would say.
func taskEnviron(t *testing.T, env vars) vars {
	out, status := fltsRun(t, env.list(), "exec", "--check=off", "--print=off", "--", "env", "-0")
	if status == statusConfiguration {
		return byHand(env)
	}
	require.Zero(t, status)
	handed := vars{}
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		handed[name] = value
	}
	return handed
}

// byHand adds the names that boto3 reads, as they would have been written by hand.
func byHand(env vars) vars {
	env = maps.Clone(env)
	for name, from := range map[string]string{"AWS_ACCESS_KEY_ID": "MINIO_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY": "MINIO_SECRET_KEY", "AWS_ENDPOINT_URL_S3": "MINIO_ENDPOINT"} {
		value, given := env[from]
		if _, have := env[name]; have || !given {
			continue
		}
		if name == "AWS_ENDPOINT_URL_S3" && !strings.Contains(value, "://") {
			value = "http://" + value
		}
		env[name] = value
	}
	return env
}

// requirePython holds what the clients did against what the scenario says of
// them: a world that is broken in another way than it should be proves nothing.
func (s scenario) requirePython(t *testing.T, python verdict) {
	for _, client := range slices.Sorted(maps.Keys(python)) {
		raises, fails := s.fails[client]
		if !fails {
			raises, fails = s.fails["*"]
		}
		raised := python[client]
		switch {
		case !fails && raised != nil:
			t.Errorf("%s should work here, and raised %s", client, *raised)
		case fails && raised == nil:
			t.Errorf("%s should raise %q here, and works", client, raises)
		case fails && !strings.Contains(*raised, raises):
			t.Errorf("%s should raise %q here, and raised %s", client, raises, *raised)
		}
	}
}

// disagreement compares the two sides; empty is none.
func (s scenario) disagreement(o outcome) string {
	if err := peers.Agree(o.said, o.python); err != nil {
		return err.Error()
	}
	if o.said.Unknown() && !s.unknown {
		return "flts-run could not look"
	}
	if s.code != "" && !slices.Contains(o.said.Codes(), s.code) {
		return fmt.Sprintf("%s was expected, and not given", s.code)
	}
	return ""
}
