// Package container follows the steps of a Dockerfile and starts what they made, on a
// machine without a container engine. It is for tests, and needs root.
//
// An image is a directory. A process in it has that as its root, namespaces of mounts
// and processes of its own, the image's user without capabilities, and, if asked, a
// read-only root with a fresh /tmp. In their place the machine's: the network, its
// names, and /usr of the base image. So it is shown that the steps succeed in their
// order, what they leave in the file system, and how the programs run there. It is not
// shown that an engine reads the file alike, nor how its layers are.
package container

import (
	"context"
	_ "embed"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// Image is a root directory and how its processes begin.
type Image struct {
	// Root is what the image itself has. What it has of the machine comes in when a
	// process is started.
	Root string
	// Machine says that it stands on this machine's /usr, read-only.
	Machine bool
	Env     []string
	User    string // UID:GID; empty is root
	WorkDir string // empty is /
	// Entrypoint and Cmd are what a container is started with.
	Entrypoint, Cmd []string
}

// Start says how a process is started in an image.
type Start struct {
	// Command is the whole command line.
	Command []string
	// Env is added to the image's, and wins.
	Env []string
	// ReadOnly keeps the root from being written to, and gives an empty /tmp.
	ReadOnly bool
	// Mounts are directories and files of this machine, read-only, as SOURCE:TARGET.
	Mounts []string
}

//go:embed container.sh
var script string

// Process is a process that has not begun. It is killed, with all that it began, when
// ctx ends.
func (i Image) Process(ctx context.Context, s Start) *exec.Cmd {
	mode, machine := "rw", "own"
	if s.ReadOnly {
		mode = "ro"
	}
	if i.Machine {
		machine = "machine"
	}
	argv := []string{"-euc", script, "container", i.Root, mode, machine, orElse(i.User, "0:0"), orElse(i.WorkDir, "/")}
	argv = append(append(append(argv, s.Mounts...), "--"), s.Command...)
	cmd := exec.CommandContext(ctx, "/bin/sh", argv...)
	cmd.Env = merged(i.Env, s.Env)
	// The child is process 1: with it the kernel ends all others, and its mounts.
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	return cmd
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// merged has one entry of each name, and of two the later.
func merged(lists ...[]string) []string {
	var all []string
	for _, entry := range slices.Concat(lists...) {
		name, _, _ := strings.Cut(entry, "=")
		all = slices.DeleteFunc(all, func(other string) bool { return strings.HasPrefix(other, name+"=") })
		all = append(all, entry)
	}
	return all
}
