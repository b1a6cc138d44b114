//go:build peers

package peers_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/flts-run/flts-run/internal/fakedns"
	"github.com/flts-run/flts-run/internal/teststack"
)

// insideVariable tells the test binary that it is inside the pod already.
const insideVariable = "FLTS_PEERS_INSIDE"

// reenter runs this test binary again in namespaces of its own, where it is
// process 1: when it ends, in whatever way, the kernel ends all others there.
func reenter(variables ...string) (status int, err error) {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(append(os.Environ(), insideVariable+"=1"), variables...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	runtime.LockOSThread() // the death signal is sent when the starting thread ends
	defer runtime.UnlockOSThread()
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(1, exit.ExitCode()), nil
	}
	if errors.Is(err, syscall.EPERM) {
		return 1, errors.New("namespaces need root: sudo make test-peers")
	}
	return 0, err
}

// furnish makes of fresh namespaces what clients take for a pod: names, a name
// server, loopback, and all of 10/8 as addresses of this machine.
func furnish(dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	for path, text := range map[string]string{
		"/etc/hosts":       "127.0.0.1 localhost\n::1 localhost\n" + addresses["minio"] + " pinned." + zone + "\n" + addresses["nobody"] + " stale." + zone + "\n",
		"/etc/resolv.conf": "nameserver 127.0.0.1\nsearch " + zone + " svc.cluster.local cluster.local\noptions ndots:5\n",
	} {
		file := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
		if err := unix.Mount(file, path, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount %s: %w", path, err)
		}
	}
	if err := teststack.RaiseLoopback(); err != nil {
		return fmt.Errorf("raise the loopback device: %w", err)
	}
	return serveNames()
}

// addresses are the Services of the pod's namespace, mlops.
var addresses = map[string]string{
	"kubernetes":   "10.96.0.1", // the API server
	"minio":        "10.96.0.10",
	"minio-eu":     "10.96.0.11", // with a region set
	"mlflow":       "10.96.0.20", // as it starts by default: no names allowed
	"mlflow-open":  "10.96.0.21", // every Host allowed, artifacts not served
	"mlflow-login": "10.96.0.22", // basic authentication
	"mlflow-below": "10.96.0.23", // below /mlflow
	"mlflow-files": "10.96.0.24", // artifacts only
	"front":        "10.96.0.30", // nginx
	"gateway":      "10.96.0.31", // the stand-in
	"proxy":        "10.96.0.40", // squid
	"slow":         "10.96.0.50", // the same as others, after three seconds
	"full":         "10.96.0.98", // has no room for connections
	"nobody":       "10.96.0.99", // nothing listens
}

const zone = "mlops.svc.cluster.local"

// serveNames is the name server of the cluster: of its own zone it knows the
// Services, and buckets in front of them, and it knows no other zone. It serves as
// long as the process lives.
func serveNames() error {
	names := fakedns.Zone{
		// Two addresses each, of which the first takes no connections, or is silent.
		"both." + zone + ".":   {Addrs: []string{addresses["nobody"], addresses["minio"]}},
		"silent." + zone + ".": {Addrs: []string{addresses["full"], addresses["minio"]}},
		// The file of hosts says the opposite.
		"pinned." + zone + ".": {Addrs: []string{addresses["nobody"]}},
		"stale." + zone + ".":  {Addrs: []string{addresses["minio"]}},
	}
	for name, address := range addresses {
		names[name+"."+zone+"."] = fakedns.Answer{Addrs: []string{address}}
		names["dataset."+name+"."+zone+"."] = fakedns.Answer{Addrs: []string{address}}
	}
	_, err := fakedns.Start(fakedns.Options{Address: "127.0.0.1:53", Zone: names})
	return err
}
