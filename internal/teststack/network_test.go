//go:build linux

package teststack_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// The API takes no loopback address for an endpoint, and proxies to none. So the test
// runs again where 10/8 is this machine.
func TestServiceProxyReachesAPod(t *testing.T) {
	const inside = "TESTSTACK_NETWORK"
	if os.Getenv(inside) == "" {
		self, err := os.Executable()
		require.NoError(t, err)
		again := exec.CommandContext(t.Context(), self, "-test.run=^TestServiceProxyReachesAPod$", "-test.count=1")
		again.Env = append(os.Environ(), inside+"=1")
		again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
		out, err := again.CombinedOutput()
		require.NoError(t, err, string(out))
		return
	}
	require.NoError(t, teststack.RaiseLoopback())
	const podIP = "10.244.0.1"
	// Pods have the network of this process, which can serve in the place of one.
	listener, err := net.Listen("tcp", podIP+":9000")
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "served "+r.URL.Path)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	c := newNamespace(t, startKubernetes(t))
	node, err := c.StartNode(t.Context(), teststack.Node{Name: "node", Namespace: c.namespace, PodIP: podIP})
	require.NoError(t, err)
	t.Cleanup(node.Close)
	c.apply(`
apiVersion: v1
kind: Pod
metadata: {name: minio, labels: {app: minio}}
spec: {containers: [{name: minio, image: minio, readinessProbe: {httpGet: {port: 9000, path: /ready}, periodSeconds: 1}}]}
---
apiVersion: v1
kind: Service
metadata: {name: minio-service}
spec: {selector: {app: minio}, ports: [{port: 80, targetPort: 9000}]}
`)
	c.eventually(podIP+" true", "get", "endpointslices", "-l", "kubernetes.io/service-name=minio-service", "-o", "jsonpath={.items[*].endpoints[*].addresses[0]} {.items[*].endpoints[*].conditions.ready}")
	require.Equal(t, "served /minio/health/live",
		c.kubectl("get", "--raw", "/api/v1/namespaces/"+c.namespace+"/services/minio-service:80/proxy/minio/health/live"))
}
