package resolve_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

func asIs(s string) string { return s }

// The format is a promise: caches are keyed by it. It is written here for
// another program, not for ours.
func TestDigestIsWhatTheShellComputes(t *testing.T) {
	r := resolved(t, resolve.Dev, given("env", resolve.ConfigMap, "ENDPOINT", "minio:9000", "NOTE", "two\nlines"))
	const format = `printf 'ENDPOINT=minio:9000\0NOTE=two\nlines\0SECURE=false\0URI=http://rest\0' | sha256sum | cut -c1-16`
	out, err := exec.CommandContext(t.Context(), "sh", "-c", format).Output()
	require.NoError(t, err)
	require.Equal(t, "v1:"+strings.TrimSpace(string(out)), r.Digest(asIs))
	require.Equal(t, "v1:71f619ccf62d958c", r.Digest(asIs), "golden")
}

func TestDigestOfTheBuiltinContract(t *testing.T) {
	c, err := resolve.Builtin()
	require.NoError(t, err)
	r := judged(resolve.Input{Contract: c, AppEnv: resolve.Dev})
	require.Equal(t, "v1:", r.Digest(asIs)[:3])
	require.Len(t, r.Digest(asIs), 3+16)

	// It does not depend on the order of the keys in the contract.
	slices.Reverse(c.Keys)
	require.Equal(t, r.Digest(asIs), judged(resolve.Input{Contract: c, AppEnv: resolve.Dev}).Digest(asIs))
}

func TestDigestFollowsSettingsAndNotSecretsOrOrigins(t *testing.T) {
	digest := func(sources ...resolve.Source) string { return resolved(t, resolve.Dev, sources...).Digest(asIs) }
	base := digest(given("env", resolve.ConfigMap, "ENDPOINT", "minio:9000"))
	require.Equal(t, base, digest(given("param", resolve.Parameters, "endpoint", "minio:9000")), "another origin")
	require.Equal(t, base, digest(given("env", resolve.ConfigMap, "ENDPOINT_URL", "http://minio:9000")), "another spelling")
	require.Equal(t, base, digest(given("env", resolve.ConfigMap, "ENDPOINT", "minio:9000"), given("dir", resolve.Secret, "ACCESS", "ak-value", "SECRET", "sk-value")), "another secret")
	require.NotEqual(t, base, digest(given("env", resolve.ConfigMap, "ENDPOINT", "minio:9001")), "another value")
	require.NotEqual(t, base, digest(given("env", resolve.ConfigMap, "ENDPOINT", "minio:9000", "NOTE", "")), "another key")

	// A password in a URL is no setting, its server is one.
	url := func(text string) string {
		return judged(resolve.Input{Contract: contract(t), AppEnv: resolve.Dev, Sources: []resolve.Source{given("env", resolve.ConfigMap, "URI", text)}}).Digest(asIs)
	}
	require.Equal(t, url("http://user:one@host"), url("http://user:two@host"))
	require.NotEqual(t, url("http://user:one@host"), url("http://user:one@other"))
	require.NotEqual(t, url("http://host/known"), judged(resolve.Input{Contract: contract(t), AppEnv: resolve.Dev, Sources: []resolve.Source{given("env", resolve.ConfigMap, "URI", "http://host/known")}}).
		Digest(func(s string) string { return strings.ReplaceAll(s, "known", "********") }), "the mask is asked")
}
