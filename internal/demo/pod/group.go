package pod

import (
	"context"
	"os/exec"
	"syscall"
	"time"
)

// runGroup runs a command in a process group of its own. When ctx ends, the
// whole group is told to: a component may have a curl running, a make a
// compiler. The end of ctx is the error then.
func runGroup(ctx context.Context, cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 3 * time.Second
	err := cmd.Run()
	if ctx.Err() == nil {
		return err
	}
	if cmd.Process != nil {
		// Whoever did not listen. As a rule nobody is left.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	return context.Cause(ctx)
}
