package resolve_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

func TestWhy(t *testing.T) {
	secretDir := func(pairs ...string) resolve.Source { return given("secret dir", resolve.Secret, pairs...) }
	for name, c := range map[string]struct {
		key     string
		ambient string
		sources []resolve.Source
		want    []string
	}{
		"layers and empty": {
			key: "ENDPOINT",
			sources: []resolve.Source{
				given("param", resolve.Parameters, "endpoint", ""),
				given("env", resolve.ConfigMap, "ENDPOINT", "b:1"),
				given("image", resolve.Defaults, "ENDPOINT", "c:1"),
			},
			want: []string{
				"param endpoint: empty, which counts as not given", "env: wins",
				"image: shadowed by layer configmap", "default: shadowed by layer configmap",
			},
		},
		"inside a layer": {
			key: "ENDPOINT",
			sources: []resolve.Source{
				given("dir", resolve.ConfigMap, "ENDPOINT_URL", "http://a:1"),
				given("env", resolve.ConfigMap, "ENDPOINT", "b:1"),
				given("late", resolve.ConfigMap, "ENDPOINT", "c:1"),
			},
			want: []string{
				"env: wins", "late: same layer: env comes first",
				"dir ENDPOINT_URL: same layer: the key's own name beats a spelling",
				"default: shadowed by layer configmap",
			},
		},
		"inside a place": {
			key:     "ENDPOINT",
			sources: []resolve.Source{given("dir", resolve.ConfigMap, "ENDPOINT_URL", "http://a:1", "OTHER_URL", "http://b:1")},
			want: []string{
				"dir ENDPOINT_URL: wins", "dir OTHER_URL: same place: dir ENDPOINT_URL comes first",
				"default: shadowed by layer configmap",
			},
		},
		"the default is the last of its layer": {
			key:     "ENDPOINT",
			sources: []resolve.Source{given("image", resolve.Defaults, "ENDPOINT", "c:1")},
			want:    []string{"image: wins", "default: same layer: the contract's default comes last"},
		},
		"invalid wins, and loses": {
			key: "ENDPOINT",
			sources: []resolve.Source{
				given("param", resolve.Parameters, "endpoint", "a:99999"),
				given("env", resolve.ConfigMap, "ENDPOINT", "http://b"),
			},
			want: []string{
				"param endpoint: wins, and has an invalid port: write a port from 1 to 65535",
				"env: shadowed by layer parameters, and is a URL where a host and port belong: write HOST:PORT without http://",
				"default: shadowed by layer parameters",
			},
		},
		"half a group": {
			key: "SECRET",
			sources: []resolve.Source{
				given("param", resolve.Parameters, "access", "ak-param"), secretDir("ACCESS", "ak-secret", "SECRET", "sk-secret"),
			},
			want: []string{"secret dir: group s3 comes from layer parameters", "dev default: group s3 comes from layer parameters"},
		},
		"a stale token": {
			key: "TOKEN", sources: []resolve.Source{secretDir("TOKEN", "tk-old")},
			want: []string{"secret dir: group s3 comes from layer defaults"},
		},
		"a token beside mounted keys": {
			key: "TOKEN", sources: []resolve.Source{secretDir("ACCESS", "ak-secret", "SECRET", "sk-secret"), given("env", resolve.Secret, "TOKEN", "tk-old")},
			want: []string{"env: group s3 comes from another place of the layer"},
		},
		"an identity of the pod": {
			key: "ACCESS", ambient: "web identity",
			want: []string{"dev default: not put over the AWS identity of the pod (web identity)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := judged(resolve.Input{Contract: contract(t), AppEnv: resolve.Dev, Ambient: c.ambient, Sources: c.sources})
			k := r.Get(c.key)
			var got []string
			for i, why := range r.Why(k) {
				got = append(got, k.Candidates[i].Origin+": "+why)
			}
			require.Equal(t, c.want, got)
		})
	}
}

// A scheme or a spelling in the lowest layer was given by somebody; the default
// of the contract was not.
func TestTheContractsDefaultIsTheLastOfItsLayer(t *testing.T) {
	r := resolved(t, resolve.Dev, given("yaml", resolve.Defaults, "ENDPOINT_URL", "https://minio:9000"))
	require.Equal(t, "https://minio:9000", r.Environ()["OTHER_URL"])
	require.Equal(t, "true", r.Text("SECURE"))
	require.Equal(t, "yaml ENDPOINT_URL", r.Get("SECURE").Origin())

	r = resolved(t, resolve.Dev, given("param", resolve.Parameters, "endpoint_url", "http://minio:9000"),
		given("yaml", resolve.Defaults, "SECURE", "true"))
	origins := []string{}
	for _, c := range r.Get("SECURE").Candidates {
		origins = append(origins, c.Origin)
	}
	require.Equal(t, []string{"param endpoint_url", "yaml", "default"}, origins)
}

func TestAStaleKeyIsStaleInAllItsSpellings(t *testing.T) {
	c, err := resolve.ParseContract("own", []byte(`
keys:
  ACCESS: {type: string, sensitive: true, group: s3, dev_default: devaccess}
  SECRET: {type: string, sensitive: true, group: s3, dev_default: devsecret}
  TOKEN: {type: string, sensitive: true, group: s3, optional: true, spellings: [OLD_TOKEN]}
`))
	require.NoError(t, err)
	r := judged(resolve.Input{Contract: c, AppEnv: resolve.Dev, Sources: []resolve.Source{
		given("env", resolve.Secret, "OLD_TOKEN", "tk-old"),
	}})
	require.Equal(t, []string{"TOKEN", "OLD_TOKEN"}, r.Stale)
}

func TestLookup(t *testing.T) {
	for name, want := range map[string]string{
		"ENDPOINT": "ENDPOINT", "ENDPOINT_URL": "ENDPOINT", "endpoint-url": "ENDPOINT", "the_uri": "URI", "The-URI": "URI",
	} {
		require.Equal(t, want, contract(t).Lookup(name).Name)
	}
	require.Nil(t, contract(t).Lookup("ENDPONT"))
}

// A command to type shows the form of the value that it wants.
func TestPlaceholdersFollowTheType(t *testing.T) {
	for _, c := range []struct{ typ, value string }{
		{"string", "VALUE"},
		{"bool", "true"},
		{"duration", "30s"},
		{"url", "http://HOST:PORT"},
		{"hostport", "HOST:PORT"},
		{"int", "NUMBER"},
		{"float", "NUMBER"},
		{"bucket", "BUCKET"},
	} {
		k := resolve.Key{Name: "K", Type: resolve.Type(c.typ)}
		require.Equal(t, c.value, k.Placeholder(""), c.typ)
		require.NotEmpty(t, k.Accepts())
	}
	enum := resolve.Key{Type: resolve.Enum, Values: []string{"a", "b"}}
	require.Equal(t, "b", enum.Placeholder("a"))
	require.Equal(t, "a", enum.Placeholder("b"))
	require.Equal(t, "false", (&resolve.Key{Type: resolve.Bool}).Placeholder("true"))
	require.Equal(t, "one of a, b", enum.Accepts())
}
