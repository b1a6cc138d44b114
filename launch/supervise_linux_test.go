//go:build amd64 || arm64

package launch

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a task finds and what becomes of it is tried in internal/conformance, with
// the real flts-run. Here is what only a caller of the package can see.

func supervisor(t *testing.T, name string) string {
	t.Helper()
	dir, err := launchers()
	require.NoError(t, err)
	return filepath.Join(dir, name)
}

// supervised runs a script under the supervisor and returns its endings, without
// their durations.
func supervised(t *testing.T, script string, flags ...string) (outcome, []Ending) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "endings")
	got := runTask(t, append(append([]string{supervisor(t, "supervisor")}, flags...), file, "sh", "-c", script)...)
	return got, endings(t, file)
}

func endings(t *testing.T, file string) []Ending {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var list []Ending
	require.NoError(t, json.Unmarshal(text, &list))
	for i := range list {
		require.Positive(t, list[i].Took)
		list[i].Took = 0
	}
	return list
}

func TestEndings(t *testing.T) {
	const stubborn = `(trap '' TERM; exec sleep 30) & `
	for script, want := range map[string]Ending{
		"true":                           {},
		"exit 9":                         {Status: 9},
		"kill -KILL $$":                  {Status: 137, Signal: syscall.SIGKILL},
		"sleep 30 & exit 1":              {Status: 1, Leftovers: 1},
		"sleep 30 & sleep 30 & exit 1":   {Status: 1, Leftovers: 2},
		stubborn + "sleep 30 & exit 255": {Status: 255, Leftovers: 2, LeftoversKilled: 1},
	} {
		got, list := supervised(t, script, "-grace=300ms")
		require.Equal(t, []Ending{want}, list, script)
		require.Equal(t, want.Status, got.status, script)
	}
}

// The supervisor serves one run after the other: that is how a restart is made.
func TestRunsFollowEachOther(t *testing.T) {
	got, list := supervised(t, "echo run; sleep 30 & exit 3", "-runs=3", "-pipes")
	require.Equal(t, outcome{stdout: "RUN\nRUN\nRUN\n", status: 3}, got)
	one := Ending{Status: 3, Leftovers: 1}
	require.Equal(t, []Ending{one, one, one}, list)
}

func TestOrders(t *testing.T) {
	dir := t.TempDir()
	fifo, file := filepath.Join(dir, "orders"), filepath.Join(dir, "endings")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	orders, err := os.OpenFile(fifo, os.O_RDWR, 0)
	require.NoError(t, err)
	defer orders.Close()
	for _, c := range []struct {
		script, orders, said string
		want                 Ending
	}{
		{
			`trap 'echo reloaded; exit 4' HUP; echo ready >&3; while :; do sleep 0.05; done`, "1 a changed file\n",
			"reloaded\n",
			Ending{Status: 4},
		},
		{
			`trap 'exit 5' TERM; echo ready >&3; while :; do sleep 0.05; done`, "15 a changed file\n15 another\n",
			"",
			Ending{Status: 5, StoppedBy: "a changed file"},
		},
		{
			`trap '' TERM; echo ready >&3; while :; do sleep 0.05; done`, "15 a changed file\n",
			"",
			Ending{Status: 137, Signal: syscall.SIGKILL, StoppedBy: "a changed file", Killed: true},
		},
		{ // whoever signals us after the order wants us to end too
			`trap 'trap "" INT; kill -INT $PPID; sleep 0.1; exit 6' TERM; echo ready >&3; while :; do sleep 0.05; done`, "15 a changed file\n",
			"",
			Ending{Status: 6, StoppedBy: "SIGINT"},
		},
	} {
		ready, task, err := os.Pipe()
		require.NoError(t, err)
		command := []string{supervisor(t, "supervisor"), "-grace=200ms", "-orders=" + fifo, file, "sh", "-c", "exec 2>/dev/null; " + c.script}
		go func() {
			_, _ = ready.Read(make([]byte, 10))
			_, _ = orders.WriteString(c.orders) // or the run times out
		}()
		got := runCommand(t, command, func(cmd *exec.Cmd) { cmd.ExtraFiles = []*os.File{task} })
		require.NoError(t, task.Close())
		require.NoError(t, ready.Close())
		require.Equal(t, outcome{stdout: c.said, status: c.want.Status}, got, c.script)
		require.Equal(t, []Ending{c.want}, endings(t, file), c.script)
	}
}

