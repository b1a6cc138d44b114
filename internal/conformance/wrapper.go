//go:build linux

package main

import (
	"os/exec"
	"time"
)

// wrapper is a program that stands in front of a task.
type wrapper struct {
	name string
	ours bool
	// command makes the words in front of the task. Only ours know a grace.
	command func(grace time.Duration) []string
	// stays says that it stays beside the task. One that becomes the task leaves
	// what its processes do to the task itself.
	stays bool
	// stops says that it ends a task that does not stop, and what tasks leave.
	stops bool
}

func ours(path string) []wrapper {
	supervise := func(redact string) func(time.Duration) []string {
		return func(grace time.Duration) []string {
			return []string{path, "exec", "--mode=supervise", "--redact=" + redact, "--grace=" + grace.String(), "--"}
		}
	}
	return []wrapper{
		{name: "redacting", ours: true, stays: true, stops: true, command: supervise("on")},
		{name: "supervise", ours: true, stays: true, stops: true, command: supervise("off")},
		{name: "exec", ours: true, command: words(path, "exec", "--")},
	}
}

// installed lists the peers that are there. tini is told to be a subreaper and
// to signal the group, which the others do unasked or cannot do.
func installed() []wrapper {
	var found []wrapper
	for _, peer := range [][]string{{"tini", "-s", "-g", "--"}, {"dumb-init", "--"}, {"catatonit", "--"}} {
		if path, err := exec.LookPath(peer[0]); err == nil {
			found = append(found, wrapper{name: peer[0], stays: true, command: words(append([]string{path}, peer[1:]...)...)})
		}
	}
	return found
}

func words(command ...string) func(time.Duration) []string {
	return func(time.Duration) []string { return command }
}
