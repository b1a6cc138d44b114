//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// behaviour is something that a task may rely on.
type behaviour struct {
	name string
	// stays and stops restrict it to the wrappers that do; root to a user who can
	// make namespaces.
	stays, stops, root bool
	grace              time.Duration // zero is ten seconds
	try                func(*trial) error
}

func (b behaviour) appliesTo(w wrapper) bool {
	return (w.stays || !b.stays) && (w.stops || !b.stops) && (os.Getuid() == 0 || !b.root)
}

// trial is one behaviour tried with one wrapper.
type trial struct {
	ctx    context.Context
	wrap   []string // the words in front of the task
	dir    string   // scratch, and the directory of the task
	marker string   // in the environment of all that is started
}

// try runs a behaviour. Whatever it leaves behind is an error of the wrappers
// that promise to leave nothing, and is ended in any case.
func try(ctx context.Context, b behaviour, w wrapper) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	dir, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	grace := b.grace
	if grace == 0 {
		grace = 10 * time.Second
	}
	t := &trial{ctx: ctx, wrap: w.command(grace), dir: dir, marker: "CONFORMANCE=" + dir}
	// Whoever holds a stream keeps us waiting for it.
	defer context.AfterFunc(ctx, func() { t.endSurvivors() })()
	err = b.try(t)
	if err == nil { // or else that may have ended it
		err = ctx.Err()
	}
	if left := t.endSurvivors(); left > 0 && w.stops && err == nil {
		err = fmt.Errorf("%d processes were left behind", left)
	}
	return err
}

// longest is how long a behaviour may take before it has failed.
const longest = 40 * time.Second

// task is a started wrapper.
type task struct {
	*exec.Cmd
	out     *output
	copying sync.WaitGroup // of a terminal
	done    chan struct{}  // closed when the wrapper is gone and its streams are at their end
}

// start starts the wrapper with a task behind it, in a group of its own.
func (t *trial) start(command ...string) (*task, error) {
	return t.run(append(append([]string{}, t.wrap...), command...))
}

func (t *trial) run(command []string, change ...func(*task)) (*task, error) {
	cmd := exec.CommandContext(t.ctx, command[0], command[1:]...)
	cmd.Dir = t.dir
	cmd.Env = []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent", t.marker,
		"APP_ENV=dev", "FLTS_CHECK=off", "FLTS_PRINT=off", "FLTS_TERMINATION_LOG=none",
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	started := &task{Cmd: cmd, out: newOutput(), done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = started.out, started.out
	for _, c := range change {
		c(started)
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = cmd.Wait() // the state says it all
		started.copying.Wait()
		close(started.done)
	}()
	return started, nil
}

// status waits for the end and returns 128+n for signal n, as a shell does.
func (t *task) status() int {
	<-t.done
	status, _ := t.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

func (t *task) ends(status int) error {
	if got := t.status(); got != status {
		return fmt.Errorf("status %d, not %d; it said %q", got, status, t.out)
	}
	return nil
}

// says waits until the task has written a text, for fifteen seconds at most.
func (t *task) says(text string) error {
	late := time.After(15 * time.Second)
	for {
		more := t.out.more()
		if strings.Contains(t.out.String(), text) {
			return nil
		}
		select {
		case <-more:
		case <-late:
			return fmt.Errorf("it does not say %q, but %q", text, t.out)
		case <-t.done:
			if strings.Contains(t.out.String(), text) {
				return nil
			}
			return fmt.Errorf("it ended (%v) without saying %q, but %q", t.ProcessState, text, t.out)
		}
	}
}

func (t *task) signals(list ...syscall.Signal) error {
	for _, sig := range list {
		if err := t.Process.Signal(sig); err != nil {
			return err
		}
	}
	return nil
}

// output collects what is written and tells who waits for more of it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(text)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// more is closed at the next write; ask for it before looking.
func (o *output) more() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.changed
}

// eventually asks until the answer is no error, for ten seconds at most.
func (t *trial) eventually(ask func() error) error {
	deadline := time.Now().Add(10 * time.Second)
	for {
		err := ask()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		if wait(t.ctx, 10*time.Millisecond) != nil {
			return errors.Join(err, t.ctx.Err())
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
