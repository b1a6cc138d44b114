package checklist

import (
	"fmt"
	"slices"
)

// State is what came of a check. The zero value is Unknown: a finding that
// says nothing must never count as a pass.
type State int

// The states. Warn lets dependents run, unless it stands for the failure of an
// advisory check. Unknown means "could not look".
const (
	Unknown State = iota
	Pass
	Warn
	Fail
	Skip
)

var stateNames = [...]string{Unknown: "unknown", Pass: "pass", Warn: "warn", Fail: "fail", Skip: "skip"}

// String returns the lower-case word for the state.
func (s State) String() string { return nameOf(stateNames[:], int(s), "state") }

// MarshalText makes JSON show the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word. One that it does not know is an error.
func (s *State) UnmarshalText(text []byte) (err error) {
	*s, err = named[State](stateNames[:], text, "state")
	return err
}

// Rung is how far down the one ladder of every target a check looks.
type Rung int

// The rungs, in the order in which a client reaches them.
const (
	Parse Rung = iota
	Resolve
	Dial
	TLS
	HTTP
	Identify
	Sign
	Permission
	Data
	Apart // on no ladder: what a check of a configuration, of a cluster is
)

var rungNames = [...]string{
	Parse: "parse", Resolve: "resolve", Dial: "dial", TLS: "tls", HTTP: "http",
	Identify: "identify", Sign: "sign", Permission: "permission", Data: "data", Apart: "apart",
}

// String returns the lower-case word for the rung.
func (r Rung) String() string { return nameOf(rungNames[:], int(r), "rung") }

// MarshalText makes JSON show the word.
func (r Rung) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word. One that it does not know is an error.
func (r *Rung) UnmarshalText(text []byte) (err error) {
	*r, err = named[Rung](rungNames[:], text, "rung")
	return err
}

func nameOf(names []string, i int, kind string) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("%s(%d)", kind, i)
	}
	return names[i]
}

func named[T ~int](names []string, text []byte, kind string) (T, error) {
	i := slices.Index(names, string(text))
	if i < 0 {
		return 0, fmt.Errorf("%q is no %s", text, kind)
	}
	return T(i), nil
}
