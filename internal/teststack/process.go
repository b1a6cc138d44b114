package teststack

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a child that ends with us.
type process struct {
	cmd  *exec.Cmd
	gone chan struct{} // closed when it ended and was reaped
}

// startProcess starts cmd from a thread that lives as long as the child: the
// kernel sends the death signal when the starting thread ends, and Go ends
// threads as it likes.
func startProcess(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, gone: make(chan struct{})}
	started := make(chan error)
	dieWithParent(cmd)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(p.gone)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("teststack: start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// stop asks, waits, and then insists.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.gone:
		return
	case <-time.After(10 * time.Second):
	}
	p.kill()
}

// kill insists at once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.gone
}
