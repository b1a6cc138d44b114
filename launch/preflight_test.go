package launch

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPreflight(t *testing.T) {
	limit := longestString()
	long := strings.Repeat("s3cret", limit)
	for name, c := range map[string]struct {
		argv, env []string
		want      error
		text      string
	}{
		"fine":       {argv: []string{"task", "", "\xff\n"}, env: []string{"", "=", "A=\n"}},
		"no command": {want: ErrNoCommand, text: "no command to run"},
		"NUL in the command": {
			argv: []string{"ta\x00sk"}, want: &Unpassable{Where: "argument 0", Size: 5},
			text: "argument 0 contains a NUL byte, which no program can be given",
		},
		"NUL in an argument": {
			argv: []string{"task", "a", "s3cret\x00"}, want: &Unpassable{Where: "argument 2", Size: 7},
			text: "argument 2 contains a NUL byte, which no program can be given",
		},
		"NUL in a value": {
			argv: []string{"task"}, env: []string{"A=1", "KEY=s3cret\x00"},
			want: &Unpassable{Where: "variable KEY", Size: 11},
			text: "variable KEY contains a NUL byte, which no program can be given",
		},
		"NUL in a name": {
			argv: []string{"task"}, env: []string{"K\x00=1"},
			want: &Unpassable{Where: `variable "K\x00"`, Size: 4},
			text: `variable "K\x00" contains a NUL byte, which no program can be given`,
		},
		"nameless": {
			argv: []string{"task"}, env: []string{"A=1", "s3cret\x00"},
			want: &Unpassable{Where: "entry 1 of the environment", Size: 7},
			text: "entry 1 of the environment contains a NUL byte, which no program can be given",
		},
		"a value as name": {
			argv: []string{"task"}, env: []string{long[:300] + "\x00=1"},
			want: &Unpassable{Where: "entry 0 of the environment", Size: 303},
			text: "entry 0 of the environment contains a NUL byte, which no program can be given",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := account.SawError(Preflight(c.argv, c.env))
			require.Equal(t, c.want, err)
			if c.want != nil {
				require.EqualError(t, err, c.text)
				require.NotContains(t, err.Error(), "s3cret")
			}
		})
	}
}

func TestPreflightLength(t *testing.T) {
	limit := longestString()
	if limit == 0 {
		t.Skip("this system has no limit on one string")
	}
	longest := "BIG=" + strings.Repeat("v", limit-len("BIG="))
	require.NoError(t, Preflight([]string{"task", longest}, []string{longest}))

	err := Preflight([]string{"task"}, []string{"A=1", longest + "v"})
	require.Equal(t, &Unpassable{Where: "variable BIG", Size: limit + 1, Limit: limit}, err)
	require.ErrorContains(t, err, "variable BIG is ")

	err = Preflight([]string{"task", longest + "v"}, nil)
	require.Equal(t, &Unpassable{Where: "argument 1", Size: limit + 1, Limit: limit}, err)
	if os.Getpagesize() == 4096 {
		require.Equal(t, 131071, limit)
	}
}
