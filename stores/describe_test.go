package stores_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
	"github.com/flts-run/flts-run/stores"
)

// What is known of secrets without reading one of them.
func TestDescribe(t *testing.T) {
	server, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	require.NoError(t, err)
	defer server.Close()
	environ, err := server.Environ(t.TempDir())
	require.NoError(t, err)
	next := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	for _, name := range []string{"twice", "twice", "rotated", "gone", "denied"} {
		server.Put(name, "canary")
	}
	server.Rotate("rotated", next)
	server.Delete("gone")
	server.Fail("denied", fakesecretsmanager.Fault{Code: "AccessDeniedException", Message: "canary"})
	store := stores.SecretsManager{Environ: environ}
	got := store.Describe(t.Context(), []stores.Request{{ID: "twice"}, {ID: "rotated"}, {ID: "gone"}, {ID: "denied"}, {ID: "none"}, {ID: "twice", Stage: "AWSPREVIOUS"}, {ID: "twice", Stage: "CANARY"}, {ID: "twice"}})
	var codes []string
	for _, d := range got {
		code := ""
		if d.Failure != nil {
			code = d.Failure.Code()
			require.NotContains(t, d.Failure.Error()+d.Failure.Hint(), "canary")
		}
		codes = append(codes, code)
	}
	require.Equal(t, []string{"", "", stores.CodeDeleted, stores.CodeDenied, stores.CodeNotFound, "", stores.CodeStage, ""}, codes)
	require.Equal(t, got[0], got[7])
	require.Equal(t, "00000002", got[0].Version[:8])
	require.Equal(t, []string{"AWSCURRENT"}, got[0].Stages)
	require.Equal(t, "00000001", got[5].Version[:8])
	require.False(t, got[0].Changed.Before(got[0].Created))
	require.False(t, got[0].Rotates)
	require.True(t, got[1].Rotates)
	require.WithinDuration(t, next, got[1].Rotation, time.Millisecond)
	require.Contains(t, got[3].Failure.Error(), "may not be described with")
	require.Contains(t, got[3].Failure.Hint(), `"Action": "secretsmanager:DescribeSecret"`)
	for _, c := range server.Calls() {
		require.Equal(t, "DescribeSecret", c.Operation)
	}
	require.Len(t, server.Calls(), 7, "each request once")
}
