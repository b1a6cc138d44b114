package resolve_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// The tables of the strategy, as they stand in its document: every variable,
// default, service and bucket of it is in the built-in contract.
func TestBuiltinContractIsTheSeeds(t *testing.T) {
	text, err := os.ReadFile("testdata/strategy.md")
	require.NoError(t, err)
	want := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^([A-Z0-9_]+)=(\S+)`).FindAllStringSubmatch(string(text), -1) {
		want[m[1]] = m[2]
	}
	require.Len(t, want, 18, "variables of the strategy")

	c, err := resolve.Builtin()
	require.NoError(t, err)
	r := judged(resolve.Input{Contract: c, AppEnv: resolve.Dev})
	require.Empty(t, r.Findings)
	got := r.Environ()
	for name, value := range want {
		require.Equal(t, value, got[name], name)
	}

	services := regexp.MustCompile("(?m)^\\| \\w+ \\| `([^`]+)` \\| `([^`]+)` \\|").FindAllStringSubmatch(string(text), -1)
	require.Len(t, services, 4, "services of the strategy")
	var endpoints []string
	for _, s := range c.Services {
		endpoint := r.Text(s.Endpoint)
		endpoints = append(endpoints, strings.TrimPrefix(endpoint, "http://"))
	}
	for _, s := range services {
		require.Contains(t, endpoints, s[2], s[1])
	}
	for _, name := range c.Service("minio").Buckets {
		require.Equal(t, want[name], r.Text(name))
	}
	require.Len(t, c.Service("minio").Buckets, strings.Count(string(text), "\nBUCKET_"))
}
