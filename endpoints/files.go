package endpoints

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
)

// maxFile is the largest file that is read: all of them are short.
const maxFile = 1 << 20

// readFile reads a file of the container by its absolute path; ok is false when
// there is none that could be read. A path may lead to a pipe or to the task's
// own stdin, which are left alone.
func (e Env) readFile(name string) (text string, ok bool) {
	if e.Files == nil || !path.IsAbs(name) {
		return "", false
	}
	if info, err := fs.Stat(e.Files, inRoot(name)); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return "", false
	}
	data, err := fs.ReadFile(e.Files, inRoot(name))
	return string(data), err == nil
}

var errNoFile = errors.New("no regular file")

// readRegular reads a file that a variable names. Anything else than a file is an
// error: reading a pipe has no deadline, and nobody may ever write into it.
func readRegular(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errDirectory
	case !info.Mode().IsRegular():
		return nil, errNoFile
	}
	return os.ReadFile(name)
}

// inRoot is an absolute path as package fs writes it.
func inRoot(name string) string {
	if rel := strings.TrimPrefix(path.Clean(name), "/"); rel != "" {
		return rel
	}
	return "."
}
