package submit

import (
	"errors"
	"fmt"
)

// Kind is what sort of failure an Error is, and with it the exit status.
type Kind int

const (
	Unusable    Kind = iota // the server is not there, or answers nonsense
	Refused                 // the credentials were refused, or may not do this
	Invalid                 // what was asked for is wrong, and nothing was sent or changed
	NotFound                // the run, pipeline, experiment or DAG is not there
	Conflict                // it is there already, or in a state that forbids this
	Unsettled               // it may have happened: the connection broke, and the server could not be asked
	Unsupported             // this platform, or this version of it, cannot
)

// Error is a failure with advice. Its text is one line, lower case, and has no
// secret and no body of a server in it but for messages that are known to be safe.
type Error struct {
	Kind    Kind
	Message string
	Advice  string // what to type next, or ""
	Code    string // finding code, "FLTS-A13", or ""
	Err     error  // cause, for errors.Is; not in the text
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Err }

// Hint is what to type next.
func (e *Error) Hint() string { return e.Advice }

// Status is the exit status of a command that ends with it.
func (e *Error) Status() int {
	switch e.Kind {
	case Invalid, Unsupported:
		return 64
	case Refused:
		return 77
	case NotFound, Conflict:
		return 66
	default:
		return 69
	}
}

// Error makes a Kind something that errors.Is can look for.
func (k Kind) Error() string { return fmt.Sprintf("failure of kind %d", int(k)) }

// Is reports whether the target is the Kind of e.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// IsKind reports whether err is an Error of that kind.
func IsKind(err error, k Kind) bool { return errors.Is(err, k) }
