package main_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/scriptcmd"
)

// What fltsctl manifests writes is given to a real Kubernetes API by the real kubectl,
// which has kustomize in it. Each script makes its namespaces.
func TestManifestsScripts(t *testing.T) {
	cluster := kubetest.New(t)
	installExternalSecrets(t, cluster)
	runOnCluster(t, cluster, "../../testdata/fltsctl/manifests", map[string]func(*testscript.TestScript, bool, []string){
		"exits":     scriptcmd.Exits,
		"writefile": scriptcmd.WriteFile,
	})
}
