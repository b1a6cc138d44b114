package resolve_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/resolve"
)

const small = `
namespace: default
keys:
  ENDPOINT:
    type: hostport
    default: svc.${namespace}.svc.cluster.local:9000
    spellings:
      - {name: ENDPOINT_URL, as: url, secure: SECURE}
      - {name: OTHER_URL, as: url, secure: SECURE}
  SECURE: {type: bool, default: "false"}
  ACCESS: {type: string, sensitive: true, required: true, group: s3, dev_default: devaccess, spellings: [AWS_ACCESS]}
  SECRET: {type: string, sensitive: true, required: true, group: s3, dev_default: devsecret}
  TOKEN: {type: string, sensitive: true, group: s3, optional: true}
  URI: {type: url, required: true, params: [the_uri]}
  NOTE: {type: string, allow_empty: true, default: none}
services:
  store: {kind: s3, check: enforce, endpoint: ENDPOINT, access_key: ACCESS, secret_key: SECRET}
policy: {plain-http: off} # which has tests of its own
`

func contract(t testing.TB) *resolve.Contract {
	c, err := resolve.ParseContract("small", []byte(small))
	require.NoError(t, err)
	return c
}

// given makes a source of a name and a layer, from pairs.
func given(name string, layer resolve.Layer, pairs ...string) resolve.Source {
	s := resolve.Source{Name: name, Layer: layer, Params: layer == resolve.Parameters, Values: map[string]resolve.Value{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i]] = resolve.Plain(pairs[i+1])
	}
	return s
}

func resolved(t testing.TB, env resolve.AppEnv, sources ...resolve.Source) *resolve.Resolution {
	// URI is required and of no interest to most tests.
	sources = append(sources, given("rest", resolve.ConfigMap, "URI", "http://rest"))
	return judged(resolve.Input{Contract: contract(t), AppEnv: env, Sources: sources})
}

func messages(r *resolve.Resolution) []string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, fmt.Sprintf("%s %s: %s", f.Severity, f.Code, f.Message))
	}
	return list
}

func TestFirstLayerWins(t *testing.T) {
	// Each source alone beats all below it, whatever the order of the others.
	sources := []resolve.Source{
		given("param", resolve.Parameters, "endpoint", "one:1"),
		given("file", resolve.Parameters, "Endpoint", "two:2"),
		given("configmap env", resolve.ConfigMap, "ENDPOINT", "three:3"),
		given("configmap dir", resolve.ConfigMap, "ENDPOINT", "four:4"),
		given("secret env", resolve.Secret, "ENDPOINT", "five:5"),
		given("image", resolve.Defaults, "ENDPOINT", "six:6"),
	}
	want := []string{"one:1", "two:2", "three:3", "four:4", "five:5", "six:6", "svc.default.svc.cluster.local:9000"}
	for i := range want {
		r := resolved(t, resolve.Dev, sources[i:]...)
		k := r.Get("ENDPOINT")
		require.Equal(t, want[i], k.Value.Reveal())
		require.Len(t, k.Shadowed(), len(want)-i-1)
		for j, c := range k.Shadowed() {
			require.Equal(t, want[i+1+j], c.Value.Reveal())
		}
	}
}

func TestOwnNameBeatsSpellingsInsideALayerOnly(t *testing.T) {
	r := resolved(t, resolve.Dev,
		given("dir", resolve.ConfigMap, "OTHER_URL", "http://other:1", "ENDPOINT_URL", "http://spelled:2"),
		given("env", resolve.ConfigMap, "ENDPOINT", "own:3"))
	require.Equal(t, "own:3", r.Text("ENDPOINT"))
	require.Equal(t, []string{
		`warning FLTS-C24: ENDPOINT has two values in layer configmap: "own:3" (env) wins over "http://spelled:2" (dir ENDPOINT_URL)`,
		`warning FLTS-C24: ENDPOINT has two values in layer configmap: "own:3" (env) wins over "http://other:1" (dir OTHER_URL)`,
	}, messages(r))

	r = resolved(t, resolve.Dev,
		given("param", resolve.Parameters, "endpoint_url", "http://spelled:2"),
		given("env", resolve.ConfigMap, "ENDPOINT", "own:3"))
	require.Equal(t, "spelled:2", r.Text("ENDPOINT"))
	require.Empty(t, messages(r))
}

