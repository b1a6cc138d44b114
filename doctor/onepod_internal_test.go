package doctor

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommandOf(t *testing.T) {
	for text, want := range map[string]struct {
		task    string
		wrapped bool
	}{
		"python x.py":                     {"python x.py", false},
		"flts-run -- python":              {"python", true},
		"/usr/local/bin/flts-run exec":    {"", true},
		"tini -s -- flts-run exec -- a b": {"a b", true},
		"dumb-init a":                     {"a", false},
		"/var/run/argo/argoexec emissary --x -- /kfp-launcher/launch --run_id r -- flts-run -- sh -c": {"sh -c", true},
		"/kfp-launcher/launch --copy /x": {"/kfp-launcher/launch --copy /x", false},
		"":                               {"", false},
	} {
		c := commandOf(strings.Fields(text))
		require.Equal(t, want.task, strings.Join(c.task, " "), text)
		require.Equal(t, want.wrapped, c.wrapped, text)
	}
	c := commandOf([]string{"flts-run", "exec", "--param", "A=1", "--param=B=2,3", "--app-env=dev", "--wait", "3s", "--config-dir", "/c", "--", "--param=C=3"})
	require.Equal(t, []string{"A=1", "B=2,3"}, c.params)
	require.Equal(t, map[string]string{"app-env": "dev", "config-dir": "/c"}, c.flags)
}

func FuzzCommandOf(f *testing.F) {
	f.Add("tini -- flts-run exec --param A=1 -- x")
	f.Add("argoexec -- /kfp-launcher/launch --executor_input {} -- flts-run --param")
	f.Fuzz(func(t *testing.T, text string) {
		words := strings.Split(text, " ")
		c := commandOf(words)
		require.True(t, len(c.task) == 0 || slices.Equal(c.task, words[len(words)-len(c.task):]), "the task is the end of the command")
	})
}

// What is taken from a termination message is flts-run's, in lines that a terminal
// shows.
func FuzzSaidIn(f *testing.F) {
	f.Add("flts-run: MINIO_ENDPOINT is missing [FLTS-C18]\nhint: set it\n")
	f.Add("noise\nflts-run: error: x [FLTS-T01]\nflts-run: hint: y\n")
	f.Add("flts-run: \x1b[2J\n")
	f.Fuzz(func(t *testing.T, message string) {
		lines, hintLine := saidIn(message)
		if len(lines) > 0 || hintLine != "" {
			require.Contains(t, message, "flts-run: ")
		}
		for _, line := range append(lines, hintLine) {
			require.False(t, strings.ContainsFunc(line, func(c rune) bool { return c < ' ' || c == 0x7f }), "%q", line)
		}
	})
}
