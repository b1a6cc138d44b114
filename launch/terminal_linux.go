//go:build amd64 || arm64

package launch

import (
	"os"
	"syscall"
	"time"
	"unsafe"
)

// terminal is the controlling terminal of our session. It sends Ctrl-C and
// Ctrl-Z to one process group, the foreground, and stops everybody else who
// reads from it. All methods work on nil, which is none.
type terminal struct {
	fd    int
	group int // ours
}

func openTerminal() *terminal {
	fd, err := syscall.Open("/dev/tty", syscall.O_RDWR|syscall.O_CLOEXEC|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil
	}
	return &terminal{fd: fd, group: syscall.Getpgrp()}
}

// whollyOurs reports whether all three streams are the terminal and we are in
// the foreground. Then the task is given it from the start. Otherwise there may
// be others in our group that read from it, like the pager behind a pipe, and
// the task gets it when it asks.
func (t *terminal) whollyOurs() bool {
	if t == nil || t.foreground() != t.group {
		return false
	}
	for fd := range 3 {
		if _, err := foregroundOf(fd); err != nil {
			return false
		}
	}
	return true
}

// foreground is the group that has the terminal.
func (t *terminal) foreground() int {
	group, err := foregroundOf(t.fd)
	if err != nil {
		return 0
	}
	return group
}

// foregroundOf fails for everything but our controlling terminal.
func foregroundOf(fd int) (group int, err error) {
	var id int32
	_, _, errno := syscall.RawSyscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TIOCGPGRP, uintptr(unsafe.Pointer(&id)))
	if errno != 0 {
		return 0, errno
	}
	return int(id), nil
}

// giveTo makes a group the foreground, if it is ours to give.
func (t *terminal) giveTo(group int) bool {
	return t != nil && t.foreground() == t.group && t.set(group)
}

// takeFrom makes us the foreground again, if that group has it.
func (t *terminal) takeFrom(group int) bool {
	return t != nil && t.foreground() == group && t.set(t.group)
}

// set is called on a locked thread. Who is not in the foreground is stopped by
// TTOU for trying, unless it is blocked.
func (t *terminal) set(group int) bool {
	var before uint64
	ttou := bit(syscall.SIGTTOU)
	sigprocmask(&ttou, &before)
	defer sigprocmask(&before, nil)
	id := int32(group)
	_, _, errno := syscall.RawSyscall(syscall.SYS_IOCTL, uintptr(t.fd), syscall.TIOCSPGRP, uintptr(unsafe.Pointer(&id)))
	return errno == 0
}

// taskStopped is called when the task is suspended: by the terminal, by a signal
// that we handed on, or by somebody else, who will wake it too.
func (r *run) taskStopped(by syscall.Signal) {
	r.stopped = true
	wantsTerminal := by == syscall.SIGTTIN || by == syscall.SIGTTOU
	switch {
	case wantsTerminal && r.terminal.giveTo(r.pid):
		r.foreground = true
		r.wake()
	case r.told: // it cannot obey like this
		r.wake()
	case r.terminal.takeFrom(r.pid):
		// Ctrl-Z is for the whole job, and of it the task alone was there.
		r.suspend(true)
	case r.suspending, r.terminal != nil && wantsTerminal:
		r.suspend(false)
	}
}

// terminalBack takes the terminal back from a task that was given it and could
// not be started: its group is gone, and nobody is the foreground.
func (r *run) terminalBack() {
	if r.foreground {
		r.terminal.set(r.terminal.group)
	}
}

// suspend stops us as the task was, so that the shell above knows, and returns
// when we are continued. The kernel does not stop a group that no shell looks
// after, nor process 1; then nobody would ever continue the task, and we do.
func (r *run) suspend(wholeGroup bool) {
	const patience = 100 * time.Millisecond // for the CONT that has woken us
	select {
	case <-r.continued: // an old one
	default:
	}
	var before action
	// The others first, and not us: we would have to be continued twice.
	sigaction(syscall.SIGTSTP, &action{handler: asIgnored}, &before)
	if wholeGroup {
		_ = syscall.Kill(0, syscall.SIGTSTP)
	}
	sigaction(syscall.SIGTSTP, &action{handler: asDefault}, nil)
	// To this thread: it stops before the call returns.
	_ = syscall.Tgkill(os.Getpid(), syscall.Gettid(), syscall.SIGTSTP)
	sigaction(syscall.SIGTSTP, &before, nil)
	select {
	case <-r.continued:
	case <-time.After(patience):
	}
	r.resume()
}

// resume follows a CONT. The shell has made us the foreground before, if the job
// is to be there.
func (r *run) resume() {
	if r.foreground {
		r.terminal.giveTo(r.pid)
	}
	r.wake()
}

func (r *run) wake() {
	r.stopped, r.suspending = false, false
	r.send(syscall.SIGCONT)
}
