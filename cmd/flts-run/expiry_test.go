package main

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/resolve"
	"github.com/flts-run/flts-run/stores"
)

func token(claims string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

// What says when it is over is listed, and nothing is guessed of the rest.
func TestExpiries(t *testing.T) {
	c, err := resolve.Builtin()
	require.NoError(t, err)
	end := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	login := map[string]string{"MINIO_ACCESS_KEY": "a", "MINIO_SECRET_KEY": "s", "AWS_SESSION_TOKEN": "session"}
	for name, row := range map[string]struct {
		values, given map[string]string
		want          []documentExpiry
	}{
		"a JWT":              {values: map[string]string{"MLFLOW_TRACKING_TOKEN": token(`{"exp": 1927857906.9}`)}, want: []documentExpiry{{"MLFLOW_TRACKING_TOKEN", end, "the token itself"}}},
		"without an end":     {values: map[string]string{"MLFLOW_TRACKING_TOKEN": token(`{"sub": "x"}`)}},
		"with an odd one":    {values: map[string]string{"MLFLOW_TRACKING_TOKEN": token(`{"exp": 1e300}`)}},
		"no JWT":             {values: map[string]string{"MLFLOW_TRACKING_TOKEN": "a.b.c"}},
		"a session":          {login, map[string]string{"AWS_SESSION_TOKEN": "session", "AWS_CREDENTIAL_EXPIRATION": "2031-02-03T04:05:06+00:00"}, []documentExpiry{{"AWS_SESSION_TOKEN", end, "AWS_CREDENTIAL_EXPIRATION"}}},
		"of another session": {login, map[string]string{"AWS_SESSION_TOKEN": "other", "AWS_CREDENTIAL_EXPIRATION": "2031-02-03T04:05:06Z"}, nil},
		"not a time":         {login, map[string]string{"AWS_SESSION_TOKEN": "session", "AWS_CREDENTIAL_EXPIRATION": "soon"}, nil},
	} {
		s := resolve.Source{Name: "env", Layer: resolve.Secret, Values: map[string]resolve.Value{}}
		for key, text := range row.values {
			s.Values[key] = resolve.Value{Text: secret.New(text)}
		}
		p := &plan{contract: c, given: row.given, resolution: resolve.Resolve(resolve.Input{Contract: c, Sources: []resolve.Source{s}})}
		require.Equal(t, row.want, p.expiries(), name)
	}
}

// The report says which version was fetched.
func TestStoredSecretsOfTheReport(t *testing.T) {
	server, store := storeFor(t)
	server.Put("flts", "canary")
	var f fetched
	require.Empty(t, f.document())
	f.get(t.Context(), store, []stores.Request{{ID: "flts"}, {ID: "gone"}})
	got := f.document()
	require.Len(t, got, 1)
	require.WithinDuration(t, time.Now(), got[0].Created, time.Minute)
	require.WithinDuration(t, time.Now().Add(time.Hour), got[0].LoginExpires, time.Minute)
	got[0].Created, got[0].LoginExpires = time.Time{}, time.Time{}
	require.Equal(t, documentStored{Name: "secretsmanager flts", Version: "00000001-0000-4000-8000-000000000001", Stages: []string{"AWSCURRENT"}}, got[0])
}
