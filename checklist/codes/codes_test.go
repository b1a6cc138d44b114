package codes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist/codes"
	"github.com/flts-run/flts-run/internal/codescan"
)

func TestEachCodeOfTheModuleIsExplained(t *testing.T) {
	declared, err := codescan.Module()
	require.NoError(t, err)
	explained := map[string]bool{}
	for _, text := range codes.All() {
		require.False(t, explained[text.ID], "%s is explained twice", text.ID)
		explained[text.ID] = true
		require.Contains(t, declared, text.ID, "nothing gives this code")
		require.Regexp(t, `^FLTS-[A-Z]\d\d$`, text.ID)
		require.Regexp(t, `^[^ ].*[^. ]$`, text.Title, text.ID)
		require.Greater(t, len(text.Body), 80, "%s says too little", text.ID)
	}
	for id, file := range declared {
		require.True(t, explained[id], "%s of %s has no text", id, file)
	}
	t.Logf("%d codes, each with a text", len(declared))
}

func TestExplain(t *testing.T) {
	for _, name := range []string{"FLTS-D01", "flts-d01", "D01", "d01"} {
		text, ok := codes.Explain(name)
		require.True(t, ok, name)
		require.Equal(t, "FLTS-D01", text.ID)
		require.Equal(t, "the host name does not exist", text.Title)
	}
	for _, name := range []string{"", "FLTS-", "FLTS-D0", "MINIO_ENDPOINT", "FLTS-Z99"} {
		_, ok := codes.Explain(name)
		require.False(t, ok, name)
	}
}
