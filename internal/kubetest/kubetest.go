// Package kubetest gives tests a real Kubernetes API: one cluster for all tests of a
// package, and a namespace for each test.
package kubetest

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/flts-run/flts-run/internal/teststack"
)

// shared is the cluster of the test binary.
var shared struct {
	once    sync.Once
	cluster *teststack.Cluster
	err     error
	dir     string
}

// Main runs the tests of a package and ends the cluster that they may have started. It
// returns the status for os.Exit.
func Main(m *testing.M) int {
	defer func() {
		if shared.cluster != nil {
			shared.cluster.Close()
		}
		if shared.dir != "" {
			_ = os.RemoveAll(shared.dir)
		}
	}()
	return m.Run()
}

// Namespace is one that belongs to a test.
type Namespace struct {
	*teststack.Cluster
	T    testing.TB
	Name string
}

// New makes a namespace in the cluster, which starts when the first test asks. The
// package's TestMain must call Main.
func New(t testing.TB) Namespace {
	t.Helper()
	shared.once.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "kubetest"); shared.err == nil {
			// It outlives the test that comes first.
			shared.cluster, shared.err = teststack.Kubernetes(context.WithoutCancel(t.Context()), shared.dir)
		}
	})
	require.NoError(t, shared.err)
	name, err := shared.cluster.Namespace(t.Context())
	require.NoError(t, err)
	return Namespace{shared.cluster, t, name}
}

// Apply makes or changes objects, as the administrator. NS in the text is the name of
// the namespace.
func (n Namespace) Apply(text string) {
	n.T.Helper()
	require.NoError(n.T, n.Cluster.Apply(n.T.Context(), n.Name, n.In(text)))
}

// In is the text with the name of the namespace for NS. A secret that has these letters
// in it stays as it is.
func (n Namespace) In(text string) string { return placeholder.ReplaceAllLiteralString(text, n.Name) }

var placeholder = regexp.MustCompile(`\bNS\b`)

// Out is the text with NS for the name of the namespace, to be compared.
func (n Namespace) Out(text string) string { return strings.ReplaceAll(text, n.Name, "NS") }

// Kubectl runs it as the administrator in the namespace and returns what it printed.
func (n Namespace) Kubectl(args ...string) string {
	n.T.Helper()
	out, err := n.As(n.Admin(), args...)
	require.NoError(n.T, err)
	return out
}

// As runs kubectl with a kubeconfig in the namespace.
func (n Namespace) As(kubeconfig string, args ...string) (string, error) {
	return n.Cluster.Kubectl(n.T.Context(), kubeconfig, "", append([]string{"--namespace", n.Name}, args...)...)
}

// Eventually waits until kubectl prints that.
func (n Namespace) Eventually(want string, args ...string) {
	n.T.Helper()
	ctx, cancel := context.WithTimeout(n.T.Context(), time.Minute)
	defer cancel()
	for {
		got, err := n.As(n.Admin(), args...)
		if err == nil && strings.TrimSpace(got) == want {
			return
		}
		select {
		case <-ctx.Done():
			require.Equal(n.T, want, strings.TrimSpace(got), "%v\n%v", args, err)
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Status writes the status of an object, as its controller would: a JSON text.
func (n Namespace) Status(kind, name, status string) {
	n.T.Helper()
	n.Kubectl("patch", kind, name, "--subresource=status", "--type=merge", "-p", `{"status":`+n.In(status)+`}`)
}

// Node adds a node that runs the pods of the namespace: the real kubelet, with these
// programs in every image. It needs root.
func (n Namespace) Node(programs ...string) {
	n.T.Helper()
	n.NodeLike(teststack.Node{Programs: programs})
}

// NodeLike adds a node of that kind.
func (n Namespace) NodeLike(node teststack.Node) {
	n.T.Helper()
	node.Name, node.Namespace = "node-of-"+n.Name, n.Name
	d, err := n.StartNode(n.T.Context(), node)
	require.NoError(n.T, err)
	n.T.Cleanup(d.Close)
}

// Reader returns a kubeconfig of a user who may do nothing but what these rules of
// RBAC allow in the namespace, a YAML list: "- {apiGroups: [\"\"], resources: [pods], verbs: [list]}".
func (n Namespace) Reader(name, rules string) string {
	n.T.Helper()
	kubeconfig, err := n.User(name + "-" + n.Name)
	require.NoError(n.T, err)
	if strings.TrimSpace(rules) != "" {
		n.Apply(fmt.Sprintf("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: %s}\nrules:\n%s\n", name, rules))
		n.Kubectl("create", "rolebinding", name, "--role="+name, "--user="+name+"-"+n.Name)
	}
	return kubeconfig
}

// Config is what client-go needs to log in with a kubeconfig.
func Config(t testing.TB, kubeconfig string) *rest.Config {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	require.NoError(t, err)
	return config
}
