// Package onchange holds what is done to a running task when its configuration
// changes: a word of a contract and of the command line.
package onchange

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind is the kind of a policy. The larger is the stronger.
type Kind int

const (
	Ignore  Kind = iota // the task keeps what it was given
	Signal              // it is told, and reads the files itself
	Restart             // it is stopped and started with the new values
	Fail                // it is stopped, and that is a failure
)

// Policy is what is done. The zero value is Ignore.
type Policy struct {
	Kind   Kind
	Signal int // with Signal: its number
}

// Words are how policies are written; NAME stands for that of a signal.
const Words = "ignore, signal:NAME, restart, fail"

var words = [...]string{Ignore: "ignore", Restart: "restart", Fail: "fail"}

// ErrUnknown says that a text is none of Words.
var ErrUnknown = errors.New("is not one of " + Words)

// Parse reads a policy. A signal is written with or without SIG in front, like
// signal:HUP. KILL and STOP are refused: no task can do anything about them. The
// error does not repeat the text.
func Parse(text string) (Policy, error) {
	if kind := slices.Index(words[:], text); kind >= 0 && text != "" {
		return Policy{Kind: Kind(kind)}, nil
	}
	name, ok := strings.CutPrefix(text, "signal:")
	if !ok {
		return Policy{}, ErrUnknown
	}
	name = strings.TrimPrefix(strings.ToUpper(name), "SIG")
	for number, known := range signals {
		if known != name || known == "" {
			continue
		}
		if name == "KILL" || name == "STOP" {
			return Policy{}, fmt.Errorf("SIG%s is no message to a task: write restart or fail", name)
		}
		return Policy{Kind: Signal, Signal: number}, nil
	}
	return Policy{}, errors.New("names no signal: write signal:HUP or the like")
}

// String is the policy as it is written.
func (p Policy) String() string {
	if p.Kind == Signal {
		return "signal:" + signals[p.Signal]
	}
	return words[p.Kind]
}

// SignalName is the name of the signal of a policy: SIGHUP.
func (p Policy) SignalName() string { return "SIG" + signals[p.Signal] }

// Compare orders policies, the weaker first.
func Compare(a, b Policy) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Signal, b.Signal))
}

// signals are the names by number, as Linux has them on amd64 and arm64: tasks are
// supervised nowhere else.
var signals = [...]string{
	1: "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
	"STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
}
