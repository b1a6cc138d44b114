package main_test

import (
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
)

// history is a server on which three runs of the training pipeline were made: one
// that failed, one that was mended, and one that goes on.
type history struct {
	*fakekfp.Server
	mu    sync.Mutex
	clock time.Time // the server reads it too
}

func newHistory() *history {
	h := &history{}
	h.Server = fakekfp.New(fakekfp.Options{Now: h.now})
	return h
}

func (h *history) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *history) set(clock time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = clock
}

// make submits the runs to the server at an address, and says what became of them.
func (h *history) make(t *testing.T, pipeline, host string) {
	now := time.Now()
	submit := func(ago time.Duration, args ...string) string {
		h.set(now.Add(-ago))
		cmd := exec.CommandContext(t.Context(), binaries+"/fltsctl", append([]string{"submit", pipeline, "--host", host, "-o", "id", "--dataset", "ElBorn", "--experiment", "flts"}, args...)...)
		cmd.Env = []string{"HOME=/nonexistent"}
		id, err := cmd.Output()
		require.NoError(t, err)
		return strings.TrimSpace(string(id))
	}
	report := func(id, state string, after time.Duration, tasks ...fakekfp.Task) {
		h.set(h.clock.Add(after))
		require.NoError(t, h.Report(id, fakekfp.Report{State: state, Tasks: tasks}))
	}
	task := func(name, state string, from, to time.Duration) fakekfp.Task {
		task := fakekfp.Task{Name: name, State: state, Started: h.clock.Add(from), Children: []string{"pod-" + name}}
		if to > 0 {
			task.Finished = h.clock.Add(to)
		}
		return task
	}

	failed := submit(3*time.Hour, "--run-name", "step10", "--identifier", "step10-test-001", "--gateway-url", "http://gateway:8000")
	preprocess, train := task("preprocess", "SUCCEEDED", 5*time.Second, 46*time.Second), task("train", "FAILED", 50*time.Second, 363*time.Second)
	train.Error = "main: Error (exit code 1)"
	report(failed, "RUNNING", 2*time.Second)
	report(failed, "FAILED", 363*time.Second, preprocess, train)
	h.SetLog(failed, "pod-train", `flts-run: error: minio: minio-service does not know the access key [FLTS-A01]
flts-run: hint: flts-run explain MINIO_ACCESS_KEY shows all places
F0102 03:10:08 main.go:50] failed to execute component: exit status 77
`)

	good := submit(2*time.Hour, "--run-name", "step10-again", "--identifier", "step10-test-001")
	tasks := []fakekfp.Task{
		task("preprocess", "SUCCEEDED", 5*time.Second, 46*time.Second),
		task("train", "SUCCEEDED", 50*time.Second, 350*time.Second),
		task("evaluate", "SUCCEEDED", 353*time.Second, 365*time.Second),
	}
	report(good, "RUNNING", 2*time.Second)
	report(good, "SUCCEEDED", 363*time.Second, tasks...)

	running := submit(90*time.Minute, "--run-name", "nightly", "--identifier", "nightly")
	tasks = []fakekfp.Task{task("preprocess", "SUCCEEDED", 5*time.Second, 46*time.Second), task("train", "RUNNING", 50*time.Second, 0)}
	report(running, "RUNNING", 2*time.Second, tasks...)
}
