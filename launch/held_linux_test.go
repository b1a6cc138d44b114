//go:build amd64 || arm64

package launch

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A signal that would end the task waits until there is a handler for it: a task
// that was just started has none yet.
func TestASignalWaitsForItsHandler(t *testing.T) {
	dir := t.TempDir()
	fifo, file, held := filepath.Join(dir, "orders"), filepath.Join(dir, "endings"), filepath.Join(dir, "held")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	orders, err := os.OpenFile(fifo, os.O_RDWR, 0)
	require.NoError(t, err)
	defer orders.Close()
	_, err = orders.WriteString("1 a changed file\n1 once more\n28 it does no harm\n")
	require.NoError(t, err)
	script := `exec 2>/dev/null; while ! test -s ` + held + `; do sleep 0.05; done; echo starting
trap 'echo reloaded; exit 4' HUP; while :; do sleep 0.05; done`
	got := runTask(t, supervisor(t, "supervisor"), "-orders="+fifo, "-held="+held, file, "sh", "-c", script)
	require.Equal(t, outcome{stdout: "starting\nreloaded\n", status: 4}, got)
	text, err := os.ReadFile(held)
	require.NoError(t, err)
	require.Contains(t, string(text), "hangup\n")
	require.Empty(t, strings.ReplaceAll(string(text), "hangup\n", ""), "the other does no harm")
}

// What waits for a handler that never comes keeps nobody, and does not reach the
// task that is started next.
func TestAHeldSignalIsForgottenWithItsTask(t *testing.T) {
	dir := t.TempDir()
	fifo, file, held := filepath.Join(dir, "orders"), filepath.Join(dir, "endings"), filepath.Join(dir, "held")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	orders, err := os.OpenFile(fifo, os.O_RDWR, 0)
	require.NoError(t, err)
	defer orders.Close()
	_, err = orders.WriteString("1 a changed file\n")
	require.NoError(t, err)
	script := `exec 2>/dev/null; if mkdir ` + filepath.Join(dir, "first") + `; then while ! test -s ` + held + `; do sleep 0.05; done; exit 3; fi
trap 'echo reloaded' HUP; sleep 0.5; sleep 0.5; exit 4`
	began := time.Now()
	got := runTask(t, supervisor(t, "supervisor"), "-runs=2", "-orders="+fifo, "-held="+held, file, "sh", "-c", script)
	require.Equal(t, outcome{status: 4}, got)
	require.Less(t, time.Since(began), 20*time.Second)
	require.Equal(t, []Ending{{Status: 3}, {Status: 4}}, endings(t, file))
}

func TestSignalsDealtWith(t *testing.T) {
	type answer struct {
		set uint64
		ok  bool
	}
	for text, want := range map[string]answer{
		"Name:\tsh\nSigPnd:\t00000000000000ff\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000000002\nSigCgt:\t8000000000000004\nCapInh:\tff\n": {0x8000000000000007, true},
		"SigBlk:\tfffffffe7ffbfeff\nSigIgn:\t2\nSigCgt:\t4\n": {6, true}, // around a fork
		"SigBlk:\t1\nSigIgn:\t2\n":                            {3, false},
		"SigBlk:\t1\nSigIgn:\tx\nSigCgt:\t4\n":                {},
		"":                                                    {},
	} {
		var got answer
		got.set, got.ok = signalsDealtWith([]byte(text))
		require.Equal(t, want, got, text)
	}
}

func FuzzSignalsDealtWith(f *testing.F) {
	f.Add([]byte("SigBlk:\t1\nSigIgn:\t2\nSigCgt:\t4\n"))
	f.Fuzz(func(_ *testing.T, text []byte) { signalsDealtWith(text) })
}
