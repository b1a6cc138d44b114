package fakegateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/flts-run/flts-run/internal/fakegateway"
	"github.com/flts-run/flts-run/internal/fakes3"
	"github.com/stretchr/testify/require"
)

type answer struct {
	Status int
	Type   string
	Body   string
}

func get(t *testing.T, g *fakegateway.Server, path string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.URL()+path, nil)
	require.NoError(t, err)
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	kind, _, _ := strings.Cut(got.Header.Get("Content-Type"), ";")
	return answer{got.StatusCode, kind, string(body)}
}

func TestGateway(t *testing.T) {
	store, err := fakes3.Start(fakes3.Options{AccessKey: "key", SecretKey: "secret", Buckets: []string{"data"}})
	require.NoError(t, err)
	defer store.Close()
	large := strings.Repeat("0123456789abcdef", 1<<16)
	require.NoError(t, store.Put(t.Context(), "data", "dir/ElBorn é.csv", []byte("1,2\n")))
	require.NoError(t, store.Put(t.Context(), "data", "large", []byte(large)))

	start := func(secret string) *fakegateway.Server {
		g, err := fakegateway.Start(fakegateway.Options{Endpoint: store.Endpoint(), AccessKey: "key", SecretKey: secret})
		require.NoError(t, err)
		t.Cleanup(g.Close)
		return g
	}
	good, bad := start("secret"), start("wrong")
	denied := "The request signature we calculated does not match the signature you provided. Check your key and signing method."

	tests := []struct {
		name    string
		gateway *fakegateway.Server
		path    string
		want    answer
	}{
		{"health", good, "/health", answer{200, "application/json", "{\"status\":\"ok\"}\n"}},
		{"object", good, "/objects/data/dir/ElBorn%20%C3%A9.csv", answer{200, "application/octet-stream", "1,2\n"}},
		{"large object", good, "/objects/data/large", answer{200, "application/octet-stream", large}},
		{"missing object", good, "/objects/data/none", answer{404, "application/json", "{\"detail\":\"The specified key does not exist.\"}\n"}},
		{"missing bucket", good, "/objects/none/k", answer{404, "application/json", "{\"detail\":\"The specified bucket does not exist\"}\n"}},
		{"no such path", good, "/nothing", answer{404, "text/plain", "404 page not found\n"}},
		{"health without the store", bad, "/health", answer{200, "application/json", "{\"status\":\"ok\"}\n"}},
		{"store that refuses", bad, "/objects/data/large", answer{502, "application/json", "{\"detail\":\"" + denied + "\"}\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, get(t, tt.gateway, tt.path))
		})
	}
	require.Equal(t, []fakegateway.Request{
		{Method: "GET", Path: "/health"},
		{Method: "GET", Path: "/objects/data/large"},
	}, bad.Requests())
}
