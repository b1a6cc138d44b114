package teststack_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// talkTo starts a shell script.
func talkTo(t *testing.T, ctx context.Context, script string) (talk *teststack.Talk, ready bool, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "talker")
	require.NoError(t, os.WriteFile(path, []byte(script), 0o600))
	var greeting struct{ Ready bool }
	talk, err = teststack.StartTalk(ctx, []string{"sh", path}, []string{"PATH=/usr/bin:/bin"}, &greeting)
	return talk, greeting.Ready, err
}

func TestTalkAnswers(t *testing.T) {
	talk, ready, err := talkTo(t, context.WithoutCancel(t.Context()), `echo '{"ready": true}'; while IFS= read -r question; do printf '%s\n' "$question"; done`)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, talk.Stop()) })
	require.True(t, ready)
	for _, question := range []string{"a", "two\nlines", strings.Repeat("long ", 30_000)} {
		var answer string
		require.NoError(t, talk.Ask(question, &answer))
		require.Equal(t, question, answer)
	}
}

func TestTalkThatEndsSaysWhy(t *testing.T) {
	for _, test := range []struct{ name, script string }{
		{"before it is ready", `echo sorry >&2; exit 3`},
		{"instead of an answer", `echo '{}'; read -r question; echo sorry >&2; exit 3`},
		{"with no JSON", `echo '{}'; read -r question; echo sorry >&2; echo sorry; exec cat`},
	} {
		t.Run(test.name, func(t *testing.T) {
			talk, _, err := talkTo(t, t.Context(), test.script)
			if err == nil {
				err = talk.Ask("a", new(string))
			}
			require.ErrorContains(t, err, "talker gives no answer")
			require.ErrorContains(t, err, "sorry")
		})
	}
}

func TestTalkEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	talk, _, err := talkTo(t, ctx, `echo '{}'; exec sleep 60`)
	require.NoError(t, err)
	time.AfterFunc(10*time.Millisecond, cancel)
	require.ErrorContains(t, talk.Ask("a", new(string)), "talker gives no answer")
}
