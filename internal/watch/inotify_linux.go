package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
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
	if err := errors.Join(n.add(), silent(dirs)); err != nil {
		_ = n.events.Close()
		return nil, err
	}
	return n, nil
}

// silent names a directory of a file system that is changed from elsewhere: the
// kernel tells of what is done here alone. Sandboxes (gVisor, Kata) mount the
// kubelet's volumes so.
func silent(dirs []string) error {
	for _, dir := range dirs {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(dir, &fs); err != nil {
			return os.NewSyscallError("statfs", err)
		}
		if name := elsewhere[uint32(fs.Type)]; name != "" {
			return fmt.Errorf("%s is on %s, which others change", dir, name)
		}
	}
	return nil
}

// elsewhere are the file systems that are changed from elsewhere, by the number
// that statfs gives.
var elsewhere = map[uint32]string{
	0x01021997: "9p", 0x65735546: "FUSE or virtiofs", 0x6969: "NFS", 0xfe534d42: "SMB", 0xff534d42: "CIFS", 0x00c36400: "Ceph",
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

// run tells also while a directory is gone, until it is there again.
func (n *notifier) run(ctx context.Context, told chan<- struct{}) {
	defer context.AfterFunc(ctx, func() { _ = n.events.Close() })()
	buffer := make([]byte, 4096) // larger than any event
	for {
		if _, err := n.events.Read(buffer); err != nil {
			return // it is closed
		}
		for n.add() != nil {
			tell(told)
			select {
			case <-time.After(PollEvery):
			case <-ctx.Done():
				return
			}
		}
		tell(told)
	}
}