// The two streams stay apart and in order, whatever their size.
func TestOutputsThroughPipes(t *testing.T) {
	got, list := supervised(t, `i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; printf 'a\rb\377\000' >&2; exit 6`, "-pipes")
	var want strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&want, "LINE %d\n", i)
	}
	require.Equal(t, want.String(), got.stdout)
	require.Equal(t, strings.ToUpper("a\rb\377\000"), got.stderr)
	require.Equal(t, []Ending{{Status: 6}}, list)
}

// The pipe of a task is as blocking as any, or large outputs would fail.
func TestPipesBlock(t *testing.T) {
	got, _ := supervised(t, `cat /proc/self/fdinfo/1 | grep flags`, "-pipes")
	var flags int
	_, err := fmt.Sscanf(got.stdout, "FLAGS: %o", &flags)
	require.NoError(t, err, got)
	require.Zero(t, flags&syscall.O_NONBLOCK)
}

// Who holds a pipe and is no process of the task does not keep us for long, and
// what was written before comes out.
func TestAHeldPipe(t *testing.T) {
	var out strings.Builder
	o, err := openOutputs(Task{Stdout: &out})
	require.NoError(t, err)
	held, err := syscall.Dup(o.stdout.into)
	require.NoError(t, err)
	defer syscall.Close(held)
	require.Equal(t, []uintptr{0, uintptr(o.stdout.into), 2}, o.files())
	_, err = syscall.Write(o.stdout.into, []byte("last words"))
	require.NoError(t, err)
	o.started()
	o.finish()
	select {
	case <-o.drained():
	case <-time.After(20 * time.Second):
		require.Fail(t, "it waits for the holder")
	}
	require.Equal(t, "last words", out.String())
}

// One that goes on writing does not either.
func TestAPipeThatIsWrittenToForEver(t *testing.T) {
	var out strings.Builder
	o, err := openOutputs(Task{Stdout: &out})
	require.NoError(t, err)
	held, err := syscall.Dup(o.stdout.into)
	require.NoError(t, err)
	size := o.stdout.size()
	o.started()
	writing := make(chan struct{})
	go func() {
		defer close(writing)
		for err == nil {
			_, err = syscall.Write(held, []byte("one more line of somebody else\n"))
		}
	}()
	o.finish()
	select {
	case <-o.drained():
	case <-time.After(20 * time.Second):
		require.Fail(t, "it waits for the holder")
	}
	<-writing // its pipe is closed
	require.NoError(t, syscall.Close(held))
	require.Equal(t, syscall.EPIPE, err)
	require.LessOrEqual(t, out.Len(), size+2*pieceSize)
}

// A task whose output nobody takes has the error that it would have without us.
func TestNobodyReads(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	file := filepath.Join(t.TempDir(), "endings")
	cmd := exec.CommandContext(ctx, supervisor(t, "supervisor"), "-pipes", file, "yes")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = stdout.Read(make([]byte, 10))
	require.NoError(t, err)
	require.NoError(t, stdout.Close())
	_ = cmd.Wait() // the endings say it
	require.Equal(t, []Ending{{Status: 141, Signal: syscall.SIGPIPE}}, endings(t, file))
}

func TestSupervisedCannotStart(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "script")
	require.NoError(t, os.WriteFile(script, []byte("#!/no/such/interpreter\n"), 0o755))
	for _, flags := range [][]string{nil, {"-pipes"}} {
		got := runTask(t, append(append([]string{supervisor(t, "supervisor")}, flags...), filepath.Join(dir, "endings"), script)...)
		require.Equal(t, 127, got.status)
		require.Contains(t, got.stderr, "the interpreter of the script is missing")
	}
}

// Without the observed start less is known of what was given, and what the
// package documentation says of Exec holds.
func TestSupervisedPlainStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "endings")
	got := statusUnder(t, "env", "--ignore-signal=HUP,TERM", supervisor(t, "plain-supervisor"), file)
	require.Equal(t, statusUnder(t, "env", "--ignore-signal=HUP")[1], got[1])
}

func TestSupervisedSignalState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "endings")
	for _, parent := range [][]string{
		{"env"},
		{"env", "--ignore-signal=HUP"},
		{"env", "--ignore-signal=TERM,PIPE,USR1,TSTP,TTOU,XFSZ,40", "--block-signal=USR2,TERM,CHLD,SEGV,45"},
	} {
		want := statusUnder(t, parent...)
		require.Equal(t, want, statusUnder(t, append(parent, supervisor(t, "supervisor"), file)...), parent)
	}
}
