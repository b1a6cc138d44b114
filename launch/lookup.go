package launch

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// defaultPath is where execvp of glibc looks without a PATH. (musl's looks in
// /usr/local/bin before; an image without PATH is rare enough to take the
// shorter list, which POSIX systems agree on.)
const defaultPath = "/bin:/usr/bin"

// Lookup finds the program of a task as execvp does in a process that has this
// environment and this directory ("" is ours): a name with a slash is taken as
// it is, any other is searched on the PATH of env. The path returned holds for
// that directory. The error is a *NotRunnable.
//
// Two differences from os/exec are on purpose. It is the task's PATH and not
// ours. And an empty or relative element means what it means everywhere else in
// the container, the directory; the command is the image author's own, so there
// is nobody to protect from it.
//
// As in a shell and unlike execvp, a file found executable is the answer even
// when its interpreter then turns out to be missing.
func Lookup(program string, env []string, dir string) (path string, err error) {
	if program == "" {
		return "", &NotRunnable{Reason: NotFound, Detail: "the program is an empty word"}
	}
	if strings.Contains(program, "/") {
		if n := unfit(program, program, dir); n != nil {
			return "", n
		}
		return program, nil
	}
	list, found := valueOf(env, "PATH")
	if !found {
		list = defaultPath
	}
	path, first := search(program, list, dir)
	if path != "" {
		return path, nil
	}
	if first != nil {
		return "", first
	}
	missing := &NotRunnable{Program: program, Reason: NotFound, Detail: "searched " + list}
	if list == "" {
		missing.Detail = "searched the current directory: PATH is empty"
	}
	if !found {
		missing.Detail = "PATH is not set; searched " + list
	}
	missing.Instead, _ = search(sibling(program), list, dir)
	return "", missing
}

// search returns the first fit file, or else the first that had the name.
func search(program, list, dir string) (path string, first *NotRunnable) {
	if program == "" {
		return "", nil
	}
	for element := range strings.SplitSeq(list, ":") {
		if element == "" {
			element = "."
		}
		path := strings.TrimSuffix(element, "/") + "/" + program
		n := unfit(program, path, dir)
		if n == nil {
			return path, nil
		}
		if first == nil && n.Reason != NotFound {
			first = n
		}
	}
	return "", first
}

// unfit says why the file at path cannot be started, as far as its name, its
// kind and its permissions tell.
func unfit(program, path, dir string) *NotRunnable {
	real := path
	if dir != "" && !strings.HasPrefix(path, "/") {
		real = dir + "/" + path
	}
	n := &NotRunnable{Program: program, Path: path}
	info, err := os.Stat(real)
	if err != nil {
		n.Reason, n.Detail, n.Err = absent(real, err)
		return n
	}
	if n.Reason, n.Detail = forbidden(real, info); n.Reason != "" {
		return n
	}
	return nil
}

// absent explains a file that cannot be looked at.
func absent(path string, err error) (Reason, string, error) {
	if errors.Is(err, fs.ErrPermission) {
		return Denied, "a directory on the way may not be searched", err
	}
	if target, linkErr := os.Readlink(path); linkErr == nil {
		return NotFound, "it is a symbolic link to " + quoteOdd(target) + ", which does not exist", err
	}
	return NotFound, "", err
}

// sibling is another usual name of a program that images have under one of two.
func sibling(program string) string {
	switch program {
	case "python":
		return "python3"
	case "python3":
		return "python"
	case "pip":
		return "pip3"
	case "bash":
		return "sh"
	}
	return ""
}
