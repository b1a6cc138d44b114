package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/flts-run/flts-run/resolve"
)

// mounts reads what is mounted where; nil where the system does not say.
func (p process) mounts() resolve.Mounts {
	text, err := p.readFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	return resolve.ParseMountinfo(string(text))
}

// readFile reads a file by its absolute path.
func (p process) readFile(name string) ([]byte, error) {
	name = strings.TrimPrefix(path.Clean(name), "/")
	if p.files == nil || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	return fs.ReadFile(p.files, name)
}

// notMounted is the failure of a directory that was named and cannot be used: not
// there, or not to be read.
func notMounted(dir string, err error, mounts resolve.Mounts) error {
	hint := resolve.MountHint(dir)
	var c interface{ Code() string }
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%w%s", err, mounts.About(dir))
	case errors.As(err, &c) && c.Code() == resolve.CodeUnreadable:
		hint = resolve.ReadableHint()
	}
	return misconfigured(hint, err)
}
