package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/codescan"
)

// taskName makes this test binary the task: by its name, because nothing else
// about a task's command may be ours.
const taskName = "flts-test-task"

// account is of the codes that the tests of this package got from it.
var account codescan.Account

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == taskName {
		if err := json.NewEncoder(os.Stdout).Encode(seenByTask()); err != nil {
			panic(err)
		}
		return
	}
	flag.Parse()
	status := account.Settle(m.Run(), ".")
	if builtIn != "" {
		_ = os.RemoveAll(builtIn)
	}
	os.Exit(status)
}

// seen is what a task finds of what it was given, in the kernel's words.
type seen struct {
	Argv, Env [][]byte
	Dir       string
}

func seenByTask() seen {
	var s seen
	s.Argv, s.Env = nulTerminated("/proc/self/cmdline"), nulTerminated("/proc/self/environ")
	s.Dir, _ = os.Readlink("/proc/self/cwd")
	return s
}

func nulTerminated(path string) [][]byte {
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	parts := bytes.Split(content, []byte{0})
	return parts[:len(parts)-1]
}

// builtIn is what TestMain removes; only launchers sets it.
var builtIn string

// launchers is where testdata/launcher is built, with the observed start and
// without it, testdata/supervisor, and testdata/sandbox.
var launchers = sync.OnceValues(func() (dir string, err error) {
	dir, err = os.MkdirTemp("", "launch")
	if err != nil {
		return "", err
	}
	builtIn = dir
	if err := os.Chmod(dir, 0o755); err != nil { // for a launcher under another user
		return dir, err
	}
	for _, program := range []struct{ name, flags, source string }{
		{"plain", "-s", "./testdata/launcher"},
		{"observed", "-s -E=flts_given", "./testdata/launcher"},
		{"supervisor", "-s -E=flts_given", "./testdata/supervisor"},
		{"plain-supervisor", "-s", "./testdata/supervisor"},
		{"sandbox", "-s", "./testdata/sandbox"},
	} {
		build := exec.CommandContext(context.Background(), "go", "build", "-ldflags="+program.flags,
			"-o", filepath.Join(dir, program.name), program.source)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return dir, fmt.Errorf("%w\n%s", err, out)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return dir, err
	}
	return dir, os.Symlink(self, filepath.Join(dir, taskName))
})

func builtLauncher(t *testing.T, observed bool) string {
	t.Helper()
	dir, err := launchers()
	require.NoError(t, err)
	if observed {
		return filepath.Join(dir, "observed")
	}
	return filepath.Join(dir, "plain")
}

type outcome struct {
	stdout, stderr string
	status         int
}

func runTask(t *testing.T, command ...string) outcome {
	t.Helper()
	return runCommand(t, command, func(*exec.Cmd) {})
}

func runCommand(t *testing.T, command []string, change func(*exec.Cmd)) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	change(cmd)
	err := cmd.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		require.NoError(t, err)
	}
	account.SawOutput(stderr.String())
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}
