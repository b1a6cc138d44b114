package launch

import (
	"maps"
	"slices"
	"strings"
)

// EnvOptions says which names of the given environment the task may see.
// Neither function is asked about a name that is being set.
type EnvOptions struct {
	// Drop removes a name: our own bootstrap material. Nil drops nothing.
	Drop func(name string) bool
	// Keep, when not nil, keeps only the names it accepts: the pristine
	// environment.
	Keep func(name string) bool
}

// Env is the environment of a task and how it differs from the one we were
// given. Except for Entries it holds names only, sorted, never a value.
type Env struct {
	// Entries is what exec takes: the given entries in the given order,
	// changed in place, then the added ones sorted by name.
	Entries []string
	Added   []string
	Changed []string
	Removed []string
	// Duplicates are the names that the given environment held twice or more.
	Duplicates []string
	// Unusable are names to be set that no environment can hold: empty, or
	// with '=' or NUL in them. They are not in Entries.
	Unusable []string
}

// Environ builds the environment of the task from the one we were given (base)
// and the values to set.
//
// Every name has one entry. Of a name that base holds twice the first entry
// wins, as it does for getenv in C and os.environ in Python; a shell would have
// taken the last one, which is why the task must not be left to choose.
//
// An entry of base without a name ("", "text", "=C:=x") is legal for the kernel
// and means nothing to anybody. It is handed on untouched, repeated or not, and
// is left out of a pristine environment. It is never reported: what has no name
// could be a value.
func Environ(base []string, set map[string]string, opts EnvOptions) Env {
	env := Env{Entries: make([]string, 0, len(base)+len(set))}
	seen := make(map[string]bool, len(base))
	for _, entry := range base {
		name, value, named := splitEntry(entry)
		if !named {
			if opts.Keep == nil {
				env.Entries = append(env.Entries, entry)
			}
			continue
		}
		if seen[name] {
			env.Duplicates = append(env.Duplicates, name)
			continue
		}
		seen[name] = true

		want, isSet := set[name]
		switch {
		case isSet && want == value:
			env.Entries = append(env.Entries, entry)
		case isSet:
			env.Entries = append(env.Entries, name+"="+want)
			env.Changed = append(env.Changed, name)
		case opts.allows(name):
			env.Entries = append(env.Entries, entry)
		default:
			env.Removed = append(env.Removed, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		switch {
		case !usableName(name):
			env.Unusable = append(env.Unusable, name)
		case !seen[name]:
			env.Entries = append(env.Entries, name+"="+set[name])
			env.Added = append(env.Added, name)
		}
	}
	slices.Sort(env.Changed)
	slices.Sort(env.Removed)
	slices.Sort(env.Duplicates)
	env.Duplicates = slices.Compact(env.Duplicates)
	return env
}

func (o EnvOptions) allows(name string) bool {
	if o.Drop != nil && o.Drop(name) {
		return false
	}
	return o.Keep == nil || o.Keep(name)
}

// splitEntry cuts an entry at its first '='. An entry that has none, or starts
// with it, has no name.
func splitEntry(entry string) (name, value string, named bool) {
	name, value, found := strings.Cut(entry, "=")
	if !found || name == "" {
		return "", "", false
	}
	return name, value, true
}

func usableName(name string) bool {
	return name != "" && !strings.ContainsAny(name, "=\x00")
}

// valueOf is what the task's getenv would answer.
func valueOf(env []string, name string) (value string, found bool) {
	for _, entry := range env {
		if n, v, named := splitEntry(entry); named && n == name {
			return v, true
		}
	}
	return "", false
}
