package teststack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Daemon is a running server that has its configuration from the caller. It
// serves until Close, or until the process that started it ends; what that one
// started in turn (workers of MLflow) ends with Close, or with a PID namespace.
type Daemon struct {
	name    string
	log     string
	process *process
}

// startDaemon starts the command in dir, with its output in a log there, and
// returns when ready says so.
func startDaemon(ctx context.Context, dir string, cmd *exec.Cmd, ready func(context.Context) bool) (*Daemon, error) {
	if errors.Is(cmd.Err, exec.ErrNotFound) {
		return nil, fmt.Errorf("teststack: %w", cmd.Err)
	}
	d := &Daemon{name: filepath.Base(cmd.Path)}
	d.log = daemonLog(dir, cmd)
	log, err := os.Create(d.log)
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	defer log.Close()
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if d.process, err = startProcess(cmd); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for !ready(ctx) {
		select {
		case <-d.process.gone:
			return nil, fmt.Errorf("teststack: %s ended: %s\n%s", d.name, d.process.cmd.ProcessState, d.LogTail())
		case <-ctx.Done():
			d.Close()
			return nil, fmt.Errorf("teststack: %s is not ready: %w\n%s", d.name, context.Cause(ctx), d.LogTail())
		case <-time.After(50 * time.Millisecond):
		}
	}
	return d, nil
}

// daemonLog is where the output of such a command goes.
func daemonLog(dir string, cmd *exec.Cmd) string {
	return filepath.Join(dir, filepath.Base(cmd.Path)+".log")
}

// takesConnections is what makes a server ready of which no more is known.
func takesConnections(address string) func(context.Context) bool {
	return func(ctx context.Context) bool {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
		if err != nil {
			return false
		}
		_ = conn.Close()
		return true
	}
}

// LogTail is the end of what the server wrote.
func (d *Daemon) LogTail() string {
	out, err := os.ReadFile(d.log)
	if err != nil {
		return err.Error()
	}
	return tail(out)
}

// Close ends the server.
func (d *Daemon) Close() { d.process.stop() }
