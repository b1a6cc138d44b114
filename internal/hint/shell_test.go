package hint_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/hint"
)

// A shell reads what was meant.
func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"train":        "train",
		"dag/run:1+00": "dag/run:1+00",
		"train[1]":     "'train[1]'",
		"":             "''",
		"it's $HOME":   `'it'\''s $HOME'`,
		"über":         "'über'",
		"a\nb":         "'a\nb'",
	} {
		require.Equal(t, want, hint.ShellWord(word))
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+hint.ShellWord(word)).Output()
		require.NoError(t, err)
		require.Equal(t, word, string(out))
	}
}
