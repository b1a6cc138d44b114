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
stringData: {accesskey: "$user", secretkey: "$password"}
---
apiVersion: v1
kind: Service
metadata: {name: minio-service}
spec: {clusterIP: $address, ports: [{port: 9000}]}
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
	c := kfpCluster{cluster, namespace, store, launcher}
	require.NoError(t, cluster.Apply(ctx, namespace, c.in(kfpNamespace)))

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
	return c
}

// in puts the store's address and its user into the text of objects.
func (c kfpCluster) in(text string) string {
	return strings.NewReplacer("$user", c.store.AccessKey(), "$password", c.store.SecretKey(), "$address", addresses["minio"]).Replace(text)
}

// runner runs pipelines whose images are all the same.
func (c kfpCluster) runner(t *testing.T, image kfprun.Image) kfprun.Runner {
	t.Helper()
	pods, err := kfprun.NewNamespace(kubetest.Config(t, c.Admin()), c.namespace)
	require.NoError(t, err)
	return kfprun.Runner{
		Pods:     pods.Run,
		Holds:    c.launcher.Holds,
		Launcher: c.launcher.Path,
		Metadata: t.TempDir(),
		Root:     "minio://" + artifactBucket + "/v2/artifacts",
		Image:    image,
	}
}

// environmentImage is an image with a virtual environment of this machine.
func environmentImage(t *testing.T, python string) kfprun.Image {
	t.Helper()
	file, err := filepath.EvalSymlinks(python)
	require.NoError(t, err)
	venv, prefix := filepath.Dir(filepath.Dir(python)), filepath.Dir(filepath.Dir(file))
	image := kfprun.Image{
		Environ: map[string]string{"PATH": filepath.Dir(python) + ":/usr/local/bin:/usr/bin:/bin"},
		Mounts:  map[string]string{venv: venv},
	}
	if !strings.HasPrefix(prefix, "/usr") {
		image.Mounts[prefix] = prefix
	}
	return image
}
