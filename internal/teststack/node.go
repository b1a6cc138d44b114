package teststack

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var kubelet = program{name: "kubelet", pkg: ".", ldflags: kubeAPIServer.ldflags}

// Node says how a node is made. Name and Namespace are needed.
type Node struct {
	// Name is of the node, and in its cluster alone.
	Name string
	// Namespace is whose pods it runs, whatever they ask of a node. Pods of others can
	// name it in spec.nodeName.
	Namespace string
	// Programs are files of this machine that every image has in /usr/local/bin.
	// Apart from them it has this machine's /usr, read-only, and little else; more
	// comes in with a hostPath volume.
	Programs []string
	// MissingImages are those that cannot be pulled. Every other image is there.
	MissingImages []string
	// PodIP is the address of every pod. It is one of this machine's, because pods
	// have its network; empty is 127.0.0.1. With that, a Service of the pods gets no
	// endpoints: the API refuses loopback addresses there.
	PodIP string
	// DNS is the name server that pods ask; empty is 127.0.0.1.
	DNS string
}

// StartNode adds a node to the cluster, and returns when it is ready: the real
// kubelet over containers that are processes (see testdata/stack/kubelet). It and all
// its pods end with Close, or when the process that started it ends. It needs root.
func (c *Cluster) StartNode(ctx context.Context, n Node) (*Daemon, error) {
	if !isRoot() {
		return nil, errors.New("teststack: a node needs root, for the mounts of its pods")
	}
	paths, err := Binaries{Progress: os.Stderr}.have(ctx, kubelet)
	if err != nil {
		return nil, err
	}
	dir := c.file("node-" + n.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	flags, err := c.nodeFlags(dir, n)
	if err != nil {
		return nil, err
	}
	var node *Daemon
	err = withFreePorts(func(int) error {
		ports, err := freePorts(1)
		if err != nil {
			return err
		}
		_, port, err := net.SplitHostPort(ports[0])
		if err != nil {
			return err
		}
		cmd := exec.Command(paths[kubelet.name], append(flags, "-port", port)...)
		cmd.Env = []string{"HOME=" + dir, "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
		inNamespaces(cmd)
		node, err = startDaemon(ctx, dir, cmd, func(context.Context) bool {
			log, err := os.ReadFile(daemonLog(dir, cmd))
			return err == nil && bytes.Contains(log, []byte("node is ready\n"))
		})
		return err
	})
	return node, err
}

func (c *Cluster) nodeFlags(dir string, n Node) ([]string, error) {
	kubeconfig, err := c.User("system:node:"+n.Name, "system:nodes")
	if err != nil {
		return nil, err
	}
	certFile, err := c.issue("kubelet-"+n.Name, nil)
	if err != nil {
		return nil, err
	}
	flags := []string{
		"-name", n.Name, "-namespace", n.Namespace, "-dir", dir,
		"-kubeconfig", kubeconfig, "-controllers", c.admin,
		"-client-ca", c.ca.Path, "-cert", certFile, "-key", strings.TrimSuffix(certFile, ".crt") + ".key",
		"-api-server", strings.TrimPrefix(c.host, "https://"),
		"-pod-ip", cmp.Or(n.PodIP, "127.0.0.1"), "-dns", cmp.Or(n.DNS, "127.0.0.1"),
	}
	for _, file := range n.Programs {
		path, err := filepath.Abs(file)
		if err != nil {
			return nil, err
		}
		flags = append(flags, "-program", path)
	}
	for _, image := range n.MissingImages {
		flags = append(flags, "-missing-image", image)
	}
	return flags, nil
}
