//go:build !linux || !(amd64 || arm64)

package launch

import (
	"context"
	"syscall"
)

func become(ctx context.Context, stop func(), path string, argv, env []string) error {
	stop()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return syscall.Exec(path, argv, env)
}

func ignoredAtStart(syscall.Signal) bool { return false }
