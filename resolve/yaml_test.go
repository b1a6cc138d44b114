package resolve_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// readYAML reads files given as name, text, … from a directory "." of their own.
func readYAML(t testing.TB, env resolve.AppEnv, files ...string) ([]resolve.Source, error) {
	t.Chdir(t.TempDir())
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(files[i], []byte(files[i+1]), 0o644))
	}
	return resolve.ReadYAML(contract(t), ".", env)
}

func found(s []resolve.Source) (list []string) {
	for _, src := range s {
		enter(src.Findings)
		for _, f := range src.Findings {
			list = append(list, fmt.Sprintf("%s %s: %s | %s", f.Severity, f.Code, f.Message, f.Hint))
		}
	}
	return list
}

func TestYAMLPathsNameVariables(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"endpoint: a:1":                {"ENDPOINT": "a:1"},
		"ENDPOINT: a:1":                {"ENDPOINT": "a:1"},
		"endpoint-url: http://a:1":     {"ENDPOINT_URL": "http://a:1"},
		"endpoint: {url: http://a:1}":  {"ENDPOINT_URL": "http://a:1"},
		"Endpoint:\n  Url: http://a:1": {"ENDPOINT_URL": "http://a:1"},
		"note: 10000000":               {"NOTE": "10000000"},
		"note: 0.10":                   {"NOTE": "0.10"},
		"note: yes":                    {"NOTE": "yes"},
		"note: 0x1F":                   {"NOTE": "0x1F"},
		"note: 2026-01-02":             {"NOTE": "2026-01-02"},
		"note: 'it''s # one'":          {"NOTE": "it's # one"},
		"note: |\n  two\n  lines\n":    {"NOTE": "two\nlines"},
		"note: ''":                     {"NOTE": ""},
		"note: null":                   {},
		"note: ~":                      {},
		"note:":                        {},
		"":                             {},
		"# nothing":                    {},
		"---\nnote: x":                 {"NOTE": "x"},
		"other: {deep: [1, {a: 2}]}":   {},
		"1: x\ntrue: y\n? {a: b}\n: z": {},
		"a: &x from-anchor\nnote: *x":  {"NOTE": "from-anchor"},
		"base: &b {url: http://a:1, z: 1}\nendpoint: {<<: *b}":                       {"ENDPOINT_URL": "http://a:1"},
		"base: &b {url: http://a:1}\nendpoint: {<<: *b, url: http://own:1}":          {"ENDPOINT_URL": "http://own:1"},
		"a: &a {url: http://a:1}\nb: &b {url: http://b:1}\nendpoint: {<<: [*b, *a]}": {"ENDPOINT_URL": "http://b:1"},
		"a: &a {url: http://a:1}\nb: &b {<<: *a}\nendpoint: {<<: *b}":                {"ENDPOINT_URL": "http://a:1"},
	} {
		s, err := readYAML(t, "", "config_base.yaml", text)
		require.NoError(t, err, text)
		require.Equal(t, want, texts(s[0]), text)
	}
}

func TestYAMLOverlayIsMergedDeeply(t *testing.T) {
	const base = "endpoint: {url: http://base:1}\nnote: base\nuri: http://base\n"
	for overlay, want := range map[string]string{
		"note: over":                     "http://base:1 over http://base",
		"note: null\nuri: ''":            "http://base:1 base http://base",
		"endpoint: {url: http://over:1}": "http://over:1 base http://base",
		"endpoint: {z: 1}":               "http://base:1 base http://base",
		"endpoint: {}":                   "http://base:1 base http://base",
		"endpoint: over:2":               "http://over:2 base http://base", // a value in place of the mapping
		"ENDPOINT: null":                 "http://base:1 base http://base",
		"uri: {path: x}\nnote: n":        "http://base:1 n ", // a mapping in place of the value
	} {
		s, err := readYAML(t, resolve.Prod, "config_base.yaml", base, "config_prod.yaml", overlay, "config_dev.yaml", "note: never")
		require.NoError(t, err)
		require.Equal(t, []string{"yaml config_prod.yaml", "yaml config_base.yaml"}, []string{s[0].Name, s[1].Name})
		r := judged(resolve.Input{Contract: contract(t), AppEnv: resolve.Dev, Sources: s})
		require.Equal(t, want, r.Environ()["ENDPOINT_URL"]+" "+r.Text("NOTE")+" "+r.Text("URI"), overlay)
		for _, m := range messages(r) {
			require.NotContains(t, m, resolve.CodeDisagree, "defaults are meant to be overridden")
		}
	}
}

