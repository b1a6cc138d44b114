package endpoints_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/endpoints"
)

func TestEachCodeHasOneRow(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range endpoints.Codes() {
		require.Regexp(t, `^FLTS-[A-Z]\d\d$`, c.ID)
		require.Regexp(t, `^[a-z].*[^.]$|^TLS `, c.Title)
		require.False(t, seen[c.ID], c.ID)
		seen[c.ID] = true
	}
	t.Logf("%d codes", len(seen))
}
