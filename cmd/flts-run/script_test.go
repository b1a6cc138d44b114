package main_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/fakevolume"
	"github.com/flts-run/flts-run/internal/scriptcmd"
)

var update = flag.Bool("update", false, "rewrite the goldens in the scripts")

// binaries is the directory of the real flts-run, built as a release is.
var binaries string

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == asLauncher {
		os.Exit(beLauncher(os.Args[1:]))
	}
	os.Exit(withBinary(m))
}

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "flts-run-test")
	if err == nil {
		defer os.RemoveAll(dir)
		build := exec.Command("make", "-C", "../..", "build-flts-run", "BIN="+dir, "VERSION=v0.0.0-test")
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		err = build.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot build flts-run:", err)
		return 1
	}
	binaries = dir
	// Tests inside the package do not see this one.
	_ = os.Setenv("FLTS_RUN_BINARY", filepath.Join(dir, "flts-run"))
	// A task that runs as another user must reach the program and the script's
	// directory.
	_ = os.Chmod(dir, 0o755)
	return m.Run()
}

// The scripts are the specification of the command line.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", binaries+string(os.PathListSeparator)+os.Getenv("PATH"))
			// Nothing of a machine that has a contract or mounts of its own.
			e.Setenv("FLTS_TERMINATION_LOG", "termination-log")
			return errors.Join(os.Chmod(e.WorkDir, 0o755), os.Chmod(filepath.Dir(e.WorkDir), 0o755))
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":          scriptcmd.Await,
			"exits":          scriptcmd.Exits,
			"launcher":       launcher,
			"mount":          mount,
			"names":          names,
			"secretsmanager": scriptcmd.SecretsManager(),
			"services":       services,
			"silence":        silence,
			"steady":         steady,
			"writefile":      scriptcmd.WriteFile,
		},
	})
}

// mount DIR SOURCE puts the files of SOURCE into DIR as the kubelet mounts a
// ConfigMap or a Secret, and as it brings one up to date.
func mount(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mount DIR SOURCE")
	}
	src := ts.MkAbs(args[1])
	entries, err := os.ReadDir(src)
	ts.Check(err)
	data := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(src, e.Name()))
		ts.Check(err)
		data[e.Name()] = string(text)
	}
	ts.Check(fakevolume.Mount(ts.MkAbs(args[0]), data))
}

// services starts the services and sets S3, MLFLOW and GATEWAY to their
// host:port.
func services(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: services")
	}
	s, err := startServices()
	ts.Check(err)
	ts.Defer(s.close)
	ts.Setenv("S3", s.s3)
	ts.Setenv("MLFLOW", s.mlflow)
	ts.Setenv("GATEWAY", s.gateway)
}

// steady FILE replaces what differs between runs: ports, times and durations.
func steady(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: steady stdout|stderr|FILE")
	}
	text := ts.ReadFile(args[0])
	for _, name := range []string{"S3", "MLFLOW", "GATEWAY", "HANG", "DROP"} {
		if v := ts.Getenv(name); v != "" {
			text = strings.ReplaceAll(text, v, name)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("steady"), []byte(steadyText(text)), 0o644))
}
