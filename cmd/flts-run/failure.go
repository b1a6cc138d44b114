package main

import (
	"errors"
	"fmt"
)

// Exit statuses, as the README lists them.
const (
	statusUsage    = 64  // wrong usage
	statusChanged  = 75  // the configuration changed, and that was to end the task; with the new one it may run
	statusConfig   = 78  // the configuration is invalid or incomplete
	statusInternal = 125 // flts-run itself failed
)

// failure ends the program: what is wrong, what to type next, and the status.
type failure struct {
	status int
	hint   string
	err    error
	said   bool // it was already printed, with more than one line
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(hint, format string, args ...any) error {
	return &failure{status: statusUsage, hint: hint, err: fmt.Errorf(format, args...)}
}

func misconfigured(hint string, err error) error {
	return &failure{status: statusConfig, hint: hint, err: withCode(err)}
}

// withCode puts the finding code behind the text of an error that has one.
func withCode(err error) error {
	var c interface{ Code() string }
	if errors.As(err, &c) && c.Code() != "" {
		return fmt.Errorf("%w %s", err, bracketed(c.Code()))
	}
	return err
}

// asFailure gives every error a status. One that comes from nowhere in
// particular is a defect of ours.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var s interface{ Status() int }
	if errors.As(err, &s) {
		f = &failure{status: s.Status(), err: withCode(err)}
		var h interface{ Hint() string }
		if errors.As(err, &h) {
			f.hint = h.Hint()
		}
		return f
	}
	return &failure{status: statusInternal, err: err}
}
