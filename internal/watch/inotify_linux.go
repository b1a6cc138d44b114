package watch

import (
	"context"
	"os"
	"syscall"
)

// notifier is told by the kernel.
type notifier struct {
	events *os.File
	fd     int
	dirs   []string
}

// notifying fails where the kernel has no inotify, or the user has all that he may
// have: 128 of them on most systems, for all containers of one user together.
func notifying(dirs []string) (*notifier, error) {
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	n := &notifier{events: os.NewFile(uintptr(fd), "inotify"), fd: fd, dirs: dirs}
	if err := n.add(); err != nil {
		_ = n.events.Close()
		return nil, err
	}
	return n, nil
}

// add is done again after each event: a directory that was replaced is another one
// for the kernel, and the same one once more is no harm. Reading the files, as we
// do ourselves, is none of the events.
func (n *notifier) add() error {
	const changes = syscall.IN_CREATE | syscall.IN_DELETE | syscall.IN_MOVED_FROM | syscall.IN_MOVED_TO |
		syscall.IN_CLOSE_WRITE | syscall.IN_DELETE_SELF | syscall.IN_MOVE_SELF
	for _, dir := range n.dirs {
		if _, err := syscall.InotifyAddWatch(n.fd, dir, changes); err != nil {
			return os.NewSyscallError("inotify_add_watch", err)
		}
	}
	return nil
}

// run goes on by polling when a directory is gone.
func (n *notifier) run(ctx context.Context, told chan<- struct{}) {
	defer context.AfterFunc(ctx, func() { _ = n.events.Close() })()
	buffer := make([]byte, 4096) // larger than any event
	for {
		if _, err := n.events.Read(buffer); err != nil {
			return // it is closed
		}
		err := n.add()
		tell(told)
		if err != nil {
			_ = n.events.Close()
			poll(ctx, told)
			return
		}
	}
}
