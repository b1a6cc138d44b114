package main_test

import (
	"bufio"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TERM while a service is waited for ends with 143 at once, and the task never
// starts.
func TestStopBeforeTheTaskStarts(t *testing.T) {
	for sig, status := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130} {
		cmd, _, said := waitingRun(t)
		require.NoError(t, cmd.Process.Signal(sig))
		begin := time.Now()
		rest := drain(said)
		_ = cmd.Wait()
		require.Equal(t, status, cmd.ProcessState.ExitCode(), rest)
		require.Less(t, time.Since(begin), 10*time.Second, "it does not wait for the service any longer")
		require.Contains(t, rest, "stopped by "+map[syscall.Signal]string{syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT"}[sig])
		require.NotContains(t, rest, "the task runs")
	}
}

// A service that starts late is waited for, and that is said.
func TestWaitsForAServiceThatStartsLate(t *testing.T) {
	cmd, address, said := waitingRun(t)
	l, err := net.Listen("tcp", address)
	require.NoError(t, err)
	defer l.Close()
	rest := drain(said)
	require.NoError(t, cmd.Wait(), rest)
	require.Regexp(t, `pass  db  dials in .* \(.*, waited \d+\.\d s\)`, rest)
	require.Contains(t, rest, "the task runs")
}

// waitingRun starts flts-run with a service that does not listen, and returns
// when it says that it waits.
func waitingRun(t *testing.T) (cmd *exec.Cmd, address string, said *bufio.Scanner) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address = l.Addr().String()
	require.NoError(t, l.Close())
	cmd = exec.CommandContext(t.Context(), filepath.Join(binaries, "flts-run"), "exec", "--wait=60s",
		"--contract=../../testdata/contracts/database.yaml", "--param=db="+address, "--", "sh", "-c", "echo the task runs >&2")
	cmd.Env = []string{"PATH=/usr/bin:/bin", "APP_ENV=dev", "FLTS_TERMINATION_LOG=none"}
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said = bufio.NewScanner(stderr)
	for said.Scan() {
		if strings.HasPrefix(said.Text(), "flts-run: waiting up to 1m0s for db: connection refused at "+address) {
			return cmd, address, said
		}
	}
	require.Fail(t, "flts-run did not say that it waits")
	return nil, "", nil
}

func drain(s *bufio.Scanner) string {
	var b strings.Builder
	for s.Scan() {
		b.WriteString(s.Text() + "\n")
	}
	return b.String()
}
