package teststack_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

func startKubernetes(t *testing.T) *teststack.Cluster {
	t.Helper()
	c, err := teststack.Kubernetes(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// cluster is one that a test of its own namespace talks to as the administrator.
type cluster struct {
	*teststack.Cluster
	t         *testing.T
	namespace string
}

func newNamespace(t *testing.T, c *teststack.Cluster) cluster {
	t.Helper()
	namespace, err := c.Namespace(t.Context())
	require.NoError(t, err)
	return cluster{c, t, namespace}
}

// apply makes the objects.
func (c cluster) apply(text string) {
	c.t.Helper()
	require.NoError(c.t, c.Apply(c.t.Context(), c.namespace, text))
}

// kubectl runs it as the administrator in the namespace.
func (c cluster) kubectl(args ...string) string {
	c.t.Helper()
	out, err := c.as(c.Admin(), args...)
	require.NoError(c.t, err)
	return out
}

func (c cluster) as(kubeconfig string, args ...string) (string, error) {
	return c.Kubectl(c.t.Context(), kubeconfig, "", append([]string{"--namespace", c.namespace}, args...)...)
}

// eventually waits for what kubectl prints.
func (c cluster) eventually(want string, args ...string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	for {
		got, err := c.as(c.Admin(), args...)
		if err == nil && strings.TrimSpace(got) == want {
			return
		}
		select {
		case <-ctx.Done():
			require.Equal(c.t, want, strings.TrimSpace(got), "%v\n%v", args, err)
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// One cluster serves all of it.
func TestKubernetes(t *testing.T) {
	c := startKubernetes(t)
	for name, test := range map[string]func(cluster){
		"version":               versionIsSaid,
		"RBAC":                  whoMayNotIsRefused,
		"service accounts":      serviceAccountsLogIn,
		"unknown token":         unknownTokenIsRefused,
		"admission":             podsGetTheirServiceAccount,
		"controllers":           deploymentGetsEndpoints,
		"no loopback endpoints": loopbackEndpointsAreRefused,
		"apply":                 applyTakesAway,
		"deletion":              namespaceGoes,
	} {
		t.Run(name, func(t *testing.T) { test(newNamespace(t, c)) })
	}
}

func versionIsSaid(c cluster) {
	require.Contains(c.t, c.kubectl("version"), "Server Version: v1.34.1\n")
}

func whoMayNotIsRefused(c cluster) {
	ann, err := c.User("ann", "data-science")
	require.NoError(c.t, err)
	_, err = c.as(ann, "get", "secrets")
	require.ErrorContains(c.t, err, `secrets is forbidden: User "ann" cannot list resource "secrets" in API group "" in the namespace "`+c.namespace+`"`)

	c.kubectl("create", "role", "reader", "--verb=list", "--resource=secrets")
	c.kubectl("create", "rolebinding", "reader", "--role=reader", "--group=data-science")
	c.kubectl("create", "secret", "generic", "flts-secrets")
	out, err := c.as(ann, "get", "secrets", "-o", "name")
	require.NoError(c.t, err)
	require.Equal(c.t, "secret/flts-secrets\n", out)
	_, err = c.as(ann, "get", "configmaps")
	require.ErrorContains(c.t, err, "is forbidden")
}

func serviceAccountsLogIn(c cluster) {
	c.kubectl("create", "serviceaccount", "pipeline-runner")
	c.kubectl("create", "rolebinding", "view", "--clusterrole=view", "--serviceaccount="+c.namespace+":pipeline-runner")
	runner, err := c.ServiceAccount(c.t.Context(), c.namespace, "pipeline-runner")
	require.NoError(c.t, err)
	name := "system:serviceaccount:" + c.namespace + ":pipeline-runner"
	out, err := c.as(runner, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
	require.NoError(c.t, err)
	require.Equal(c.t, name, out)
	require.Equal(c.t, "yes\n", c.kubectl("auth", "can-i", "get", "configmaps", "--as", name))
	out, err = c.as(c.Admin(), "auth", "can-i", "get", "secrets", "--as", name)
	require.Error(c.t, err)
	require.Equal(c.t, "no\n", out)
}

func unknownTokenIsRefused(c cluster) {
	stranger, err := c.WithToken("stranger", "no-such-token")
	require.NoError(c.t, err)
	_, err = c.as(stranger, "get", "pods")
	require.ErrorContains(c.t, err, "You must be logged in to the server")
}

const waitingPod = `
apiVersion: v1
kind: Pod
metadata: {name: task}
spec: {containers: [{name: main, image: task}]}
`

func podsGetTheirServiceAccount(c cluster) {
	c.apply(waitingPod)
	require.Equal(c.t, "default Pending kube-root-ca.crt",
		c.kubectl("get", "pod", "task", "-o", "jsonpath={.spec.serviceAccountName} {.status.phase} {.spec.volumes[0].projected.sources[1].configMap.name}"))
}

// The pods of a Deployment are there, and one whose status says that it is ready is
// an endpoint of their Service.
func deploymentGetsEndpoints(c cluster) {
	c.apply(`
apiVersion: v1
kind: Node
metadata: {name: elsewhere}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: minio}
spec:
  replicas: 1
  selector: {matchLabels: {app: minio}}
  template:
    metadata: {labels: {app: minio}}
    spec: {nodeName: elsewhere, containers: [{name: minio, image: minio}]}
---
apiVersion: v1
kind: Service
metadata: {name: minio-service}
spec: {selector: {app: minio}, ports: [{port: 9000}]}
`)
	endpoints := []string{"get", "endpointslices", "-l", "kubernetes.io/service-name=minio-service", "-o", "jsonpath={.items[*].endpoints[*].addresses[0]} {.items[*].endpoints[*].conditions.ready}"}
	c.eventually("Pending", "get", "pods", "-l", "app=minio", "-o", "jsonpath={.items[*].status.phase}")
	pod := c.kubectl("get", "pods", "-l", "app=minio", "-o", "name")
	patch := func(ready string) {
		c.kubectl("patch", strings.TrimSpace(pod), "--subresource=status", "-p",
			`{"status": {"phase": "Running", "podIP": "10.244.0.7", "podIPs": [{"ip": "10.244.0.7"}], "conditions": [{"type": "Ready", "status": "`+ready+`"}]}}`)
	}
	patch("False")
	c.eventually("10.244.0.7 false", endpoints...)
	patch("True")
	c.eventually("10.244.0.7 true", endpoints...)
	c.eventually("1", "get", "deployment", "minio", "-o", "jsonpath={.status.readyReplicas}")
}

func loopbackEndpointsAreRefused(c cluster) {
	err := c.Apply(c.t.Context(), c.namespace, `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: gateway, labels: {kubernetes.io/service-name: gateway}}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [{addresses: [127.0.0.1]}]
`)
	require.ErrorContains(c.t, err, "may not be in the loopback range")
}

func applyTakesAway(c cluster) {
	c.apply(`{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {MINIO_ENDPOINT: "minio:9000", MINIO_SECURE: "false"}}`)
	c.apply(`{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {MINIO_ENDPOINT: "minio:9001"}}`)
	require.JSONEq(c.t, `{"MINIO_ENDPOINT": "minio:9001"}`, c.kubectl("get", "configmap", "flts-config", "-o", "jsonpath={.data}"))
}

func namespaceGoes(c cluster) {
	c.apply(waitingPod)
	c.kubectl("delete", "namespace", c.namespace, "--wait=false")
	c.eventually("", "get", "namespace", c.namespace, "--ignore-not-found")
}

// A test that is killed runs no cleanup; the cluster and its nodes must end all the
// same.
func TestClusterDiesWithItsParent(t *testing.T) {
	if dir := os.Getenv("TESTSTACK_ORPHAN_CLUSTER"); dir != "" {
		c, err := teststack.Kubernetes(t.Context(), dir)
		require.NoError(t, err)
		namespace, err := c.Namespace(t.Context())
		require.NoError(t, err)
		_, err = c.StartNode(t.Context(), teststack.Node{Name: "node", Namespace: namespace})
		require.NoError(t, err)
		alone := cluster{c, t, namespace}
		alone.apply(`{apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {containers: [{name: main, image: task, command: [sh, -c, "while :; do sleep 60; done", "` + dir + `"]}]}}`)
		alone.eventually("Running", "get", "pod", "task", "-o", "jsonpath={.status.phase}")
		require.NoError(t, os.WriteFile(filepath.Join(dir, "running"), nil, 0o600))
		select {} // until we are killed
	}
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	parent := exec.CommandContext(t.Context(), self, "-test.run=^TestClusterDiesWithItsParent$")
	parent.Env = append(os.Environ(), "TESTSTACK_ORPHAN_CLUSTER="+dir)
	require.NoError(t, parent.Start())
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(dir, "running"))
		return err == nil
	}, 3*time.Minute, 50*time.Millisecond)
	// etcd, the API server, the controllers, the kubelet and the task are told this
	// directory.
	require.Len(t, processesThatName(t, dir), 5)

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	require.Eventually(t, func() bool { return len(processesThatName(t, dir)) == 0 }, 10*time.Second, 50*time.Millisecond)
}

// processesThatName are the command lines that have a text in them.
func processesThatName(t *testing.T, text string) (lines []string) {
	t.Helper()
	found, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, file := range found {
		line, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(line), text) {
			lines = append(lines, string(line))
		}
	}
	return lines
}
