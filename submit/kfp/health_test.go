package kfp

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/submit"
)

func TestHealth(t *testing.T) {
	for version, want := range map[string]Health{
		"2.0.5":                        {Version: "2.0.5"},
		"2.17.0":                       {Version: "2.17.0"},
		"1.8.22":                       {Version: "1.8.22"},
		"2.5.0-rc.1":                   {Version: "2.5.0-rc.1"},
		"master":                       {},
		"2.0.5 <script>alert</script>": {},
	} {
		for _, multiUser := range []bool{false, true} {
			b, _ := serve(t, fakekfp.Options{Version: version, MultiUser: multiUser}, Options{})
			want.MultiUser = multiUser
			got, err := b.Health(t.Context())
			require.NoError(t, err, version)
			require.Equal(t, want, got)
		}
	}
}

// What answers 404 to both versions of the API is none of them.
func TestHealthOfAnotherServer(t *testing.T) {
	for _, fault := range []*fakekfp.Fault{
		{Status: http.StatusNotFound, Body: `{"code":5,"message":"Not Found"}`},
		{Status: http.StatusNotFound, Type: "text/plain", Body: "Not Found"},
		{Status: http.StatusOK, Type: "text/html", Body: "<!doctype html><title>Kubeflow Pipelines</title>"},
	} {
		b, fake := serve(t, fakekfp.Options{Fault: func(fakekfp.Call) *fakekfp.Fault { return fault }}, Options{})
		_, err := b.Health(t.Context())
		require.ErrorIs(t, err, submit.Unusable)
		var e *submit.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "FLTS-K16", e.Code)
		require.Len(t, fake.Calls(), 2)
	}
}

func TestMayList(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	require.NoError(t, b.MayList(t.Context(), ""))
	require.Len(t, fake.Calls(), 1)

	b, _ = serve(t, fakekfp.Options{MultiUser: true}, Options{})
	require.ErrorIs(t, b.MayList(t.Context(), "alice"), submit.Refused)
}

func TestHealthOfTheRealOne(t *testing.T) {
	real, err := teststack.KFPMultiUser(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(real.Close)
	b := backendOf(t, real.URL(), Options{})
	got, err := b.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, Health{Version: "2.0.5", Commit: "c5658f09ec38", MultiUser: true}, got)
	require.ErrorIs(t, b.MayList(t.Context(), "alice"), submit.Refused)
}
