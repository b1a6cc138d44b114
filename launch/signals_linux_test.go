//go:build amd64 || arm64

package launch

import (
	"bufio"
	"context"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// signalLines is what the kernel says of a process's signals.
func signalLines(status string) []string {
	var lines []string
	for line := range strings.Lines(status) {
		if strings.HasPrefix(line, "SigBlk:") || strings.HasPrefix(line, "SigIgn:") || strings.HasPrefix(line, "SigCgt:") {
			lines = append(lines, strings.Join(strings.Fields(line), " "))
		}
	}
	return lines
}

func statusUnder(t *testing.T, parent ...string) []string {
	t.Helper()
	got := runTask(t, append(parent, "cat", "/proc/self/status")...)
	require.Zero(t, got.status, got.stderr)
	lines := signalLines(got.stdout)
	require.Len(t, lines, 3)
	return lines
}

func TestSignalsSurviveAnObservedStart(t *testing.T) {
	launcher := builtLauncher(t, true)
	for _, parent := range [][]string{
		{"env"},
		{"env", "--ignore-signal=TERM"},
		{"env", "--ignore-signal=PIPE,CHLD,XFSZ", "--block-signal=USR1"},
		{"env", "--ignore-signal=HUP,INT,QUIT,TERM", "--block-signal=TERM,CHLD,SEGV,PROF"},
		{"env", "--ignore-signal", "--block-signal"}, // every one there is
	} {
		want := statusUnder(t, parent...)
		require.Equal(t, want, statusUnder(t, append(parent, launcher)...), parent)
		require.Equal(t, want, statusUnder(t, append(parent, launcher, "-busy", "-again")...), parent)
	}
}

// As posix_spawn of glibc starts programs. The runtime needs the second signal itself, to
// reach its threads, up to the moment when we become the task.
func TestSignalsOfTheCLibrarySurvive(t *testing.T) {
	for _, sig := range []syscall.Signal{32, 33} {
		var before action
		require.Zero(t, sigaction(sig, &action{handler: asIgnored}, &before))
		t.Cleanup(func() { sigaction(sig, &before, nil) })
	}
	launcher := builtLauncher(t, true)
	want := statusUnder(t, "env")
	require.Equal(t, uint64(1<<31|1<<32), ignored(t, want)&(1<<31|1<<32))
	require.Equal(t, want, statusUnder(t, launcher))
	require.Equal(t, want, statusUnder(t, launcher, "-busy", "-again"))
}

// What is lost without the observed start, as the package documentation says.
func TestSignalsOfAPlainStart(t *testing.T) {
	launcher := builtLauncher(t, false)
	all := statusUnder(t, "env", "--ignore-signal", "--block-signal", launcher)
	const (
		kept      = 1<<0 | 1<<1 | 1<<17 | 1<<19 | 1<<20 | 1<<21 | 1<<33 // HUP INT CONT TSTP TTIN TTOU 34
		ending    = 1<<0 | 1<<1 | 1<<2 | 1<<5 | 1<<14 | 1<<30           // HUP INT QUIT ABRT TERM SYS
		unblocked = ending | 1<<22 | 1<<3 | 1<<4 | 1<<6 | 1<<7 | 1<<10 | 1<<15 | 1<<16 | 1<<26 | 1<<31 | 1<<32 | 1<<33
		unopposed = 1<<8 | 1<<18 // KILL STOP
	)
	blocked := ^uint64(unblocked | unopposed)
	// env cannot set those that the C library keeps for itself; whoever started
	// the tests may have.
	const reserved = 1<<31 | 1<<32 // 32 33
	inherited := ignored(t, statusUnder(t, "env")) & reserved
	require.Equal(t, []string{"SigBlk: " + hex(blocked), "SigIgn: " + hex(kept|inherited), "SigCgt: " + hex(0)}, all)
}

func ignored(t *testing.T, status []string) uint64 {
	t.Helper()
	set, err := strconv.ParseUint(strings.TrimPrefix(status[1], "SigIgn: "), 16, 64)
	require.NoError(t, err)
	return set
}

func hex(set uint64) string {
	const digits = "0123456789abcdef"
	var text [16]byte
	for i := range text {
		text[i] = digits[set>>(60-4*i)&15]
	}
	return string(text[:])
}

// The mark of a parent-death signal is that it comes: the launcher's parent ends
// at once and the task must not outlive it by long.
func TestParentDeathSignalSurvives(t *testing.T) {
	script := `setpriv --pdeathsig KILL "$0" -busy sh -c 'echo ready >&3; exec sleep 60' & read x <&3`
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `mkfifo "$1" && exec 3<>"$1"; `+script, builtLauncher(t, true), t.TempDir()+"/fifo")
	start := time.Now()
	out, err := cmd.CombinedOutput() // returns when the task has let go of stdout
	require.NoError(t, err, "%s", out)
	require.Less(t, time.Since(start), 30*time.Second)
}

