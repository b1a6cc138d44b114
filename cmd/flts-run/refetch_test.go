package main

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakes3"
	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
	"github.com/flts-run/flts-run/stores"
)

// storeFor is a Secrets Manager and the way to it.
func storeFor(t *testing.T) (*fakesecretsmanager.Server, stores.SecretsManager) {
	t.Helper()
	server, environ := startSecretsManager(t)
	return server, stores.SecretsManager{Environ: byName(environ)}
}

// What is fetched again takes the place of what there was as a whole, or not at all.
func TestSecretsAreRenewedTogether(t *testing.T) {
	server, store := storeFor(t)
	server.Put("one", "1")
	server.Put("two", "2")
	requests := []stores.Request{{ID: "one"}, {ID: "two"}}
	var f fetched
	known := func() []string {
		var list []string
		for _, r := range requests {
			list = append(list, f.get(t.Context(), store, []stores.Request{r})[r].Text.Reveal())
		}
		return list
	}
	require.Equal(t, []string{"1", "2"}, known())
	server.Put("one", "1 new")
	server.Put("two", "2 new")
	require.Equal(t, []string{"1", "2"}, known(), "nobody asked again")
	server.Fail("two", fakesecretsmanager.Fault{Code: "AccessDeniedException", Message: "canary"})
	err := f.renew(t.Context(), store)
	require.ErrorContains(t, err, "secretsmanager two may not be read with")
	require.NotContains(t, err.Error(), "canary")
	require.Equal(t, 77, asFailure(err).status)
	require.NotEmpty(t, asFailure(err).hint)
	require.Equal(t, []string{"1", "2"}, known(), "and not half of it")
	server.Fail("two", fakesecretsmanager.Fault{})
	require.NoError(t, f.renew(t.Context(), store))
	require.Equal(t, []string{"1 new", "2 new"}, known())
}

// The services that a fetched secret is for are asked whether they take it; those with
// credentials from elsewhere are not.
func TestServicesThatRefuseAFetchedSecret(t *testing.T) {
	server, store := storeFor(t)
	s3, err := fakes3.Start(fakes3.Options{AccessKey: "root-access", SecretKey: "root-secret", Buckets: []string{"dataset"}})
	require.NoError(t, err)
	defer s3.Close()
	const rest = `"MLFLOW_TRACKING_URI": "http://127.0.0.1:1", "GATEWAY_URL": "http://127.0.0.1:1"}`
	server.Put("flts", `{"MINIO_ACCESS_KEY": "root-access", "MINIO_SECRET_KEY": "root-secret", `+rest)
	s := &settings{given: map[string]string{}, vars: map[string]string{"APP_ENV": "staging", "MINIO_ENDPOINT": s3.Endpoint(), "FLTS_SECRETSMANAGER": "flts"}}
	maps.Copy(s.vars, store.Environ)
	var environ []string
	for name, value := range s.vars {
		environ = append(environ, name+"="+value)
	}
	slices.Sort(environ)
	r := &runner{process: process{environ: environ, dir: "/"}, out: newSpeaker(io.Discard)}
	look := func(settings *settings) (*plan, bool) {
		p, err := r.prepare(t.Context(), settings)
		require.NoError(t, err)
		l := &reloader{runner: r, settings: settings, seen: prepared{plan: p, env: r.taskEnviron(p, orders{}).Entries}}
		return p, l.areRefused(t.Context())
	}
	p, refused := look(s)
	require.Equal(t, "secretsmanager flts MINIO_SECRET_KEY (version 00000001, AWSCURRENT)", p.resolution.Get("MINIO_SECRET_KEY").Origin())
	require.False(t, refused)

	server.Put("flts", `{"MINIO_ACCESS_KEY": "root-access", "MINIO_SECRET_KEY": "of-yesterday", `+rest)
	r.fetched.answers = nil
	_, refused = look(s)
	require.True(t, refused)

	s.vars["MINIO_ACCESS_KEY"], s.vars["MINIO_SECRET_KEY"] = "root-access", "of-the-pod"
	r.environ = append(r.environ, "MINIO_ACCESS_KEY=root-access", "MINIO_SECRET_KEY=of-the-pod")
	_, refused = look(s)
	require.False(t, refused, "a refresh would not change them")
}

// A configuration that is resolved again while secrets are renewed asks for others.
func TestSecretsAreRenewedBesideOthers(t *testing.T) {
	server, store := storeFor(t)
	var f fetched
	ended := make(chan error)
	go func() {
		var err error
		for range 10 {
			err = errors.Join(err, f.renew(t.Context(), store))
		}
		ended <- err
	}()
	for i := range 30 {
		id := strconv.Itoa(i)
		server.Put(id, id)
		r := stores.Request{ID: id}
		require.Equal(t, id, f.get(t.Context(), store, []stores.Request{r})[r].Text.Reveal())
	}
	require.NoError(t, <-ended)
}
