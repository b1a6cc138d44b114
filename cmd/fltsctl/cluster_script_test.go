package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kubetest"
)

// runOnCluster runs the scripts of a directory against a real Kubernetes API, as its
// administrator, with the real kubectl.
func runOnCluster(t *testing.T, cluster kubetest.Namespace, dir string, commands map[string]func(*testscript.TestScript, bool, []string)) {
	t.Helper()
	tools := kubectlIn(t, cluster)
	testscript.Run(t, testscript.Params{
		Dir:           dir,
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", strings.Join([]string{binaries, tools, os.Getenv("PATH")}, string(os.PathListSeparator)))
			e.Setenv("KUBECONFIG", cluster.Admin())
			return nil
		},
		Cmds: commands,
	})
}

// kubectlIn makes a directory with kubectl in it.
func kubectlIn(t *testing.T, cluster kubetest.Namespace) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Symlink(cluster.KubectlPath(), filepath.Join(dir, "kubectl")))
	return dir
}
