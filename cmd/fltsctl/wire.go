package main

import (
	"context"
	"maps"
	"slices"

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
	return r.backends[name]
}

func (r *runner) backendNames() []string { return slices.Sorted(maps.Keys(r.backends)) }