func TestYAMLWithoutAppEnvIsTheBaseAlone(t *testing.T) {
	s, err := readYAML(t, "", "config_base.yaml", "note: base", "config_dev.yaml", "note: dev")
	require.NoError(t, err)
	require.Len(t, s, 1)
	require.Equal(t, map[string]string{"NOTE": "base"}, texts(s[0]))

	s, err = readYAML(t, resolve.Dev)
	require.NoError(t, err)
	require.Empty(t, s)

	_, err = resolve.ReadYAML(contract(t), "nowhere", resolve.Dev)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// Half a login in one file is not completed from the other, nor from the
// defaults of development.
func TestYAMLIsAPlaceForAGroup(t *testing.T) {
	s, err := readYAML(t, resolve.Dev, "config_base.yaml", "access: base-access\nsecret: base-secret", "config_dev.yaml", "access: over-access")
	require.NoError(t, err)
	r := resolved(t, resolve.Dev, s...)
	require.True(t, r.Failed())
	require.False(t, r.Get("SECRET").Set)
}

func TestYAMLFindings(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"endpoint: a:1\nENDPOINT: b:2", "error FLTS-C41: ENDPOINT is given at config_base.yaml:1:1 and again at config_base.yaml:2:1, as ENDPOINT | keep one of them"},
		{"endpoint: {url: 'http://a:1'}\nendpoint_url: http://a:1", "error FLTS-C41: ENDPOINT_URL is given at config_base.yaml:1:12 and again at config_base.yaml:2:1, as endpoint_url | keep one of them"},
		{"endpoint: {url: 'http://a:1'}\nendpoint: {z: 1}", "error FLTS-C41: endpoint is given at config_base.yaml:1:1 and again at config_base.yaml:2:1 | write them in one place: other readers take the last alone"},
		{"endpiont: a:1", "warning FLTS-C40: config_base.yaml:1:1: endpiont reaches no key: no ENDPIONT in the contract | did you mean ENDPOINT?"},
		{"endpoint: {port: 1}", "warning FLTS-C40: config_base.yaml:1:12: endpoint.port reaches no key: no ENDPOINT_PORT in the contract | flts-run config lists the keys of the contract"},
		{"secret: sk-canary", "warning FLTS-S14: SECRET is sensitive and was found in a YAML file (config_base.yaml:1:9) | move it to a Secret, or to .env for development: configuration files are shared and versioned"},
		{"model: {layers: 3}\nmodel: {x: 1}\nlearning_rate: 1e-3", ""},
	} {
		s, err := readYAML(t, resolve.Staging, "config_base.yaml", c.text)
		require.NoError(t, err)
		require.Equal(t, c.want, strings.Join(found(s), "\n"), c.text)
	}
	s, err := readYAML(t, resolve.Prod, "config_base.yaml", "secret: sk-canary", "config_prod.yml", "note: x")
	require.NoError(t, err)
	require.Equal(t, []string{
		"warning FLTS-C45: config_prod.yml is not read | rename it to config_prod.yaml",
		"error FLTS-S14: SECRET is sensitive and was found in a YAML file (config_base.yaml:1:9) | move it to a Secret, or to .env for development: configuration files are shared and versioned",
	}, found(s))
}

func TestYAMLValuesThatNoKeyCanHold(t *testing.T) {
	s, err := readYAML(t, resolve.Dev, "config_base.yaml", "uri: [a, b]\nendpoint: !foo x\nsecure:\n    maybe")
	require.NoError(t, err)
	r := judged(resolve.Input{Contract: contract(t), AppEnv: resolve.Dev, Sources: s})
	require.Equal(t, []string{
		"error FLTS-C42: ENDPOINT (yaml config_base.yaml:2:11) has a YAML tag and is no plain text",
		"error FLTS-C42: URI (yaml config_base.yaml:1:6) is a list where one value belongs",
		`error FLTS-C20: SECURE = "maybe" (yaml config_base.yaml:4:5) is no bool`,
	}, messages(r))
}

// Errors have a position and do not quote the file, which may hold a secret.
func TestYAMLErrors(t *testing.T) {
	bomb := "a: &a [x]\n"
	bomb = "l0: &l0 {a: 1, b: 2}\n"
	for i := range 20 {
		bomb += fmt.Sprintf("l%d: &l%d {a: *l%d, b: *l%d}\n", i+1, i+1, i, i)
	}
	for _, c := range []struct{ text, want string }{
		{"note: x\nsecret: *sk-canary", "config_base.yaml:2:9: refers to an anchor that is not in the file: a text that begins with * needs quotes"},
		{"note: x\n---\nnote: y", "config_base.yaml:2:1: a second document begins here: write one"},
		{"note: a: b", "config_base.yaml:1:8: mapping values are not allowed in this context"},
		{"note: [a", "config_base.yaml:2:1: did not find expected ',' or ']'"},
		{"- a", "config_base.yaml:1:1: want a mapping of names to values"},
		{"just text", "config_base.yaml:1:1: want a mapping of names to values"},
		{"note: @canary", "config_base.yaml:1:7: found character that cannot start any token"},
		{"note: \xff", "config_base.yaml:1:1: invalid leading UTF-8 octet"},
		{"a: {<<: x}", "config_base.yaml:1:9: << takes a mapping or a list of mappings"},
		{"a: &a {b: *a}", "config_base.yaml:1:4: is nested more than 64 levels deep"},
		{"a: &a {<<: *a}", "config_base.yaml:1:4: merges in more than 64 levels"},
		{bomb, "the file has more than 100000 values once its aliases are resolved"},
	} {
		_, err := readYAML(t, resolve.Dev, "config_base.yaml", c.text)
		require.ErrorContains(t, err, c.want)
		require.NotContains(t, err.Error(), "canary")
	}
	// Both files are reported at once.
	_, err := readYAML(t, resolve.Dev, "config_base.yaml", "- a", "config_dev.yaml", "- b")
	require.ErrorContains(t, err, "config_base.yaml:1:1")
	require.ErrorContains(t, err, "config_dev.yaml:1:1")
}

func FuzzYAML(f *testing.F) {
	f.Add("endpoint: {url: http://a:1}\nnote: |\n  x\n")
	f.Add("a: &a {b: [*a]}\nc: {<<: *a}\n---\n")
	f.Add("secret: !!binary eA==\n? [x]\n: 1\nnote: &n 0.10\nuri: *n")
	c := contract(f)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(dir, "config_base.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		sources, err := resolve.ReadYAML(c, dir, resolve.Dev)
		if err != nil {
			require.Regexp(t, `^.*config_base.yaml(:\d+:\d+: | is longer)`, err.Error())
			return
		}
		require.Len(t, sources, 1)
		for name, v := range sources[0].Values {
			require.NotNil(t, c.KeyFor(name))
			require.Regexp(t, `^\d+:\d+$`, v.At)
		}
	})
}
