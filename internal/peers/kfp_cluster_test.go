//go:build peers

package peers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kfprun"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/teststack"
)

// kfpCluster is a cluster that runs pipelines: the real API and kubelet, KFP's launcher
// in each pod, and the real MinIO for artifacts.
type kfpCluster struct {
	*teststack.Cluster
	namespace string
	store     *teststack.Server
	launcher  teststack.KFPLauncher
}

// kfpNamespace is what an installation of KFP has in the namespace of a user. The
// launcher finds its store by the variables that Kubernetes makes of the Service.
const kfpNamespace = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: pipeline-runner}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: pipeline-runner}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: pipeline-runner}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: pipeline-runner}
subjects: [{kind: ServiceAccount, name: pipeline-runner}]
---
apiVersion: v1
kind: Secret
metadata: {name: mlpipeline-minio-artifact}
stringData: {accesskey: "ACCESS_KEY", secretkey: "SECRET_KEY"}
---
apiVersion: v1
kind: Service
metadata: {name: minio-service}
spec: {clusterIP: ADDRESS, ports: [{port: 9000}]}
`

const artifactBucket = "mlpipeline"

// startKFPCluster starts it with images that have these virtual environments.
func startKFPCluster(t *testing.T, pythons ...string) kfpCluster {
	ctx := t.Context()
	store, err := teststack.MinIO(ctx, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(store.Close)
	require.NoError(t, store.MakeBucket(ctx, artifactBucket))
	relay(t, addresses["minio"]+":9000", store.Endpoint())

	launcher, err := teststack.Binaries{}.KFPLauncher(ctx)
	require.NoError(t, err)
	cluster, err := teststack.Kubernetes(ctx, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	namespace, err := cluster.Namespace(ctx)
	require.NoError(t, err)
	require.NoError(t, cluster.Apply(ctx, namespace, strings.NewReplacer(
		"ACCESS_KEY", store.AccessKey(), "SECRET_KEY", store.SecretKey(), "ADDRESS", addresses["minio"]).Replace(kfpNamespace)))

	programs := []string{os.Getenv(binaryVariable)}
	for _, python := range pythons {
		// The kubelet's containers have this machine's /usr, but for /usr/local/bin.
		if file, err := filepath.EvalSymlinks(python); err == nil && filepath.Dir(file) == "/usr/local/bin" {
			programs = append(programs, file)
		}
	}
	node, err := cluster.StartNode(ctx, teststack.Node{Name: "kfp", Namespace: namespace, Programs: programs})
	require.NoError(t, err)
	t.Cleanup(node.Close)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(node.LogTail())
		}
	})
	return kfpCluster{cluster, namespace, store, launcher}
}

// runner runs pipelines of which every image has the virtual environment.
func (c kfpCluster) runner(t *testing.T, python string) kfprun.Runner {
	t.Helper()
	pods, err := kfprun.NewNamespace(kubetest.Config(t, c.Admin()), c.namespace)
	require.NoError(t, err)
	file, err := filepath.EvalSymlinks(python)
	require.NoError(t, err)
	mounts := []string{filepath.Dir(filepath.Dir(python))}
	if prefix := filepath.Dir(filepath.Dir(file)); !strings.HasPrefix(prefix, "/usr") {
		mounts = append(mounts, prefix)
	}
	return kfprun.Runner{
		Pods:     pods.Run,
		Holds:    c.launcher.Holds,
		Launcher: c.launcher.Path,
		Metadata: t.TempDir(),
		Root:     "minio://" + artifactBucket + "/v2/artifacts",
		Image: kfprun.Image{
			Environ: map[string]string{"PATH": filepath.Dir(python) + ":/usr/local/bin:/usr/bin:/bin"},
			Mounts:  mounts,
		},
	}
}
