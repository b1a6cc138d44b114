package teststack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/tlskit"
)

// Of the nested module kubernetes.
var (
	etcd           = program{name: "etcd", module: "kubernetes", pkg: "go.etcd.io/etcd/server/v3"}
	kubeAPIServer  = kubernetesProgram("kube-apiserver")
	kubeController = kubernetesProgram("kube-controller-manager")
	kubectl        = kubernetesProgram("kubectl")

	kubernetesPrograms = []program{etcd, kubeAPIServer, kubeController, kubectl}
)

// kubernetesProgram is one that says its version, of which a build from a module
// knows nothing.
func kubernetesProgram(name string) program {
	const set = "-X k8s.io/component-base/version."
	return program{
		name: name, module: "kubernetes", pkg: "k8s.io/kubernetes/cmd/" + name,
		ldflags: set + "gitVersion=v1.34.1 " + set + "gitMajor=1 " + set + "gitMinor=34",
	}
}

// Cluster is a running Kubernetes 1.34: etcd, kube-apiserver with RBAC, and of the
// controllers those that controllers lists. There is no node, so that a pod stays
// Pending, unless Node adds one or a test writes the pod's status itself. It serves
// until Close, or until the process that started it ends. Namespaces keep tests
// apart, so one cluster serves all tests of a package.
type Cluster struct {
	dir     string
	host    string
	kubectl string
	ca      *tlskit.Authority
	admin   string // kubeconfig
	api     *http.Client
	parts   []*Daemon // in the order of their start
}

// controllers make what a test would else have to: the service account and the CA
// bundle of a new namespace, the pods of a Deployment or Job, the endpoints of a
// Service (for pods whose Node there is), the rules of the cluster role view; and they
// empty a namespace that is deleted. Those that act on nodes are left out.
var controllers = strings.Join([]string{
	"serviceaccount-controller", "root-ca-certificate-publisher-controller", "namespace-controller",
	"deployment-controller", "replicaset-controller", "job-controller", "cronjob-controller",
	"endpoints-controller", "endpointslice-controller", "garbage-collector-controller", "clusterrole-aggregation-controller",
}, ",")

// Kubernetes starts a cluster with its files below dir, and returns when a pod could
// be made in the namespace default. What has to be built first is announced on
// stderr.
func Kubernetes(ctx context.Context, dir string) (*Cluster, error) {
	paths, err := Binaries{Progress: os.Stderr}.have(ctx, kubernetesPrograms...)
	if err != nil {
		return nil, err
	}
	var c *Cluster
	err = withFreePorts(func(attempt int) error {
		c, err = startKubernetes(ctx, paths, filepath.Join(dir, fmt.Sprintf("kubernetes-%d", attempt)))
		return err
	})
	return c, err
}

// withFreePorts starts again where another process took a port between our asking for
// a free one and the server's use of it.
func withFreePorts(start func(attempt int) error) (err error) {
	for attempt := range 5 {
		err = start(attempt + 1)
		if err == nil || !strings.Contains(err.Error(), "address already in use") {
			return err
		}
	}
	return err
}

func startKubernetes(ctx context.Context, paths map[string]string, dir string) (_ *Cluster, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	ports, err := freePorts(3)
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, host: "https://" + ports[0], kubectl: paths[kubectl.name]}
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	if err := c.certify(); err != nil {
		return nil, err
	}
	for _, start := range []func() error{
		func() error { return c.startStore(ctx, paths[etcd.name], ports[1], ports[2]) },
		func() error { return c.startAPIServer(ctx, paths[kubeAPIServer.name], ports[0], ports[1]) },
		func() error { return c.startControllers(ctx, paths[kubeController.name]) },
	} {
		if err := start(); err != nil {
			return nil, err
		}
	}
	return c, c.waitNamespace(ctx, "default")
}

