package endpoints

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/secret"
)

// Setting is a value with the key it belongs to and the source it came from,
// so that a finding can say what to change and where.
type Setting struct {
	Key    string
	Value  secret.String
	Origin string
}

// evidence shows the setting, as far as it may be shown.
func (s Setting) evidence() string {
	text := fmt.Sprintf("%s = %q", s.Key, s.Value)
	if s.Origin != "" {
		text += " (" + s.Origin + ")"
	}
	return text
}

// named is the key with its origin, for a text that must not show the value.
func (s Setting) named() string {
	if s.Origin == "" {
		return s.Key
	}
	return s.Key + " (" + s.Origin + ")"
}

// isTrue reads a bool as the contract's type does and then some: a value that
// says no in any known way must not turn TLS on.
func (s Setting) isTrue() bool {
	switch strings.ToLower(strings.TrimSpace(s.Value.Reveal())) {
	case "1", "t", "true", "y", "yes", "on":
		return true
	}
	return false
}

// hasControl reports a character that no HTTP header may hold.
func (s Setting) hasControl() bool {
	return strings.ContainsFunc(s.Value.Reveal(), func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// endsInSpace reports what `echo` and editors leave behind.
func (s Setting) endsInSpace() bool {
	v := s.Value.Reveal()
	return strings.TrimRight(v, " \t\r\n") != v
}
