package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/teststack"
)

// doctorPage prepares what doctor.md examines.
func doctorPage(t *testing.T, files string) []string {
	t.Helper()
	require.NoError(t, os.CopyFS(files, os.DirFS("../../testdata/fltsctl/docs/doctor")))
	return clusterOfPage(t, "mlops", files)
}

// clusterOfPage makes a namespace of a real API, with what platform.yaml says and a real
// kubelet that runs flts-run, and returns the environment of the commands.
func clusterOfPage(t *testing.T, namespace, files string) []string {
	t.Helper()
	ns := kubetest.New(t)
	ns.Kubectl("create", "namespace", namespace)
	platform, err := os.ReadFile(filepath.Join(files, "platform.yaml"))
	require.NoError(t, err)
	require.NoError(t, ns.Cluster.Apply(t.Context(), namespace, string(platform)))
	tools := kubectlIn(t, ns)
	build := exec.CommandContext(t.Context(), "make", "-C", "../..", "build-flts-run", "BIN="+tools, "VERSION=v0.0.0-test")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	node, err := ns.StartNode(t.Context(), teststack.Node{Name: "node-of-" + namespace, Namespace: namespace, Programs: []string{filepath.Join(tools, "flts-run")}})
	require.NoError(t, err)
	t.Cleanup(node.Close)
	return []string{"PATH=" + strings.Join([]string{binaries, tools, "/usr/local/bin:/usr/bin:/bin"}, ":"), "HOME=/nonexistent", "KUBECONFIG=" + ns.Admin()}
}

// What differs between two examinations.
var (
	someTime   = regexp.MustCompile(`\b\d+ ms\b`)
	forSeconds = regexp.MustCompile(`\bfor \d+s\b`)
)
