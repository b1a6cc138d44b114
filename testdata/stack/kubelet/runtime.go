package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	apis "k8s.io/cri-api/pkg/apis/testing"
	"k8s.io/kubelet/pkg/cri/streaming"
)

// runtime runs containers as processes. What it keeps of pods and containers, and
// lists, is the fake runtime's of Kubernetes' own tests, whose lock guards the states.
type runtime struct {
	*apis.FakeRuntimeService
	settings
	images  *images
	streams streaming.Server

	mu         sync.Mutex
	containers map[string]*container
}

// container is one that was created.
type container struct {
	spec    spec
	log     *containerLog
	process *os.Process   // nil until it was started
	gone    chan struct{} // closed when the process ended and its log is whole
}

// runs reports whether it was started and has not ended.
func (c *container) runs() bool {
	select {
	case <-c.gone:
		return false
	default:
		return c.process != nil
	}
}

func newRuntime(s settings) (*runtime, error) {
	apis.FakeRuntimeName = "process"
	apis.FakePodSandboxIPs = []string{s.podIP}
	r := &runtime{FakeRuntimeService: apis.NewFakeRuntimeService(), settings: s, images: newImages(s), containers: map[string]*container{}}
	r.FakeStatus = &cri.RuntimeStatus{Conditions: []*cri.RuntimeCondition{
		{Type: cri.RuntimeReady, Status: true},
		{Type: cri.NetworkReady, Status: true},
	}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	config := streaming.DefaultConfig
	config.Addr = listener.Addr().String()
	if r.streams, err = streaming.NewServer(config, r.asStreams()); err != nil {
		return nil, err
	}
	go func() { _ = http.Serve(listener, r.streams) }() // until the process ends
	return r, nil
}

// CreateContainer prepares the container and starts nothing.
func (r *runtime) CreateContainer(ctx context.Context, sandbox string, config *cri.ContainerConfig, pod *cri.PodSandboxConfig) (string, error) {
	id, err := r.FakeRuntimeService.CreateContainer(ctx, sandbox, config, pod)
	if err != nil {
		return "", err
	}
	logPath := filepath.Join(pod.LogDirectory, config.LogPath)
	log, err := openLog(logPath)
	if err != nil {
		return "", err
	}
	c := &container{spec: r.specOf(config, pod), log: log, gone: make(chan struct{})}
	c.spec.Root = filepath.Join(r.dir, "containers", id)
	r.mu.Lock()
	r.containers[id] = c
	r.mu.Unlock()
	r.change(id, func(s *cri.ContainerStatus) { s.LogPath, s.Mounts = logPath, config.Mounts })
	return id, nil
}

// StartContainer returns when the program of the container runs, or why it cannot.
func (r *runtime) StartContainer(ctx context.Context, id string) error {
	c, err := r.container(id)
	if err != nil {
		return err
	}
	wait, err := c.start()
	if err != nil {
		close(c.gone)
		r.change(id, func(s *cri.ContainerStatus) {
			s.State, s.StartedAt, s.FinishedAt = cri.ContainerState_CONTAINER_EXITED, time.Now().UnixNano(), time.Now().UnixNano()
			s.ExitCode, s.Reason, s.Message = 128, "StartError", err.Error()
		})
		return err
	}
	if err := r.FakeRuntimeService.StartContainer(ctx, id); err != nil {
		return err
	}
	go func() {
		code := wait()
		r.change(id, func(s *cri.ContainerStatus) {
			s.State, s.FinishedAt, s.ExitCode, s.Reason = cri.ContainerState_CONTAINER_EXITED, time.Now().UnixNano(), int32(code), "Completed"
			if code != 0 {
				s.Reason = "Error"
			}
		})
		close(c.gone)
	}()
	return nil
}

// StopContainer asks, waits for so many seconds, and then insists.
func (r *runtime) StopContainer(_ context.Context, id string, timeout int64) error {
	c, err := r.container(id)
	if err != nil || !c.runs() {
		return err
	}
	_ = c.process.Signal(syscall.SIGTERM)
	select {
	case <-c.gone:
	case <-time.After(time.Duration(timeout) * time.Second):
		_ = c.process.Kill()
		<-c.gone
	}
	return nil
}

// StopPodSandbox stops what still runs of the pod.
func (r *runtime) StopPodSandbox(ctx context.Context, sandbox string) error {
	left, err := r.ListContainers(ctx, &cri.ContainerFilter{PodSandboxId: sandbox})
	if err != nil {
		return err
	}
	for _, c := range left {
		if err := r.StopContainer(ctx, c.Id, 0); err != nil {
			return err
		}
	}
	return r.FakeRuntimeService.StopPodSandbox(ctx, sandbox)
}

// RemoveContainer forgets the container; the kubelet removes its log.
func (r *runtime) RemoveContainer(ctx context.Context, id string) error {
	if err := r.StopContainer(ctx, id, 0); err != nil {
		return err
	}
	r.mu.Lock()
	if c, ok := r.containers[id]; ok {
		_ = c.log.file.Close()
		delete(r.containers, id)
	}
	r.mu.Unlock()
	return r.FakeRuntimeService.RemoveContainer(ctx, id)
}

func (r *runtime) container(id string) (*container, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.containers[id]
	if !ok {
		return nil, fmt.Errorf("container %q not found", id)
	}
	return c, nil
}

// change changes the status that the fake runtime keeps.
func (r *runtime) change(id string, how func(*cri.ContainerStatus)) {
	r.Lock()
	defer r.Unlock()
	if c, ok := r.Containers[id]; ok {
		how(&c.ContainerStatus)
	}
}

// specOf is what a container runtime makes of the request: the image has no entry
// point, and a command that waits.
func (r *runtime) specOf(config *cri.ContainerConfig, pod *cri.PodSandboxConfig) spec {
	security := config.GetLinux().GetSecurityContext()
	s := spec{
		Hostname:   pod.Hostname,
		Resolvconf: resolvconf(pod.DnsConfig),
		Programs:   r.programs,
		Argv:       append(config.Command, config.Args...),
		Env:        []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=" + pod.Hostname},
		Dir:        config.WorkingDir,
	}
	if len(s.Argv) == 0 {
		s.Argv = []string{"sleep", "infinity"}
	}
	s.UID, s.GID = int(security.GetRunAsUser().GetValue()), int(security.GetRunAsGroup().GetValue())
	home := "/" // of a user whom the image does not know
	if s.UID == 0 {
		home = "/root"
	}
	s.Env = append(s.Env, "HOME="+home)
	for _, e := range config.Envs {
		s.set(e.Key, r.reachable(e))
	}
	for _, m := range config.Mounts {
		s.Mounts = append(s.Mounts, mount{From: m.HostPath, To: m.ContainerPath, ReadOnly: m.Readonly})
	}
	s.ReadOnlyRoot = security.GetReadonlyRootfs()
	for _, g := range security.GetSupplementalGroups() {
		s.Groups = append(s.Groups, int(g))
	}
	return s
}

// set has one entry of a name, the last.
func (s *spec) set(name, value string) {
	s.Env = slices.DeleteFunc(s.Env, func(e string) bool { return strings.HasPrefix(e, name+"=") })
	s.Env = append(s.Env, name+"="+value)
}

// reachable has the API where it is. Its Service has an address that leads nowhere
// without a kube-proxy.
func (r *runtime) reachable(e *cri.KeyValue) string {
	host, port, err := net.SplitHostPort(r.apiServer)
	if err != nil {
		return e.Value
	}
	switch e.Key {
	case "KUBERNETES_SERVICE_HOST":
		return host
	case "KUBERNETES_SERVICE_PORT", "KUBERNETES_SERVICE_PORT_HTTPS":
		return port
	}
	return e.Value
}

func resolvconf(c *cri.DNSConfig) string {
	var text strings.Builder
	for _, server := range c.GetServers() {
		fmt.Fprintf(&text, "nameserver %s\n", server)
	}
	if names := c.GetSearches(); len(names) > 0 {
		fmt.Fprintf(&text, "search %s\n", strings.Join(names, " "))
	}
	if options := c.GetOptions(); len(options) > 0 {
		fmt.Fprintf(&text, "options %s\n", strings.Join(options, " "))
	}
	return text.String()
}

// start starts the first process, in namespaces of its own.
func (c *container) start() (wait func() int, err error) {
	cmd := exec.Command("/proc/self/exe", insideContainer)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := launch(cmd, c.spec); err != nil {
		return nil, err
	}
	c.process = cmd.Process
	var logs sync.WaitGroup
	logs.Go(func() { c.log.copy("stdout", stdout) })
	logs.Go(func() { c.log.copy("stderr", stderr) })
	return func() int {
		logs.Wait()
		return exitCode(cmd.Wait())
	}, nil
}

// exitCode is as a shell says it.
func exitCode(err error) int {
	exit, ok := err.(*exec.ExitError)
	if !ok {
		if err != nil {
			return 255
		}
		return 0
	}
	if status := exit.Sys().(syscall.WaitStatus); status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}
