// Package secret holds text that must not be printed.
//
// A String prints its shown form everywhere: in every fmt verb, in JSON, YAML
// and text encodings, in log/slog and inside error chains. Only Reveal returns
// the text itself, and only the environment builder, the masker and the
// clients that sign requests call it.
//
// A String is a struct of pointers to strings. fmt reaches unexported fields by
// reflection, past every method: a named string would be printed there, and so
// would a pointer to a struct (by the %!s(…) of a wrong verb). Of a pointer to
// a string it never prints more than the address.
package secret

import (
	"fmt"
	"log/slog"
)

// Mask is what is shown in place of a secret. Its length says nothing about
// the length of the secret.
const Mask = "********"

// String is a text with a form that may be shown. The zero value is the empty
// text.
type String struct{ plain, shown *string }

// New returns a String of which nothing is shown but Mask, or nothing at all
// when it is empty: an empty secret is a finding, and masking would hide it.
func New(plain string) String {
	if plain == "" {
		return String{}
	}
	shown := Mask
	return String{&plain, &shown}
}

// Open returns a String that is shown as it is, except for a login in front of
// an address: "https://user:pw@host" is shown as "https://********@host".
func Open(plain string) String { return opened(plain, maskLogin) }

// Address is Open for a text that is meant to be a URL or a host and port: any
// '@' in it ends a login, even without a scheme or a colon, and a query is not
// shown.
func Address(plain string) String { return opened(plain, maskAddress) }

func opened(plain string, mask func(string) string) String {
	if plain == "" {
		return String{}
	}
	if shown := mask(plain); shown != plain {
		return String{&plain, &shown}
	}
	return String{&plain, &plain}
}

// Reveal returns the text itself.
func (s String) Reveal() string {
	if s.plain == nil {
		return ""
	}
	return *s.plain
}

// String returns the shown form.
func (s String) String() string {
	if s.shown == nil {
		return ""
	}
	return *s.shown
}

// Hidden reports whether the shown form differs from the text.
func (s String) Hidden() bool { return s.Reveal() != s.String() }

// IsEmpty reports whether the text is empty.
func (s String) IsEmpty() bool { return s.Reveal() == "" }

// Format shows the same form under every verb, with its width and flags.
func (s String) Format(f fmt.State, verb rune) {
	switch verb {
	case 'q', 'x', 'X', 'v', 's':
	default:
		verb = 's'
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), s.String())
}

// MarshalText makes JSON, YAML and flag packages see the shown form.
func (s String) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue makes log/slog see the shown form.
func (s String) LogValue() slog.Value { return slog.StringValue(s.String()) }
