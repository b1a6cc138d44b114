//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// terminal starts a command as the leader of a session with a terminal, as
// "docker run -it" does. What is written to keys is typed.
func (t *trial) terminal(command []string) (started *task, keys *os.File, err error) {
	keys, screen, err := openTerminal()
	if err != nil {
		return nil, nil, err
	}
	defer screen.Close()
	started, err = t.run(command, func(task *task) {
		task.Stdin, task.Stdout, task.Stderr = screen, screen, screen
		task.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		// Until nobody has the terminal open any more.
		task.copying.Go(func() { _, _ = io.Copy(task.out, keys) })
	})
	if err != nil {
		keys.Close()
		return nil, nil, err
	}
	return started, keys, nil
}

func openTerminal() (keys, screen *os.File, err error) {
	fd, err := syscall.Open("/dev/ptmx", syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("open /dev/ptmx", err)
	}
	keys = os.NewFile(uintptr(fd), "terminal")
	var locked, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			keys.Close()
			return nil, nil, fmt.Errorf("a terminal: %w", errno)
		}
	}
	screen, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		keys.Close()
	}
	return keys, screen, err
}
