//go:build linux

package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Both modes of flts-run show every behaviour that applies to them.
func TestFltsRun(t *testing.T) {
	path, err := build(t.Context(), t.TempDir(), append(os.Environ(), "CGO_ENABLED=0"))
	require.NoError(t, err)
	for _, w := range ours(path) {
		for _, b := range behaviours {
			if !b.appliesTo(w) {
				continue
			}
			t.Run(w.name+"/"+b.name, func(t *testing.T) {
				t.Parallel()
				require.NoError(t, try(t.Context(), b, w))
			})
		}
	}
}

// A battery that cannot fail proves nothing. These stand in for wrappers that
// each get one thing wrong.
func TestBrokenWrappersFail(t *testing.T) {
	broken := func(script string) wrapper {
		return wrapper{name: script, stays: true, stops: true, command: words("sh", "-c", script, "sh")}
	}
	for behaviour, w := range map[string]wrapper{
		"exit codes 0 to 255":                                 broken(`"$@"; exit 0`),
		"ended by a signal: 128+n":                            broken(`"$@" || exit 1`),
		"standard input, every byte":                          broken(`tr -d '\r' | "$@"`),
		"signal mask, ignored signals":                        broken(`trap '' USR1; exec "$@"`),
		"descriptors":                                         broken(`exec 7</dev/null; exec "$@"`),
		"directory, umask, limits":                            broken(`umask 0; exec "$@"`),
		"TERM: a handler of 1 s runs to its end":              broken(`"$@"`),
		"a burst of signals loses none":                       broken(`trap '' USR1; exec "$@"`),
		"the group: TERM reaches grandchildren":               broken(`exec "$@"`),
		"a stubborn task is killed after the grace":           broken(`exec timeout 5 "$@"`),
		"the wrapper is killed: so is the task":               broken(`"$@"; exit`),
		"a child that holds the output does not hang the end": broken(`exec "$@"`),
		"1000 orphans are reaped, as process 1":               broken(`exec "$@"`),
		"terminal: Ctrl-C comes once":                         broken(`trap '' INT; exec "$@"`),
	} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			// Some fail only by never getting anywhere.
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			for _, b := range behaviours {
				if b.name == behaviour && b.appliesTo(w) {
					require.Error(t, try(ctx, b, w))
					return
				}
			}
			require.Fail(t, "no such behaviour, or not for this user")
		})
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	wrappers := []wrapper{{name: "one"}, {name: "two"}}
	verdicts := make([][]string, len(behaviours))
	for i := range verdicts {
		verdicts[i] = []string{"pass", "-"}
	}
	printTable(&out, wrappers, verdicts)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, len(behaviours)+1)
	require.Equal(t, []string{"BEHAVIOUR", "one", "two"}, strings.Fields(lines[0]))
	require.Regexp(t, `^exit codes 0 to 255 +pass +- *$`, lines[1])
}
