package resolve

import (
	"slices"
	"strings"
)

// Accepts says in words which values the key takes.
func (k *Key) Accepts() string {
	switch k.Type {
	case Bool:
		return "true or false (1 and 0 too)"
	case Int:
		return "digits, like 10000000"
	case Float:
		return "a number, like 0.1 or 1e-3"
	case Duration:
		return "a number and a unit, like 10s or 1m30s"
	case Web:
		return "http://HOST:PORT or https://HOST:PORT, with a path if the server has one"
	case HostPort:
		return "HOST:PORT, without http://"
	case Bucket:
		return "3 to 63 of a-z, 0-9, '-' and '.'"
	case Enum:
		return "one of " + strings.Join(k.Values, ", ")
	}
	return "any text"
}

// Placeholder stands for another value than the current one in a command to
// type. Of a type with few values it is one of them.
func (k *Key) Placeholder(current string) string {
	switch k.Type {
	case Bool:
		if current == "true" {
			return "false"
		}
		return "true"
	case Int, Float:
		return "NUMBER"
	case Duration:
		return "30s"
	case Web:
		return "http://HOST:PORT"
	case HostPort:
		return "HOST:PORT"
	case Bucket:
		return "BUCKET"
	case Enum:
		return k.Values[max(0, slices.IndexFunc(k.Values, func(v string) bool { return v != current }))]
	}
	return "VALUE"
}

// Lookup returns the key that goes by the name: its own, a spelling of it, or
// that of a pipeline parameter. It returns nil when there is none.
func (c *Contract) Lookup(name string) *Key {
	if k := c.KeyFor(name); k != nil {
		return k
	}
	return c.KeyForParam(name)
}
