package launch

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTaskIsGivenWhatWeWereGiven(t *testing.T) {
	for name, observed := range map[string]bool{"plain": false, "observed": true} {
		t.Run(name, func(t *testing.T) {
			launcher := builtLauncher(t, observed)
			dir, err := filepath.EvalSymlinks(t.TempDir())
			require.NoError(t, err)
			argv := []string{taskName, "", "-h", "--", "check", "two\nlines", "\xff\xfe", "$HOME", "'\"\\", " ", "--", ""}
			env := []string{
				"Z=last first", "PATH=" + filepath.Dir(launcher), "A=", "BYTES=\xff\n\t", "LAST=1",
			}
			got := runCommand(t, append([]string{launcher, "-busy"}, argv...), func(cmd *exec.Cmd) {
				cmd.Dir, cmd.Env = dir, env
			})
			require.Zero(t, got.status, got.stderr)
			var s seen
			require.NoError(t, json.Unmarshal([]byte(got.stdout), &s))

			require.Equal(t, argv, text(s.Argv))
			require.Equal(t, env, text(s.Env))
			require.Equal(t, dir, s.Dir)
		})
	}
}

// Nothing of us stays: the task has our process id, so under a container runtime it
// is process 1, and a signal to that process is a signal to the task.
func TestTheTaskIsOurProcess(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), builtLauncher(t, true), "sh", "-c", "echo $$; exec sleep 60")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	guard := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer guard.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, strconv.Itoa(cmd.Process.Pid)+"\n", line)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.Error(t, cmd.Wait())
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.Equal(t, syscall.SIGTERM, status.Signal(), "the task's own end, not a status of ours")
}

func text(list [][]byte) []string {
	var words []string
	for _, word := range list {
		words = append(words, string(word))
	}
	return words
}

// With and without a launcher the task must find the same files open, whatever
// else this test itself has inherited. ls is the task, since a Go program opens
// files of its own.
func TestTaskHasOurFilesAndNoMore(t *testing.T) {
	in, out, err := os.Pipe()
	require.NoError(t, err)
	defer func() { _ = in.Close(); _ = out.Close() }()
	list := func(command ...string) []string {
		got := runCommand(t, append(command, "ls", "-l", "/proc/self/fd"), func(cmd *exec.Cmd) {
			cmd.ExtraFiles = []*os.File{in, out}
		})
		require.Zero(t, got.status, got.stderr)
		var files []string
		for line := range strings.Lines(got.stdout) {
			fields := strings.Fields(line)
			if len(fields) < 3 || strings.HasPrefix(fields[len(fields)-1], "/proc/") {
				continue // the total, and what ls looks with
			}
			number, target := fields[len(fields)-3], fields[len(fields)-1]
			if number == "1" || number == "2" {
				target = "pipe of this run"
			}
			files = append(files, number+" "+target)
		}
		return files
	}
	want := list("env")
	require.Subset(t, want, []string{"0 /dev/null", "3 " + link(t, in), "4 " + link(t, out)})
	for _, observed := range []bool{false, true} {
		require.Equal(t, want, list(builtLauncher(t, observed), "-busy"))
	}
}

func link(t *testing.T, file *os.File) string {
	t.Helper()
	target, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(file.Fd())))
	require.NoError(t, err)
	return target
}

func TestTaskHasOurLimits(t *testing.T) {
	script := `umask 027; ulimit -Sn 64; exec "$0" sh -c 'ulimit -Sn; umask'`
	for _, observed := range []bool{false, true} {
		got := runTask(t, "sh", "-c", script, builtLauncher(t, observed))
		require.Equal(t, outcome{stdout: "64\n0027\n"}, got)
	}
}

func TestStatusOfWhatCannotStart(t *testing.T) {
	launcher := builtLauncher(t, true)
	got := runTask(t, launcher, "no-such-program")
	require.Equal(t, 127, got.status)
	require.True(t, strings.HasPrefix(got.stderr, "cannot run no-such-program: not found: searched /"), got.stderr)
	require.Equal(t, 126, runTask(t, launcher, "/").status)
}
