package main_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kubetest"
)

// manifestsPage is the environment of manifests.md: a real API, with kubectl.
func manifestsPage(t *testing.T) []string {
	t.Helper()
	cluster := kubetest.New(t)
	installExternalSecrets(t, cluster)
	tools := kubectlIn(t, cluster)
	return []string{"PATH=" + strings.Join([]string{binaries, tools, "/usr/local/bin:/usr/bin:/bin"}, ":"), "HOME=/nonexistent", "KUBECONFIG=" + cluster.Admin()}
}

// installExternalSecrets makes the API know ExternalSecrets.
func installExternalSecrets(t *testing.T, cluster kubetest.Namespace) {
	t.Helper()
	file, err := filepath.Abs("../../testdata/manifests/externalsecrets.yaml")
	require.NoError(t, err)
	cluster.Kubectl("apply", "--server-side", "-f", file)
	cluster.Kubectl("wait", "--for=condition=Established", "crd/externalsecrets.external-secrets.io")
}
