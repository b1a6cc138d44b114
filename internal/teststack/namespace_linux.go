package teststack

import (
	"errors"
	"os/exec"
	"slices"
	"syscall"
)

// enclose gives a command a PID namespace, of which it is the first process: when
// it ends, the kernel ends all that it started, also what left its process group,
// and waits for them. The machine's name is worker there, because answers and logs
// of Airflow have it. It needs root.
func enclose(cmd *exec.Cmd) error {
	if !isRoot() {
		return errors.New("teststack: a PID namespace needs root: sudo make test-peers")
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		return err
	}
	// The numbers in /proc are those of the namespace that mounted it.
	cmd.Args = slices.Concat([]string{"sh", "-c", `mount -t proc proc /proc && echo worker >/proc/sys/kernel/hostname && exec "$@"`, "sh", cmd.Path}, cmd.Args[1:])
	cmd.Path = sh
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS}
	return nil
}