func TestSpellingsAreExportedTogether(t *testing.T) {
	r := resolved(t, resolve.Dev, given("env", resolve.ConfigMap, "ENDPOINT", "minio:9000", "SECURE", "True"))
	require.Equal(t, map[string]string{
		"ENDPOINT": "minio:9000", "ENDPOINT_URL": "https://minio:9000", "OTHER_URL": "https://minio:9000", "SECURE": "true",
		"ACCESS": "devaccess", "AWS_ACCESS": "devaccess", "SECRET": "devsecret", "URI": "http://rest", "NOTE": "none",
	}, r.Environ())
	require.Equal(t, []string{"written as true"}, r.Get("SECURE").Candidates[0].Notes)
}

func TestSchemeOfAnEndpointGoesWithIt(t *testing.T) {
	url := given("env", resolve.ConfigMap, "ENDPOINT_URL", "https://minio:9000/")
	r := resolved(t, resolve.Dev, url)
	require.Equal(t, "https://minio:9000", r.Environ()["OTHER_URL"])
	require.Equal(t, "env ENDPOINT_URL", r.Get("SECURE").Origin())
	require.Empty(t, messages(r))

	// The key itself is stronger in its own layer and above, and the
	// contradiction is said.
	r = resolved(t, resolve.Dev, url, given("dir", resolve.ConfigMap, "SECURE", "false"))
	require.Equal(t, "http://minio:9000", r.Environ()["ENDPOINT_URL"])
	require.Equal(t, []string{`warning FLTS-C24: SECURE has two values in layer configmap: "false" (dir) wins over "true" (env ENDPOINT_URL)`}, messages(r))

	// It also goes with the same endpoint under another name of the layer.
	r = resolved(t, resolve.Dev, url, given("dir", resolve.ConfigMap, "ENDPOINT", "minio:9000"))
	require.Equal(t, "https://minio:9000", r.Environ()["OTHER_URL"])
	require.Empty(t, messages(r))
	r = resolved(t, resolve.Dev, url, given("dir", resolve.ConfigMap, "OTHER_URL", "http://minio:9000"))
	require.Equal(t, []string{`warning FLTS-C24: ENDPOINT has two values in layer configmap: "https://minio:9000" (env ENDPOINT_URL) wins over "http://minio:9000" (dir OTHER_URL)`}, messages(r))

	// The scheme of a URL that lost has no say.
	r = resolved(t, resolve.Dev, given("param", resolve.Parameters, "ENDPOINT", "other:1"), url)
	require.Equal(t, "http://other:1", r.Environ()["ENDPOINT_URL"])
	require.Empty(t, messages(r))
}

func TestEmptyIsNotGiven(t *testing.T) {
	r := resolved(t, resolve.Dev,
		given("param", resolve.Parameters, "endpoint", "", "note", ""),
		given("env", resolve.ConfigMap, "ENDPOINT", "env:1"))
	require.Equal(t, "env:1", r.Text("ENDPOINT"))
	require.True(t, r.Get("ENDPOINT").Candidates[0].Empty)
	require.True(t, r.Get("NOTE").Set, "allow_empty")
	require.Equal(t, "", r.Text("NOTE"))
	require.Empty(t, messages(r))
}

func TestGroupComesFromOneLayer(t *testing.T) {
	full := given("secret dir", resolve.Secret, "ACCESS", "ak-secret", "SECRET", "sk-secret", "TOKEN", "tk-secret")
	r := resolved(t, resolve.Prod, full)
	require.Equal(t, []string{"ak-secret", "sk-secret", "tk-secret"}, []string{r.Text("ACCESS"), r.Text("SECRET"), r.Text("TOKEN")})
	require.Empty(t, messages(r))

	t.Run("half is never completed from a lower layer", func(t *testing.T) {
		r := resolved(t, resolve.Dev, given("param", resolve.Parameters, "access", "ak-param"), full)
		require.False(t, r.Get("SECRET").Set)
		require.True(t, r.Failed())
		require.Equal(t, []string{
			"warning FLTS-C21: TOKEN (secret dir) does not belong to the credentials in use: it is not taken",
			"error FLTS-S06: half a pair: SECRET is missing in layer parameters, where ACCESS (param access) is given; the value in layer secret is not used, because halves of different logins do not fit",
			"warning FLTS-C22: ACCESS is sensitive and was given as a pipeline parameter (param access)",
		}, messages(r))
	})
	t.Run("a token beside keys of another layer is stale", func(t *testing.T) {
		r := resolved(t, resolve.Dev, given("env", resolve.Secret, "TOKEN", "old-token"))
		require.Equal(t, "devaccess", r.Text("ACCESS"))
		require.Equal(t, []string{"TOKEN"}, r.Stale)
		require.NotContains(t, r.Environ(), "TOKEN")
	})
	t.Run("a token of another source of the layer is stale too", func(t *testing.T) {
		keys := given("dir", resolve.Secret, "ACCESS", "ak-value", "SECRET", "sk-value")
		r := resolved(t, resolve.Prod, keys, given("env", resolve.Secret, "TOKEN", "old-token"))
		require.NotContains(t, r.Environ(), "TOKEN")
		require.Equal(t, []string{"TOKEN"}, r.Stale)
		keys.Values["TOKEN"] = resolve.Plain("its-token")
		require.Equal(t, "its-token", resolved(t, resolve.Prod, keys).Text("TOKEN"))
	})
	t.Run("one login from two places of a layer is a warning", func(t *testing.T) {
		r := resolved(t, resolve.Prod, given("dir", resolve.Secret, "ACCESS", "ak-value"), given("env", resolve.Secret, "SECRET", "sk-value"))
		require.Equal(t, []string{"warning FLTS-C24: one login from different places: ACCESS (dir), SECRET (env)"}, messages(r))
	})
	t.Run("spellings that disagree do not show their values", func(t *testing.T) {
		r := resolved(t, resolve.Prod, given("dir", resolve.Secret, "ACCESS", "ak-value", "AWS_ACCESS", "ak-other", "SECRET", "sk-value"))
		require.Equal(t, []string{"warning FLTS-C24: ACCESS has two values in layer secret: dir wins over dir AWS_ACCESS"}, messages(r))
	})
}

