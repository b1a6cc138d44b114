package main_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/scriptcmd"
)

var update = flag.Bool("update", false, "rewrite the goldens in the scripts")

// binaries is the directory of the real fltsctl, built as a release is.
var binaries string

func TestMain(m *testing.M) { os.Exit(withBinary(m)) }

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "fltsctl-test")
	if err == nil {
		defer os.RemoveAll(dir)
		build := exec.Command("make", "-C", "../..", "build-fltsctl", "BIN="+dir, "VERSION=v0.0.0-test")
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		err = build.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot build fltsctl:", err)
		return 1
	}
	binaries = dir
	return kubetest.Main(m)
}

// The scripts are the specification of the command line.
func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../../testdata/kfp/pipelines")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/fltsctl",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", binaries+string(os.PathListSeparator)+os.Getenv("PATH"))
			e.Setenv("USER", "ada")
			e.Setenv("SAMPLES", samples)
			e.Values[kfpKey{}] = &kfpServer{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"arrived":        arrived,
			"await":          scriptcmd.Await,
			"exits":          scriptcmd.Exits,
			"kfp":            kfp,
			"report":         report,
			"secretsmanager": scriptcmd.SecretsManager(),
			"sent":           sent,
			"steady":         steady,
			"writefile":      scriptcmd.WriteFile,
		},
	})
}
