package main

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
)

// backend is a platform that runs pipelines, as the command line sees it.
type backend struct {
	name string

	// runName is the option of the name of a run. Where that is empty the backend
	// makes one.
	runName option

	// target is what a command line names.
	target func(*settings) submit.Target

	// read reads without a request what a target asks for, which is nil if only
	// the server knows, and its name.
	read func(submit.Target) (f form.Form, name string, err error)

	// open makes the way to the server. It sends nothing.
	open func(context.Context, *settings) (submit.Backend, error)
}

// chosenBackend is the one that the command line wants. Flags of another one, among
// the command's own and those of the connection, are a problem.
func (r *runner) chosenBackend(s *settings, options []option) backend {
	name := s.oneOf(backendOption.as(r.backendNames()...))
	s.onlyFor(name, slices.Concat(options, connectionOptions))
	if s.given(backendOption) {
		r.typedBackend = name
	}
	return r.backends[name]
}

// runsCommands are commands of ours in a hint.
var runsCommands = regexp.MustCompile(`fltsctl runs [a-z]+`)

// withBackend makes what is to be typed next go where this command went: whoever
// typed --backend has no variable that says it.
func (r *runner) withBackend(hint string) string {
	if r.typedBackend == "" || strings.Contains(hint, "--backend") {
		return hint
	}
	return runsCommands.ReplaceAllString(hint, "$0 --backend "+r.typedBackend)
}

func (r *runner) backendNames() []string { return slices.Sorted(maps.Keys(r.backends)) }
