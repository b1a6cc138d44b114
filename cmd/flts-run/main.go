// Command flts-run is the first word of a component's container command. It
// resolves the configuration, prints it masked with the origin of every value,
// checks the services behind it, and becomes the task.
//
// Only this file touches the process: everything below it gets the arguments,
// the environment and the streams as values.
package main

import (
	"context"
	"io"
	"io/fs"
	"os"

	"github.com/flts-run/flts-run/launch"
)

// version is set when a release is built.
var version = "dev"

// process is what a command has of the operating system.
type process struct {
	name           string   // under which we were called, the first word
	args           []string // without the program's own name
	environ        []string
	dir            string
	pid, ppid      int
	files          fs.FS  // the root of the file system
	program        string // the path of our own file
	stdout, stderr io.Writer
	// become replaces the process, unless ctx ends before stop returns.
	become func(ctx context.Context, stop func(), path string, argv, env []string) error
}

func main() {
	os.Exit(run(context.Background(), process{
		name:    os.Args[0],
		args:    os.Args[1:],
		environ: os.Environ(),
		dir:     ".",
		pid:     os.Getpid(),
		ppid:    os.Getppid(),
		files:   os.DirFS("/"),
		program: ownProgram(),
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		become:  launch.Exec,
	}))
}

// ownProgram is "" where the system does not say.
func ownProgram() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}
