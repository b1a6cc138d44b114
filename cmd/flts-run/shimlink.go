package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// shimNames reads "sh,python3".
func shimNames(list string) ([]string, error) {
	var names []string
	var errs []error
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == "":
		case strings.ContainsAny(name, "/ \t\n") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-"):
			errs = append(errs, usage("write the names of programs: --shim sh,python3", "--shim %q is no name of a program", name))
		case strings.HasPrefix(name, installedName):
			errs = append(errs, usage("", "--shim %s would be a link to itself", name))
		default:
			names = append(names, name)
		}
	}
	return names, joined(errs...)
}

// usableLinks refuses to put a link where another program is: in /usr/bin the
// shim sh would be the last that this image saw of its shell.
func usableLinks(dir string, names []string) error {
	var errs []error
	for _, name := range names {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) && !isShim(path) {
			errs = append(errs, usage("install into a directory of its own, and put that first in PATH", "%s is another program and is left alone", path))
		}
	}
	return joined(errs...)
}

func linkShim(dir, name string) error {
	temporary := filepath.Join(dir, "."+name+"-"+strconv.Itoa(os.Getpid()))
	if err := os.Symlink(installedName, temporary); err != nil {
		return err
	}
	defer os.Remove(temporary) // when it could not be renamed
	return os.Rename(temporary, filepath.Join(dir, name))
}

// isShim reports whether a path is a link to some flts-run, this one or another.
// A link to one that is not there any more counts.
func isShim(path string) bool {
	target, err := os.Readlink(path)
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		target = real
	}
	return strings.HasPrefix(filepath.Base(target), installedName)
}
