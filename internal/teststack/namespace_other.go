//go:build !linux

package teststack

import (
	"errors"
	"os/exec"
)

func enclose(*exec.Cmd) error {
	return errors.New("teststack: PID namespaces need Linux")
}