func TestDevelopmentDefaults(t *testing.T) {
	require.Empty(t, messages(resolved(t, resolve.Dev)))
	require.Equal(t, []string{"warning FLTS-C25: development credentials are used for ACCESS and SECRET, because APP_ENV is not set"}, messages(resolved(t, "")))
	for _, env := range []resolve.AppEnv{resolve.Staging, resolve.Prod} {
		r := resolved(t, env, given("secret dir", resolve.Secret))
		require.Equal(t, []string{
			"error FLTS-C18: ACCESS is required and has no value; searched: secret dir, rest, default",
			"error FLTS-C18: SECRET is required and has no value; searched: secret dir, rest, default",
		}, messages(r))
	}
}

func TestDefaultCredentialsAreNotPutOverAnIdentity(t *testing.T) {
	for _, env := range []resolve.AppEnv{"", resolve.Dev, resolve.Prod} {
		in := resolve.Input{
			Contract: contract(t), AppEnv: env, Ambient: "web identity",
			Sources: []resolve.Source{given("rest", resolve.ConfigMap, "URI", "http://rest")},
		}
		r := judged(in)
		require.Empty(t, messages(r))
		require.NotContains(t, r.Environ(), "ACCESS")

		in.Sources = append(in.Sources, given("dir", resolve.Secret, "ACCESS", "ak-value", "SECRET", "sk-value"))
		require.Equal(t, "ak-value", judged(in).Text("ACCESS"), "keys that were given are used")
	}
}

// An AWS identity stands in for the keys of an object store, and for no others.
func TestAnIdentityIsForTheObjectStoreOnly(t *testing.T) {
	c := contract(t)
	var err error
	in := resolve.Input{Contract: c, AppEnv: resolve.Prod, Ambient: "profile", Sources: []resolve.Source{given("rest", resolve.ConfigMap, "URI", "http://rest")}}
	require.Empty(t, messages(judged(in)))
	in.Contract, err = c.Without([]string{"store"})
	require.NoError(t, err)
	require.Empty(t, messages(judged(in)), "a service that is left out needs no credentials")
	c.Service("store").Kind = "http"
	in.Contract = c
	require.Len(t, messages(judged(in)), 2)
}

func TestSensitiveKeysInTheWrongPlace(t *testing.T) {
	sources := []resolve.Source{
		given("param", resolve.Parameters, "access", "ak-value", "secret", "sk-value"),
		given("configmap dir", resolve.ConfigMap, "SECRET", "sk-other"),
	}
	for env, severity := range map[resolve.AppEnv]string{resolve.Dev: "warning", resolve.Staging: "warning", resolve.Prod: "error"} {
		require.Equal(t, []string{
			severity + " FLTS-C22: ACCESS is sensitive and was given as a pipeline parameter (param access)",
			severity + " FLTS-C22: SECRET is sensitive and was given as a pipeline parameter (param secret)",
			severity + " FLTS-C23: SECRET is sensitive and was found in a ConfigMap (configmap dir)",
		}, messages(resolved(t, env, sources...)))
	}
}

