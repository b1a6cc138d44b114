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

// What fltsctl manifests writes is given to a real Kubernetes API by the real kubectl,
// which has kustomize in it. Each script makes its namespaces.
func TestManifestsScripts(t *testing.T) {
	cluster := kubetest.New(t)
	tools := t.TempDir()
	require.NoError(t, os.Symlink(cluster.KubectlPath(), filepath.Join(tools, "kubectl")))
	installExternalSecrets(t, cluster)
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/fltsctl/manifests",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", strings.Join([]string{binaries, tools, os.Getenv("PATH")}, string(os.PathListSeparator)))
			e.Setenv("KUBECONFIG", cluster.Admin())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     scriptcmd.Exits,
			"writefile": scriptcmd.WriteFile,
		},
	})
}
