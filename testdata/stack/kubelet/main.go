// Kubelet is a node on this machine, for tests: the real kubelet of Kubernetes 1.34
// over a container runtime of our own, whose containers are processes.
//
//	kubelet -name NODE -kubeconfig FILE -dir DIR … (see -help)
//
// Real is all that the kubelet does: environment, envFrom, volumes and their modes,
// probes, restarts and back-off, pulling policies, states, messages and events, logs,
// exec over SPDY and WebSocket, who may use its API. Stand-ins are:
//
//   - the runtime (runtime.go, container.go): a container has its own processes,
//     mounts, host name and root directory, which is put together from this machine's
//     programs, read-only, and empty directories. It has the network of the kubelet,
//     no limits and no terminal. A process that is root has all of root's capabilities;
//   - images (images.go): each is there and is the same, but for those that are said
//     to be missing;
//   - cAdvisor and the container manager, by those of Kubernetes' own tests: there are
//     no statistics, no cgroups and no evictions;
//   - the scheduler and the cloud's controller (node.go): pods of one namespace are
//     bound to this node, and the node gets its address.
//
// It must be root, in PID and mount namespaces of its own: what it mounts and starts
// then ends with it. It ends on TERM.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// settings are what the flags say.
type settings struct {
	name        string
	dir         string
	port        int
	kubeconfig  string // of the node
	controllers string // kubeconfig of the stand-ins for scheduler and cloud
	clientCA    string
	certFile    string
	keyFile     string
	namespace   string
	podIP       string
	dns         string
	apiServer   string
	programs    list
	missing     list
}

// list is a flag that can be given more than once.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == insideContainer {
		become()
	}
	var s settings
	flag.StringVar(&s.name, "name", "", "of the node")
	flag.StringVar(&s.dir, "dir", "", "for all files")
	flag.IntVar(&s.port, "port", 10250, "of the kubelet's API, on 127.0.0.1")
	flag.StringVar(&s.kubeconfig, "kubeconfig", "", "of the user system:node:NAME")
	flag.StringVar(&s.controllers, "controllers", "", "kubeconfig of a user who may bind pods and change nodes")
	flag.StringVar(&s.clientCA, "client-ca", "", "file of the authority whose clients may use the API")
	flag.StringVar(&s.certFile, "cert", "", "file of the API's certificate")
	flag.StringVar(&s.keyFile, "key", "", "file of its key")
	flag.StringVar(&s.namespace, "namespace", "", "whose pods are bound to this node; others name it themselves")
	flag.StringVar(&s.podIP, "pod-ip", "127.0.0.1", "address of every pod")
	flag.StringVar(&s.dns, "dns", "127.0.0.1", "address of the cluster's name server")
	flag.StringVar(&s.apiServer, "api-server", "", "host:port that pods are told for the API")
	flag.Var(&s.programs, "program", "file of this machine that containers have in /usr/local/bin")
	flag.Var(&s.missing, "missing-image", "image that cannot be pulled")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "kubelet: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) error {
	if err := settleIn(); err != nil {
		return err
	}
	runtime, err := newRuntime(s)
	if err != nil {
		return err
	}
	if err := startKubelet(ctx, s, runtime); err != nil {
		return err
	}
	if err := join(ctx, s); err != nil {
		return err
	}
	fmt.Println("node is ready")
	<-ctx.Done()
	return nil
}

// settleIn keeps from the machine what the kubelet does outside of its directory: it
// has mounts of its own, a /proc that shows the processes of its namespace, and a
// place for the links that it makes in /var/log.
func settleIn() error {
	if os.Getpid() != 1 {
		return errors.New("not process 1 of a PID namespace: unshare --pid --mount --fork --kill-child")
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	for _, m := range []struct{ kind, to string }{{"proc", "/proc"}, {"tmpfs", "/var/log"}} {
		if err := unix.Mount(m.kind, m.to, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.to, err)
		}
	}
	return nil
}
