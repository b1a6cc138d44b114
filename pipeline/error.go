package pipeline

import "fmt"

// Error is what is wrong with a file that was given as a pipeline.
type Error struct {
	what, hint string
}

func (e *Error) Error() string { return e.what }

// Hint says what to type next, or is "".
func (e *Error) Hint() string { return e.hint }

// Status is the exit status: the file was the user's choice.
func (e *Error) Status() int { return 64 }

// faultf is an error of a file. The format goes on after the file's name: "is
// empty".
func faultf(file, hint, format string, args ...any) *Error {
	return &Error{file + " " + fmt.Sprintf(format, args...), hint}
}
