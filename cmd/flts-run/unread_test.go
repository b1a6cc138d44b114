package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The task has ended, and nobody reads what it wrote last: a stop still ends us,
// with redaction on as well, and the report says so.
func TestAStopEndsAWriteThatNobodyReads(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("supervise is for Linux")
	}
	for _, redact := range []string{"on", "off"} {
		report, done := filepath.Join(t.TempDir(), "report.json"), filepath.Join(t.TempDir(), "done")
		cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "flts-run"), "exec", "--mode=supervise", "--redact="+redact, "--grace=60s",
			"--check=off", "--print=off", "--report="+report, "--", "sh", "-c", "head -c 100000 /dev/zero; touch "+done)
		cmd.Env = []string{"PATH=/usr/bin:/bin", "APP_ENV=dev", "FLTS_TERMINATION_LOG=none"}
		read, write, err := os.Pipe()
		require.NoError(t, err)
		cmd.Stdout = write
		require.NoError(t, cmd.Start())
		require.NoError(t, write.Close())
		if redact == "on" { // without it the task itself holds the pipe, and waits
			require.Eventually(t, func() bool { _, err := os.Stat(done); return err == nil }, 10*time.Second, 10*time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond) // the task ends a moment after its last word
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
			_ = cmd.Process.Kill()
			require.Fail(t, "it waits for a reader", "redact=%s", redact)
		}
		text, err := os.ReadFile(report)
		require.NoError(t, err)
		if redact == "on" {
			require.Contains(t, string(text), `"unread": true`)
		}
		require.NoError(t, read.Close())
	}
}
