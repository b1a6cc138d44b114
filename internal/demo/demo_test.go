package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flts-run/flts-run/internal/demo/pod"
	"github.com/stretchr/testify/require"
)

func source(t *testing.T) pod.Source {
	t.Helper()
	s, err := pod.FindSource(t.Context())
	require.NoError(t, err)
	return s
}

// README.md shows what is really printed. The whole demo is played for it.
func TestReadmeTranscript(t *testing.T) {
	s := source(t)
	temp := t.TempDir()
	played, err := perform(t.Context(), s, process{path: os.Getenv("PATH"), temp: temp, stdout: io.Discard})
	require.NoError(t, err)
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)

	readme, err := s.File("README.md")
	require.NoError(t, err, "write it with: go run ./internal/demo -readme")
	for _, scene := range quoted {
		from, to, err := block(string(readme), scene)
		require.NoError(t, err)
		require.Equal(t, played.blocks[scene], string(readme[from:to]),
			"README.md does not show what is printed; run: go run ./internal/demo -readme\nor paste behind %s:\n%s", marker(scene), played.blocks[scene])
	}
}

// trigger ends the demo when a text is printed.
type trigger struct {
	text string
	stop context.CancelCauseFunc
	seen bytes.Buffer
}

func (w *trigger) Write(p []byte) (int, error) {
	n, err := w.seen.Write(p)
	if strings.Contains(w.seen.String(), w.text) {
		w.stop(errStopped)
	}
	return n, err
}

var errStopped = errors.New("stopped by the test")

func TestInterruptedDemoCleansUp(t *testing.T) {
	for _, at := range []string{"building", "$ flts-run", "MINIO_ENDPOINT", "read dataset"} {
		t.Run(at, func(t *testing.T) {
			ctx, stop := context.WithCancelCause(t.Context())
			out, temp := &trigger{text: at, stop: stop}, t.TempDir()
			_, err := perform(ctx, source(t), process{path: os.Getenv("PATH"), temp: temp, stdout: out})
			require.ErrorIs(t, err, errStopped)
			require.NotContains(t, out.seen.String(), "held")
			left, err := os.ReadDir(temp)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

func TestBrokenComponentIsNoticed(t *testing.T) {
	built := t.TempDir()
	require.NoError(t, source(t).Build(t.Context(), built))
	// What the component of the real checkout does is right; these are not.
	for _, c := range []struct{ name, from, to, want string }{
		{"a wrong mean", "up[hour] / n[hour]", "up[hour]", "scene success: processed-data/elborn/hourly.csv is not what the dataset gives"},
		{"a wrong metric", `"gaps=$gaps"`, `"gaps=0"`, "scene success: the run in MLflow is FINISHED with"},
		{"an open run", `\"FINISHED\"`, `\"RUNNING\"`, "scene success: the run in MLflow is RUNNING"},
		{"no run", "\nanswer=$(mlflow", "\nexit 0\nanswer=$(mlflow", "scene success: MLflow has 0 runs, not 1"},
		{"no gateway", "if request --output /dev/null", "if false", "scene success: nobody read the result through the gateway"},
		{"a refusal of MLflow", "runs/log-metric", "runs/log-nothing", "scene success: the exit status is 22, not 0"},
		{"a failure", "set -eu", "set -eu; exit 3", "scene success: the exit status is 3, not 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			copyOf(t, root, built, c.from, c.to)
			_, err := perform(t.Context(), pod.SourceAt(root), process{path: os.Getenv("PATH"), temp: t.TempDir(), stdout: io.Discard})
			require.ErrorContains(t, err, c.want)
		})
	}
}

// copyOf makes a checkout that has a changed component and an flts-run that is
// already built.
func copyOf(t *testing.T, root, built, from, to string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "testdata", "demo"), 0o755))
	for name, change := range map[string]func(string) string{
		"testdata/demo/elborn.csv": func(text string) string { return text },
		"testdata/demo/component.sh": func(text string) string {
			require.Equal(t, 1, strings.Count(text, from), "the component has another text now: %s", from)
			return strings.Replace(text, from, to, 1)
		},
	} {
		text, err := source(t).File(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(change(string(text))), 0o644))
	}
	makefile := "build:\n\tcp -r " + filepath.Join(built, "bin") + " $(BIN)\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "Makefile"), []byte(makefile), 0o644))
}

func TestUsage(t *testing.T) {
	var stderr bytes.Buffer
	require.Equal(t, 64, run(t.Context(), process{args: []string{"-nonsense"}, stdout: io.Discard, stderr: &stderr}))
	require.Contains(t, stderr.String(), "-readme")
}

func TestMissingCurl(t *testing.T) {
	empty := t.TempDir()
	for _, tool := range []string{"go", "make"} {
		require.NoError(t, os.WriteFile(filepath.Join(empty, tool), []byte("#!/bin/sh\n"), 0o755))
	}
	t.Setenv("PATH", empty)
	var stderr bytes.Buffer
	require.Equal(t, 1, run(t.Context(), process{stdout: io.Discard, stderr: &stderr}))
	require.Equal(t, "demo: error: curl is not installed\ndemo: hint: apt-get install curl\n", stderr.String())
}
