package teststack

import (
	"bufio"
	"io"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// It ends in both ways that we have of ending it, and calls neither an error.
func TestKFPEnds(t *testing.T) {
	paths, err := Binaries{}.have(t.Context(), kfpServer)
	require.NoError(t, err)
	for name, end := range map[string]func(stdin io.Closer, cmd *exec.Cmd) error{
		"with its stdin": func(stdin io.Closer, _ *exec.Cmd) error { return stdin.Close() },
		"on TERM":        func(_ io.Closer, cmd *exec.Cmd) error { return cmd.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), paths[kfpServer.name])
			stdin, err := cmd.StdinPipe()
			require.NoError(t, err)
			stdout, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			line, err := bufio.NewReader(stdout).ReadString('\n')
			require.NoError(t, err)
			require.Regexp(t, `^listening on http://127\.0\.0\.1:\d+\n$`, line)
			require.NoError(t, end(stdin, cmd))
			require.NoError(t, cmd.Wait())
		})
	}
}
