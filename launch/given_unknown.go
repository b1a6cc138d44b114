//go:build !linux || !(amd64 || arm64)

package launch

import "syscall"

func become(path string, argv, env []string) error {
	return syscall.Exec(path, argv, env)
}

func ignoredAtStart(syscall.Signal) bool { return false }