// startStore starts etcd, which need not survive us.
func (c *Cluster) startStore(ctx context.Context, binary, client, peer string) error {
	cmd := exec.Command(binary, "--data-dir", filepath.Join(c.dir, "etcd"), "--unsafe-no-fsync", "--log-level=error",
		"--listen-client-urls=http://"+client, "--advertise-client-urls=http://"+client,
		"--listen-peer-urls=http://"+peer, "--initial-advertise-peer-urls=http://"+peer, "--initial-cluster=default=http://"+peer)
	return c.start(ctx, cmd, func(ctx context.Context) bool { return answersOK(ctx, "http://"+client+"/health") })
}

func (c *Cluster) startAPIServer(ctx context.Context, binary, address, store string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	cmd := exec.Command(binary, "--etcd-servers=http://"+store,
		"--bind-address=127.0.0.1", "--secure-port="+port,
		// Else it looks for a route to the outside. Nothing is sent there.
		"--advertise-address=192.0.2.1", "--service-cluster-ip-range="+serviceRange,
		"--cert-dir="+c.dir, "--tls-cert-file="+c.file("apiserver.crt"), "--tls-private-key-file="+c.file("apiserver.key"),
		"--client-ca-file="+c.ca.Path, "--authorization-mode=Node,RBAC",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file="+c.file("tokens.crt"), "--service-account-signing-key-file="+c.file("tokens.key"),
		"--kubelet-certificate-authority="+c.ca.Path, "--kubelet-client-certificate="+c.file("kubelet-client.crt"), "--kubelet-client-key="+c.file("kubelet-client.key"),
		"--kubelet-preferred-address-types=InternalIP", "--allow-privileged")
	return c.start(ctx, cmd, func(ctx context.Context) bool { return c.call(ctx, http.MethodGet, "/readyz", nil, nil) == nil })
}

// serviceRange is where Services get their addresses from. Nothing routes there:
// there is no kube-proxy.
const serviceRange = "10.96.0.0/16"

func (c *Cluster) startControllers(ctx context.Context, binary string) error {
	kubeconfig, err := c.User("system:kube-controller-manager")
	if err != nil {
		return err
	}
	cmd := exec.Command(binary, "--kubeconfig="+kubeconfig, "--controllers="+controllers, "--leader-elect=false",
		"--use-service-account-credentials", "--root-ca-file="+c.ca.Path, "--service-account-private-key-file="+c.file("tokens.key"),
		"--bind-address=127.0.0.1", "--secure-port=0", "--kube-api-qps=500", "--kube-api-burst=500")
	return c.start(ctx, cmd, func(context.Context) bool { return true })
}

// start has the part run in an environment of its own, so that a proxy of the
// developer changes nothing.
func (c *Cluster) start(ctx context.Context, cmd *exec.Cmd, ready func(context.Context) bool) error {
	cmd.Env = []string{"HOME=" + c.dir, "PATH=/usr/bin:/bin"}
	part, err := startDaemon(ctx, c.dir, cmd, ready)
	if err != nil {
		return err
	}
	c.parts = append(c.parts, part)
	return nil
}

// waitNamespace waits until the controllers have made in a namespace what a pod
// needs.
func (c *Cluster) waitNamespace(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	base := "/api/v1/namespaces/" + name
	for {
		err := errors.Join(
			c.call(ctx, http.MethodGet, base+"/serviceaccounts/default", nil, nil),
			c.call(ctx, http.MethodGet, base+"/configmaps/kube-root-ca.crt", nil, nil))
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("teststack: namespace %s is not ready: %w\n%s", name, err, c.LogTail())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (c *Cluster) file(name string) string { return filepath.Join(c.dir, name) }

// LogTail is the end of what each part wrote.
func (c *Cluster) LogTail() string {
	var text strings.Builder
	for _, part := range c.parts {
		fmt.Fprintf(&text, "%s:\n%s\n", part.name, part.LogTail())
	}
	return text.String()
}

// Close ends the cluster, the last part first.
func (c *Cluster) Close() {
	for i := len(c.parts) - 1; i >= 0; i-- {
		c.parts[i].Close()
	}
}
