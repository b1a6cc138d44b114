package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/launch"
)

// wrappedVariable is set for every task that flts-run starts. A shim that finds
// it goes straight to its program: the configuration of what runs above it is
// resolved, checked and in the environment.
const wrappedVariable = "FLTS_WRAPPED"

// shimmed returns the name of the program that we are to stand in front of, and
// "" when we were called as ourselves. A shim is a link of another name to the
// file that runs.
func (p process) shimmed() string {
	// A login shell is called "-sh".
	called, own := strings.TrimPrefix(filepath.Base(p.name), "-"), filepath.Base(p.program)
	if p.name == "" || p.program == "" || called == own || strings.HasPrefix(called, installedName) {
		return ""
	}
	return called
}

// runShim does for "sh -c …" what "flts-run exec -- sh -c …" does, with the
// program of that name that comes next on the PATH.
func runShim(ctx context.Context, p process, name string) int {
	dirs, shims := p.searched(name)
	path, err := p.next(name, dirs)
	if err == nil {
		p.environ = p.withPath(append(dirs, shims...))
		// The path and not the name is its first word: Python looks for its
		// library beside the program that the first word names, and by the name
		// alone it would find the shim.
		task := append([]string{path}, p.args...)
		if p.variable(wrappedVariable) == "" && !installs(name, p.args) {
			p.name, p.args = "", append([]string{"exec", "--"}, task...)
			return run(ctx, p)
		}
		err = p.become(ctx, func() {}, path, task, p.environ)
	}
	f := asFailure(err)
	newSpeaker(p.stderr).fail(f)
	return f.status
}

// searched are the directories of PATH, and apart from them those in which the name is
// a shim, whichever flts-run it belongs to, so that two of them cannot call each other
// for ever.
func (p process) searched(name string) (dirs, shims []string) {
	list := p.variable("PATH")
	if list == "" {
		return nil, nil
	}
	for dir := range strings.SplitSeq(list, ":") {
		if isShim(filepath.Join(dir, name)) {
			shims = append(shims, dir)
		} else {
			dirs = append(dirs, dir)
		}
	}
	return dirs, shims
}

// next finds the program that a shim hides.
func (p process) next(name string, dirs []string) (string, error) {
	switch {
	case p.variable("PATH") == "":
		return launch.Lookup(name, nil, p.dir)
	case len(dirs) == 0:
		return "", &launch.NotRunnable{Program: name, Reason: launch.NotFound, Detail: "every directory of PATH has only the shim"}
	}
	return launch.Lookup(name, []string{"PATH=" + strings.Join(dirs, ":")}, p.dir)
}

// withPath is the environment with another PATH, if it has one. The shims stand last in
// it: what the program starts, as the python3 behind a sh, is found without a start of
// ours in between, and flts-run is found there too.
func (p process) withPath(dirs []string) []string {
	environ := slices.Clone(p.environ)
	if i := slices.IndexFunc(environ, func(entry string) bool { return strings.HasPrefix(entry, "PATH=") }); i >= 0 && len(dirs) > 0 {
		environ[i] = "PATH=" + strings.Join(dirs, ":")
	}
	return environ
}

// variable is what getenv would answer.
func (p process) variable(name string) string {
	for _, entry := range p.environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// installs reports whether a call of Python prepares the container rather than
// being the task: lightweight components of Kubeflow Pipelines install packages
// first, and the services need not be there for that.
func installs(program string, args []string) bool {
	if !strings.HasPrefix(program, "python") {
		return false
	}
	for i := 0; i < len(args); i++ {
		option, module := args[i], ""
		switch {
		case option == "-W" || option == "-X":
			i++ // its value
			continue
		case option == "-m" && i+1 < len(args):
			module = args[i+1]
		case strings.HasPrefix(option, "-m"):
			module = option[2:]
		case strings.HasPrefix(option, "-") && option != "-" && option != "-c":
			continue
		}
		return slices.Contains([]string{"pip", "venv", "ensurepip"}, module)
	}
	return false
}
