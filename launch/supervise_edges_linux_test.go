//go:build amd64 || arm64

package launch

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// piped is a supervised script whose output passes through us into a pipe that
// the test reads when it likes. It is returned once the script has said "ready"
// on stderr.
type piped struct {
	*exec.Cmd
	stdout io.Reader
	file   string
}

func startPiped(t *testing.T, script string, flags ...string) piped {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	file := filepath.Join(t.TempDir(), "endings")
	args := append(append([]string{"-pipes"}, flags...), file, "sh", "-c", script)
	cmd := exec.CommandContext(ctx, supervisor(t, "supervisor"), args...)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := make([]byte, len("READY\n"))
	_, err = io.ReadFull(stderr, said)
	require.NoError(t, err)
	require.Equal(t, "READY\n", string(said))
	return piped{cmd, stdout, file}
}

// ending waits without reading, so that what is stuck in the pipe stays there.
func (p piped) ending(t *testing.T) Ending {
	t.Helper()
	state, err := p.Process.Wait()
	require.NoError(t, err)
	list := endings(t, p.file)
	require.Len(t, list, 1)
	require.Equal(t, list[0].Status, state.ExitCode())
	return list[0]
}

// stuck is more than fits into the pipe of a reader that does not read, and less
// than fits into all there is: the task can end.
const stuck = 120_000

const writesStuck = "head -c 120000 /dev/zero; echo ready >&2; "

// Nobody reads what the task writes, so that it and our copying are blocked. Our
// signals and the grace are not.
func TestStopWithBlockedOutput(t *testing.T) {
	p := startPiped(t, writesStuck+"exec yes")
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.Equal(t, Ending{Status: 143, Signal: syscall.SIGTERM, StoppedBy: "SIGTERM", Unread: true}, p.ending(t))

	p = startPiped(t, "trap '' TERM; "+writesStuck+"exec yes", "-grace=200ms")
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.Equal(t, Ending{Status: 137, Signal: syscall.SIGKILL, StoppedBy: "SIGTERM", Killed: true, Unread: true}, p.ending(t))
}

// The task has ended, and its last output waits for a reader. That is waited for,
// for as long as nobody wants an end.
func TestLastOutputWaitsForASlowReader(t *testing.T) {
	p := startPiped(t, writesStuck+"exit 3")
	time.Sleep(3 * quiet) // longer than a holder of the pipe would be waited for
	out, err := io.ReadAll(p.stdout)
	require.NoError(t, err)
	require.Equal(t, bytes.Repeat([]byte{0}, stuck), out)
	require.Equal(t, Ending{Status: 3}, p.ending(t))
}

func TestASignalEndsTheWaitForAReader(t *testing.T) {
	for _, sig := range stopSignals() {
		p := startPiped(t, writesStuck+"exit 3", "-grace=10m") // which is not for us
		require.Eventually(t, func() bool { return !hasChild(t, p.Process.Pid) }, 30*time.Second, 10*time.Millisecond)
		require.NoError(t, p.Process.Signal(sig))
		require.Equal(t, Ending{Status: 3, Unread: true}, p.ending(t), signalName(sig))
	}
}

func hasChild(t *testing.T, pid int) bool {
	t.Helper()
	all, err := processes()
	require.NoError(t, err)
	return slices.ContainsFunc(all, func(p process) bool { return p.parent == pid })
}

func TestATaskThatClosesItsOutput(t *testing.T) {
	got, list := supervised(t, "echo first; exec >&-; sleep 0.3; echo last >&2; exit 6", "-pipes")
	require.Equal(t, outcome{stdout: "FIRST\n", stderr: "LAST\n", status: 6}, got)
	require.Equal(t, []Ending{{Status: 6}}, list)
}

// It was told to stop before it was seen to be suspended, and must be woken.
func TestATaskThatIsSuspendedAfterItWasTold(t *testing.T) {
	p := startPiped(t, "trap 'kill -STOP $$; exit 5' TERM; echo ready >&2; while :; do sleep 0.05; done")
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.Equal(t, Ending{Status: 5, StoppedBy: "SIGTERM"}, p.ending(t))
}

// A sandbox that forbids it: orphans go to somebody else. The group of the task is
// ended all the same, and a daemon that holds the pipe is not waited for.
func TestWithoutSubreaper(t *testing.T) {
	dir := t.TempDir()
	file, daemon := filepath.Join(dir, "endings"), filepath.Join(dir, "daemon")
	script := `sleep 30 & setsid sh -c 'echo $$ >"$0"; exec sleep 50' "$0" & while [ ! -s "$0" ]; do sleep 0.05; done; echo last; exit 4`
	got := runTask(t, supervisor(t, "sandbox"), supervisor(t, "supervisor"), "-pipes", file, "sh", "-c", script, daemon)
	pid, err := os.ReadFile(daemon)
	require.NoError(t, err)
	number, err := strconv.Atoi(strings.TrimSpace(string(pid)))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(number, syscall.SIGKILL))
	require.Equal(t, outcome{stdout: "LAST\n", status: 4}, got)
	require.Equal(t, []Ending{{Status: 4, Leftovers: 1}}, endings(t, file))
}
