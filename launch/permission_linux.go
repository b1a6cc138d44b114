package launch

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

const modesMatter = true

// longestString is what execve takes as one string: 32 pages with its final NUL.
func longestString() int { return 32*os.Getpagesize() - 1 }

// mayExecute asks for the effective user, as execve will.
func mayExecute(path string) bool {
	const (
		here       = -100  // AT_FDCWD
		effective  = 0x200 // AT_EACCESS
		executable = 1     // X_OK
	)
	return syscall.Faccessat(here, path, executable, effective) == nil
}

func onNoExecMount(path string) bool {
	const noexec = 8 // ST_NOEXEC
	var mount syscall.Statfs_t
	return syscall.Statfs(path, &mount) == nil && mount.Flags&noexec != 0
}

func ownerOf(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf(", owner uid %d gid %d", stat.Uid, stat.Gid)
	}
	return ""
}
