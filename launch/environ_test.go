package launch

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEnviron(t *testing.T) {
	boot := func(name string) bool { return strings.HasPrefix(name, "FLTS_") }
	allow := func(name string) bool { return name == "PATH" || name == "FLTS_PRINT" }
	for name, c := range map[string]struct {
		base []string
		set  map[string]string
		opts EnvOptions
		want Env
	}{
		"nothing": {want: Env{Entries: []string{}}},
		"order kept, changed in place, added sorted": {
			base: []string{"Z=1", "B=old", "A=3"},
			set:  map[string]string{"B": "new", "D": "4", "C": "5"},
			want: Env{
				Entries: []string{"Z=1", "B=new", "A=3", "C=5", "D=4"},
				Added:   []string{"C", "D"}, Changed: []string{"B"},
			},
		},
		"the same value is no change": {
			base: []string{"A=1"}, set: map[string]string{"A": "1"},
			want: Env{Entries: []string{"A=1"}},
		},
		"the first duplicate wins": {
			base: []string{"A=first", "B=1", "A=second", "A=third", "B=1"},
			want: Env{Entries: []string{"A=first", "B=1"}, Duplicates: []string{"A", "B"}},
		},
		"a set duplicate keeps its first place": {
			base: []string{"A=1", "B=1", "A=2"}, set: map[string]string{"A": "3"},
			want: Env{Entries: []string{"A=3", "B=1"}, Changed: []string{"A"}, Duplicates: []string{"A"}},
		},
		"drop": {
			base: []string{"FLTS_MODE=exec", "PATH=/bin", "FLTS_WAIT=1"}, opts: EnvOptions{Drop: boot},
			want: Env{Entries: []string{"PATH=/bin"}, Removed: []string{"FLTS_MODE", "FLTS_WAIT"}},
		},
		"pristine": {
			base: []string{"HOME=/", "=x", "junk", "PATH=/bin"}, opts: EnvOptions{Keep: allow},
			set:  map[string]string{"HOME": "/root"},
			want: Env{Entries: []string{"HOME=/root", "PATH=/bin"}, Changed: []string{"HOME"}},
		},
		"drop beats keep, set beats both": {
			base: []string{"FLTS_PRINT=a", "FLTS_MODE=b"}, opts: EnvOptions{Drop: boot, Keep: allow},
			set:  map[string]string{"FLTS_MODE": "c"},
			want: Env{Entries: []string{"FLTS_MODE=c"}, Changed: []string{"FLTS_MODE"}, Removed: []string{"FLTS_PRINT"}},
		},
		"nameless entries are handed on": {
			base: []string{"", "=", "=C:=x", "text", "text"},
			want: Env{Entries: []string{"", "=", "=C:=x", "text", "text"}},
		},
		"bytes are kept": {
			base: []string{"A=\xff\n= ", "B=", "caf\xe9=1"},
			want: Env{Entries: []string{"A=\xff\n= ", "B=", "caf\xe9=1"}},
		},
		"an empty value is a value": {
			base: []string{"A=1"}, set: map[string]string{"A": "", "B": ""},
			want: Env{Entries: []string{"A=", "B="}, Added: []string{"B"}, Changed: []string{"A"}},
		},
		"unusable names": {
			set:  map[string]string{"": "1", "A=B": "2", "N\x00": "3", "C": "4"},
			want: Env{Entries: []string{"C=4"}, Added: []string{"C"}, Unusable: []string{"", "A=B", "N\x00"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			base, set := slices.Clone(c.base), maps.Clone(c.set)
			require.Equal(t, c.want, Environ(c.base, c.set, c.opts))
			require.Equal(t, base, c.base, "base was written to")
			require.Equal(t, set, c.set, "set was written to")
		})
	}
}

func TestEnvironProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"A", "B", "C", "D", "FLTS_X", "=", "", "\xff", "\n"}
	word := func() string { return alphabet[random.IntN(len(alphabet))] }
	for range 5000 {
		base := make([]string, random.IntN(12))
		for i := range base {
			base[i] = word() + "=" + word() + word()
			if random.IntN(8) == 0 {
				base[i] = word()
			}
		}
		set := map[string]string{}
		for range random.IntN(5) {
			set[word()] = word()
		}
		requireSound(t, base, set)
	}
}

func FuzzEnviron(f *testing.F) {
	f.Add("A=1\x01B=2\x01A=3", "B", "4", "C", "5")
	f.Add("=\x01\x01x\x01=C:=y", "", "v", "a=b", "\x00")
	f.Fuzz(func(t *testing.T, base, name1, value1, name2, value2 string) {
		requireSound(t, strings.Split(base, "\x01"), map[string]string{name1: value1, name2: value2})
	})
}

// requireSound holds for every environment, whatever it was made from.
func requireSound(t *testing.T, base []string, set map[string]string) {
	t.Helper()
	dropped := func(name string) bool { return strings.HasPrefix(name, "FLTS_") }
	got := Environ(base, set, EnvOptions{Drop: dropped})
	require.Equal(t, got, Environ(base, set, EnvOptions{Drop: dropped}), "not deterministic")

	names := []string{}
	for _, entry := range got.Entries {
		name, value, named := splitEntry(entry)
		if !named {
			require.Contains(t, base, entry)
			continue
		}
		require.NotContains(t, names, name, "one name twice")
		names = append(names, name)
		if want, isSet := set[name]; isSet {
			require.Equal(t, want, value)
			continue
		}
		require.False(t, dropped(name))
		first, _ := valueOf(base, name)
		require.Equal(t, first, value)
		require.Contains(t, base, entry, "bytes changed")
	}
	for name := range set {
		require.Equal(t, usableName(name), slices.Contains(names, name))
	}

	require.Equal(t, firstSeen(base, names), names[:len(names)-len(got.Added)], "order changed")
	require.Equal(t, got.Added, nilIfEmpty(names[len(names)-len(got.Added):]))
	require.True(t, slices.IsSorted(got.Added))
	again := Environ(got.Entries, set, EnvOptions{Drop: dropped})
	require.Equal(t, got.Entries, again.Entries, "not idempotent")
}

func firstSeen(base, among []string) []string {
	order := []string{}
	for _, entry := range base {
		name, _, named := splitEntry(entry)
		if named && slices.Contains(among, name) && !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	return order
}

func nilIfEmpty(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	return s
}
