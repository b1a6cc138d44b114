package main

import (
	"errors"
	"fmt"
	"strings"
)

// Exit statuses of our own; those of errors from a server are submit's.
const (
	statusUsage       = 64
	statusInternal    = 125
	statusInterrupted = 130
)

// failure ends the program: what is wrong, what to type next, and the status.
type failure struct {
	status int
	hint   string
	err    error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(hint, format string, args ...any) error {
	return &failure{status: statusUsage, hint: hint, err: fmt.Errorf(format, args...)}
}

// asFailure gives every error a status. One that comes from nowhere in
// particular is a defect of ours.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var s interface{ Status() int }
	if !errors.As(err, &s) {
		return &failure{status: statusInternal, err: err}
	}
	f = &failure{status: s.Status(), err: err}
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		f.hint = h.Hint()
	}
	return f
}

// refusal is all that is wrong with a command line, and what came of it.
type refusal struct {
	problems []error
	outcome  string // "nothing was sent", or ""
}

func (r *refusal) Error() string {
	texts := make([]string, len(r.problems))
	for i, p := range r.problems {
		texts[i] = p.Error()
	}
	return strings.Join(texts, "; ")
}

// Status is the status of the only problem, or that of wrong usage.
func (r *refusal) Status() int {
	if len(r.problems) == 1 {
		return asFailure(r.problems[0]).status
	}
	return statusUsage
}

// refuse is nil where nothing is wrong.
func refuse(problems []error, outcome string) error {
	if len(problems) == 0 {
		return nil
	}
	return &refusal{problems, outcome}
}

// fail says why the program ends and returns its status.
func (r *runner) fail(err error) int {
	var all *refusal
	if errors.As(err, &all) {
		for _, p := range all.problems {
			f := asFailure(p)
			r.out.Line("error", f.Error(), f.hint)
		}
		if all.outcome != "" {
			r.out.Print(r.out.Program + ": " + all.outcome + "\n")
		}
		return all.Status()
	}
	f := asFailure(err)
	r.out.Line("error", f.Error(), f.hint)
	return f.status
}

// notice says what goes on. Of a run that is watched, the watch says it where there
// is room.
func (r *runner) notice(text string) {
	if r.notices == nil {
		r.out.Line("note", text, "")
		return
	}
	select {
	case r.notices <- text:
	default: // it has more to do than to say what goes on
	}
}