// The default of a component is part of the pipeline, which everybody can read.
func TestSensitiveKeysInThePipeline(t *testing.T) {
	component := given("component default", resolve.Defaults, "access", "ak-value", "secret", "sk-value")
	component.Params = true
	for env, severity := range map[resolve.AppEnv]string{resolve.Dev: "warning", resolve.Prod: "error"} {
		require.Equal(t, []string{
			severity + " FLTS-C22: ACCESS is sensitive and its value is part of the pipeline (component default access)",
			severity + " FLTS-C22: SECRET is sensitive and its value is part of the pipeline (component default secret)",
		}, messages(resolved(t, env, component)))
	}
}

func TestEverythingIsReportedAtOnce(t *testing.T) {
	r := judged(resolve.Input{Contract: contract(t), AppEnv: resolve.Prod, Sources: []resolve.Source{
		given("param", resolve.Parameters, "endpoint", "http://minio:9000", "secure", "yes"),
		{Name: "secret dir", Layer: resolve.Secret, Note: "not mounted", Others: []string{"ACCES", "secrets", "unrelated"}},
	}})
	require.Equal(t, []resolve.Finding{
		{
			Severity: "error", Code: "FLTS-C05", Key: "ENDPOINT", Hint: "set ENDPOINT=minio:9000",
			Message: `ENDPOINT = "http://minio:9000" (param endpoint) is a URL where a host and port belong`,
		},
		{Severity: "error", Code: "FLTS-C20", Key: "SECURE", Hint: "write true or false", Message: `SECURE = "yes" (param secure) is no bool`},
		{
			Severity: "error", Code: "FLTS-C18", Key: "ACCESS",
			Message: "ACCESS is required and has no value; searched: param access, secret dir (not mounted), default",
			Hint:    "secret dir holds ACCES: did you mean ACCESS?; put ACCESS into the Secret that the pod mounts or reads",
		},
		{
			Severity: "error", Code: "FLTS-C18", Key: "SECRET",
			Message: "SECRET is required and has no value; searched: param secret, secret dir (not mounted), default",
			Hint:    "secret dir holds secrets: did you mean SECRET?; put SECRET into the Secret that the pod mounts or reads",
		},
		{
			Severity: "error", Code: "FLTS-C18", Key: "URI",
			Message: "URI is required and has no value; searched: param uri, secret dir (not mounted), default",
			Hint:    "pass --param uri=VALUE, or put URI into the ConfigMap",
		},
	}, r.Findings)
}

func TestAWrongValueWinsAndIsNotShownWhenSensitive(t *testing.T) {
	r := resolved(t, resolve.Prod,
		given("dir", resolve.Secret, "ACCESS", "ak-canary\n", "SECRET", "sk-canary\x00"),
		given("param", resolve.Parameters, "endpoint", ""),
		given("env", resolve.ConfigMap, "ENDPOINT", "minio:99999"))
	require.False(t, r.Get("ENDPOINT").Set, "no fall through to the default")
	require.Equal(t, []string{
		`error FLTS-C20: ENDPOINT = "minio:99999" (env) has an invalid port`,
		"error FLTS-S03: ACCESS (dir) ends with a newline (10 bytes in all)",
		"error FLTS-S10: SECRET (dir) holds a NUL byte (byte 9)",
	}, messages(r))
}

func TestUnreadableValueIsReportedWithItsKey(t *testing.T) {
	s := given("dir", resolve.Secret, "SECRET", "sk-value")
	s.Values["ACCESS"] = resolve.Value{Err: fmt.Errorf("cannot be read: permission denied")}
	require.Equal(t, []string{"error FLTS-C20: ACCESS (dir) cannot be read: permission denied"}, messages(resolved(t, resolve.Prod, s)))
}

func TestShortSecretsAreNamed(t *testing.T) {
	r := resolved(t, resolve.Prod, given("dir", resolve.Secret, "ACCESS", "minio", "SECRET", "sk-value"))
	require.Equal(t, []string{"warning FLTS-C27: ACCESS (dir) is shorter than 6 characters: it cannot be told from ordinary text and is not masked inside other output"}, messages(r))
}

func TestNamespaceOfDefaults(t *testing.T) {
	r := judged(resolve.Input{Contract: contract(t), AppEnv: resolve.Dev, Namespace: "mlops"})
	require.Equal(t, "svc.mlops.svc.cluster.local:9000", r.Text("ENDPOINT"))
}

func TestValuesOfSourcesDoNotPrint(t *testing.T) {
	r := resolved(t, resolve.Prod, given("dir", resolve.Secret, "ACCESS", "ak-canary", "SECRET", "sk-canary"))
	require.NotContains(t, fmt.Sprintf("%+v %#v", r, given("dir", resolve.Secret, "X", "ak-canary")), "canary")
	require.Equal(t, secret.Mask, r.Get("SECRET").Value.String())
}
