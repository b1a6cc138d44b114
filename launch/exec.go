package launch

import (
	"errors"
	"syscall"
)

// ErrNoCommand says that argv is empty.
var ErrNoCommand = errors.New("no command to run")

// Exec replaces this process by the program at path. It returns only when that
// failed: an *Unpassable, a *NotRunnable with what the kernel held against it,
// or ErrNoCommand.
func Exec(path string, argv, env []string) error {
	if err := Preflight(argv, env); err != nil {
		return err
	}
	return cannotStart(become(path, argv, env), path, argv, env)
}

// cannotStart finds out why the kernel has refused to.
func cannotStart(err error, path string, argv, env []string) error {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err
	}
	if errno == syscall.E2BIG {
		return tooLarge(path, argv, env)
	}
	return diagnose(argv[0], path, errno)
}
