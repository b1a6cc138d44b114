package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/scriptcmd"
)

// What doctor says of a real Kubernetes API, with the real kubectl as its user's tool.
// Each script has a namespace of its own name: mlops-secret in secret.txtar.
func TestDoctorScripts(t *testing.T) {
	cluster := kubetest.New(t)
	tools := t.TempDir()
	require.NoError(t, os.Symlink(cluster.KubectlPath(), filepath.Join(tools, "kubectl")))
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/fltsctl/doctor",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", strings.Join([]string{binaries, tools, os.Getenv("PATH")}, string(os.PathListSeparator)))
			e.Setenv("KUBECONFIG", cluster.Admin())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":          scriptcmd.Exits,
			"secretsmanager": scriptcmd.SecretsManager(),
			"user":           user(cluster),
		},
	})
}

// user NAME logs in as a user of that name from here on, who may do what RBAC says.
func user(cluster kubetest.Namespace) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: user NAME")
		}
		kubeconfig, err := cluster.User(args[0])
		ts.Check(err)
		ts.Setenv("KUBECONFIG", kubeconfig)
	}
}
