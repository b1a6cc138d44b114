package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/resolve"
)

// The format is a promise: reports of different versions are compared. The
// wanted values are those of Python's hmac module.
func TestFingerprintFormat(t *testing.T) {
	f := fingerprinter("sixteen bytes ok")
	k := &resolve.Resolved{Key: &resolve.Key{Name: "K", Sensitive: true}, Value: secret.New("the-secret"), Set: true}
	require.Equal(t, "fd1a94d134b96452", f.of(k, secret.Mask))
	require.Equal(t, "5c9de86a92b53c36", f.id())
}

func TestFingerprintOf(t *testing.T) {
	f := fingerprinter("sixteen bytes ok")
	key := func(name string, sensitive bool, value secret.String) *resolve.Resolved {
		return &resolve.Resolved{Key: &resolve.Key{Name: name, Sensitive: sensitive}, Value: value, Set: true}
	}
	a := f.of(key("A", true, secret.New("one")), secret.Mask)
	require.Regexp(t, "^[0-9a-f]{16}$", a)
	require.NotEqual(t, a, f.of(key("A", true, secret.New("two")), secret.Mask), "another value")
	require.NotEqual(t, a, f.of(key("B", true, secret.New("one")), secret.Mask), "another name")
	require.NotEqual(t, a, fingerprinter("another sixteen!").of(key("A", true, secret.New("one")), secret.Mask), "another key")
	require.NotEqual(t, f.id(), fingerprinter("another sixteen!").id())

	require.Empty(t, fingerprinter(nil).of(key("A", true, secret.New("one")), secret.Mask), "without a key there is none")
	require.Empty(t, fingerprinter(nil).id())
	require.Empty(t, f.of(key("A", false, secret.Open("shown")), "shown"))
	hidden := secret.Open("http://u:pw@host")
	require.NotEmpty(t, f.of(key("A", false, hidden), hidden.String()), "a password in a URL")
	require.NotEmpty(t, f.of(key("A", false, secret.Open("http://h/known")), "http://h/"+secret.Mask), "a secret inside a value")
	unset := key("A", true, secret.String{})
	unset.Set = false
	require.Empty(t, f.of(unset, ""))
}

func TestReadFingerprintKey(t *testing.T) {
	dir := t.TempDir()
	file := written(t, filepath.Join(dir, "key"), "a key of enough bytes\n")
	short := written(t, filepath.Join(dir, "short"), "short\n")
	empty := written(t, filepath.Join(dir, "empty"), "\n")
	for name, c := range map[string]struct {
		key, file, want, err string
	}{
		"none":           {},
		"variable":       {key: "a key of enough bytes", want: "a key of enough bytes"},
		"file":           {file: file, want: "a key of enough bytes"},
		"both alike":     {key: "a key of enough bytes", file: file, want: "a key of enough bytes"},
		"both different": {key: "another key of bytes", file: file, err: "FLTS_FINGERPRINT_KEY and the file " + file + " hold different keys"},
		"short":          {file: short, err: "fingerprint key (" + short + ") has 5 bytes, fewer than 16, and could be guessed"},
		"short variable": {key: "short", err: "fingerprint key (FLTS_FINGERPRINT_KEY) has 5 bytes, fewer than 16, and could be guessed"},
		"empty":          {file: empty, err: "fingerprint key (" + empty + ") has 0 bytes, fewer than 16, and could be guessed"},
		"no file":        {file: filepath.Join(dir, "none"), err: "fingerprint key: open " + filepath.Join(dir, "none") + ": no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readFingerprintKey(&settings{vars: map[string]string{"FLTS_FINGERPRINT_KEY": c.key, "FLTS_FINGERPRINT_KEY_FILE": c.file}})
			if c.err != "" {
				require.EqualError(t, err, c.err)
				require.Equal(t, statusConfig, asFailure(err).status)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
		})
	}
}
