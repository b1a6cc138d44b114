//go:build peers

package peers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/container"
	"github.com/flts-run/flts-run/internal/teststack"
)

// decorated is the container of a @task.docker or a @task.kubernetes.
type decorated struct {
	Argv   []string
	Env    map[string]string
	Result string // the file of the result, in the root directory
}

// did is what a container did.
type did struct {
	status         int
	output, result string // of both streams; of the file

	// Both streams apart, which is how supervise reads them: it may pass on what one
	// of them has between two parts of a line of the other.
	stdout, stderr string
}

// TestAirflowScripts runs the command lines that the providers generate, which carry
// a script and pickled arguments in the environment, plain and in every way under
// flts-run: nothing of the outcome may differ.
func TestAirflowScripts(t *testing.T) {
	tools := imageFiles(t)
	mounts := []string{filepath.Join(tools, "bin") + ":/usr/local/bin", filepath.Join(tools, "shims") + ":/opt/flts/bin"}
	for name, d := range decoratedTasks(t) {
		t.Run(name, func(t *testing.T) {
			// What only flts-run knows otherwise: without it, the others would differ.
			plain := runDecorated(t, mounts, d, "/usr/local/bin:/usr/bin:/bin", "BUCKET_DATASET=dataset")
			if strings.HasSuffix(name, "leaves") {
				require.Equal(t, 41, plain.status)
				require.True(t, strings.HasSuffix(plain.output, "\nleaves 7\n"), plain.output)
			} else {
				require.Equal(t, 0, plain.status, plain.output)
				require.Greater(t, len(plain.result), 70000)
			}
			exec := []string{"/opt/flts/bin/flts-run", "exec", "--check=off", "--"}
			for _, way := range []struct {
				name, path string
				before     []string
				env        []string
			}{
				{"exec", "/usr/local/bin:/usr/bin:/bin", exec, nil},
				{"supervise", "/usr/local/bin:/usr/bin:/bin", exec, []string{"FLTS_MODE=supervise"}},
				{"shims", "/opt/flts/bin:/usr/local/bin:/usr/bin:/bin", nil, []string{"FLTS_CHECK=off"}},
				{"ENTRYPOINT and shims", "/opt/flts/bin:/usr/local/bin:/usr/bin:/bin", exec, nil},
			} {
				under := d
				under.Argv = slices.Concat(way.before, d.Argv)
				got := runDecorated(t, mounts, under, way.path, append(way.env, "APP_ENV=dev")...)
				require.Contains(t, got.output, "configuration digest", way.name)
				require.Equal(t, plain.status, got.status, way.name)
				require.True(t, plain.result == got.result, "%s: %d bytes and not %d", way.name, len(got.result), len(plain.result))
				require.Equal(t, plain.stdout, got.stdout, way.name)
				require.Equal(t, plain.stderr, lastOf(got.stderr, len(plain.stderr)), way.name)
				if way.name != "supervise" {
					require.Equal(t, plain.output, lastOf(got.output, len(plain.output)), way.name)
				}
			}
		})
	}
}

func decoratedTasks(t *testing.T) map[string]decorated {
	t.Helper()
	out := runAirflowPython(t, "../../testdata/peers/airflow/scripts.py")
	var tasks map[string]decorated
	require.NoError(t, json.Unmarshal(out, &tasks), "%s", out)
	require.Len(t, tasks, 4)
	return tasks
}

// runAirflowPython runs a script with the Python of Airflow 3 and returns what it
// wrote into the file that it was given.
func runAirflowPython(t *testing.T, script string, env ...string) []byte {
	t.Helper()
	program, err := teststack.Binaries{}.Airflow(t.Context())
	require.NoError(t, err)
	home := t.TempDir()
	file := filepath.Join(home, "out")
	cmd := exec.CommandContext(t.Context(), filepath.Join(filepath.Dir(program), "python"), "-B", script, file)
	cmd.Env = append([]string{"HOME=" + home, "AIRFLOW_HOME=" + home, "PATH=/usr/bin:/bin", "PYTHONUTF8=1"}, env...)
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", said)
	out, err := os.ReadFile(file)
	require.NoError(t, err)
	return out
}

func runDecorated(t *testing.T, mounts []string, d decorated, path string, env ...string) did {
	t.Helper()
	image, err := container.Machine(t.TempDir())
	require.NoError(t, err)
	env = append(env, "PATH="+path)
	for name, value := range d.Env {
		env = append(env, name+"="+value)
	}
	run := func(stdout, stderr io.Writer) int {
		cmd := image.Process(t.Context(), container.Start{Command: d.Argv, Env: env, Mounts: mounts})
		cmd.Stdout, cmd.Stderr = stdout, stderr
		err := cmd.Run()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
			require.NoError(t, err)
		}
		return cmd.ProcessState.ExitCode()
	}
	var both, stdout, stderr bytes.Buffer
	status := run(&both, &both) // one pipe, so in the order of writing
	require.Equal(t, status, run(&stdout, &stderr))
	result, err := os.ReadFile(filepath.Join(image.Root, d.Result))
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	return did{status, both.String(), string(result), stdout.String(), stderr.String()}
}

func lastOf(text string, n int) string { return text[max(0, len(text)-n):] }
