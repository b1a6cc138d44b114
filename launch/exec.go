package launch

import (
	"context"
	"errors"
	"syscall"
)

// ErrNoCommand says that argv is empty.
var ErrNoCommand = errors.New("no command to run")

// Exec replaces this process by the program at path. It returns only when that
// failed: an *Unpassable, a *NotRunnable with what the kernel held against it,
// or ErrNoCommand.
//
// ctx and stop are those of WatchStop. Exec calls stop, and when ctx has ended by
// then it returns the cause and the task is not started. So a signal that is
// there before Exec asks stops us, a later one ends the task or us by itself, and
// none falls between the two.
func Exec(ctx context.Context, stop func(), path string, argv, env []string) error {
	if err := Preflight(argv, env); err != nil {
		return err
	}
	return cannotStart(become(ctx, stop, path, argv, env), path, argv, env)
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