// waiting is a launcher that has said that it watches for signals.
func waiting(t *testing.T, command ...string) (signal func(syscall.Signal), goOn func() outcome) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	reader := bufio.NewReader(stdout)
	line, err := reader.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "waiting\n", line)
	return func(sig syscall.Signal) { require.NoError(t, cmd.Process.Signal(sig)) }, func() outcome {
		_, _ = stdin.Write([]byte("\n")) // nobody reads it after a stop
		var rest strings.Builder
		_, err := reader.WriteTo(&rest)
		require.NoError(t, err)
		_ = cmd.Wait() // the state below says it all
		return outcome{rest.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	}
}

func TestStopBeforeTheTask(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{
		"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT, "SIGHUP": syscall.SIGHUP, "SIGQUIT": syscall.SIGQUIT,
	} {
		for _, observed := range []bool{false, true} {
			signal, goOn := waiting(t, builtLauncher(t, observed), "-wait", "echo", "started")
			signal(sig)
			require.Equal(t, outcome{
				stderr: "stopped by " + name + " before the task started\n",
				status: 128 + int(sig),
			}, goOn())
		}
	}
}

func TestNoStopBySignalsMeantToPass(t *testing.T) {
	for _, c := range []struct {
		parent   string
		sig      syscall.Signal
		observed bool
	}{
		{"--ignore-signal=HUP", syscall.SIGHUP, false},
		{"--ignore-signal=INT", syscall.SIGINT, false},
		{"--ignore-signal=HUP", syscall.SIGHUP, true},
		{"--ignore-signal=TERM", syscall.SIGTERM, true},
		{"--ignore-signal=QUIT", syscall.SIGQUIT, true},
	} {
		signal, goOn := waiting(t, "env", c.parent, builtLauncher(t, c.observed), "-wait", "echo", "started")
		signal(c.sig)
		require.Equal(t, outcome{stdout: "started\n"}, goOn(), c)
	}
}

// What the parent blocked still stops us; the task, if there is one, finds it
// blocked (above).
func TestABlockedSignalStopsUs(t *testing.T) {
	for _, observed := range []bool{false, true} {
		signal, goOn := waiting(t, "env", "--block-signal=TERM", builtLauncher(t, observed), "-wait", "echo", "started")
		signal(syscall.SIGTERM)
		require.Equal(t, outcome{stderr: "stopped by SIGTERM before the task started\n", status: 143}, goOn())
	}
}

// Whenever TERM comes, it ends the launcher or the task. The moments are spread
// over a start of a few milliseconds, exec included.
func TestNoSignalIsSwallowed(t *testing.T) {
	const rounds = 200
	var before, after int
	for round := range rounds {
		cmd := exec.CommandContext(t.Context(), builtLauncher(t, true), "sleep", "60")
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(round) * 20 * time.Microsecond)
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		guard := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // the state below says it all
		guard.Stop()
		status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
		require.True(t, ok)
		switch {
		case status.Exited() && status.ExitStatus() == 128+int(syscall.SIGTERM):
			before++
		case status.Signaled() && status.Signal() == syscall.SIGTERM:
			after++
		default:
			require.Fail(t, "swallowed", "round %d: %v", round, cmd.ProcessState)
		}
	}
	t.Logf("%d stopped while watching, %d ended by the signal", before, after)
}

// The hand-over itself, on another thread than the first: the signal comes while
// threads that may be in the runtime's handler are about to be removed by exec. Left to
// the runtime, QUIT would print all goroutines and end us with status 2.
func TestNoSignalIsSwallowedByTheHandOver(t *testing.T) {
	const rounds = 100
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT} {
		var before int
		for round := range rounds {
			said, status := signalledInHandOver(t, sig, time.Duration(round)*4*time.Microsecond)
			switch {
			case status.Exited() && status.ExitStatus() == 128+int(sig):
				require.Contains(t, said, "before the task started")
				before++
			case status.Signaled() && status.Signal() == sig:
				require.Empty(t, said)
			default:
				require.Fail(t, "swallowed", "%s in round %d: %#x %s", signalName(sig), round, status, said)
			}
		}
		t.Logf("%s: %d of %d stopped us, the others were the kernel's", signalName(sig), before, rounds)
	}
}

func signalledInHandOver(t *testing.T, sig syscall.Signal, after time.Duration) (said string, status syscall.WaitStatus) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), builtLauncher(t, true), "-busy", "-say", "sleep", "5")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	_, err = bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	for began := time.Now(); time.Since(began) < after; { // a sleep takes far longer
	}
	require.NoError(t, cmd.Process.Signal(sig))
	_ = cmd.Wait() // the state says it all
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	return stderr.String(), status
}
