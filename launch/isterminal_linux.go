package launch

import (
	"io"
	"os"
	"syscall"
	"unsafe"
)

// IsTerminal reports whether what is written to w goes to a terminal, as isatty
// does. The descriptor keeps its flags, which it shares with others.
func IsTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	conn, err := file.SyscallConn()
	if err != nil {
		return false
	}
	is := false
	err = conn.Control(func(fd uintptr) {
		var attributes [64]byte // struct termios has 36 bytes or more
		_, _, errno := syscall.RawSyscall(syscall.SYS_IOCTL, fd, syscall.TCGETS, uintptr(unsafe.Pointer(&attributes)))
		is = errno == 0
	})
	return err == nil && is
}
