package resolve_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

func keyFiles(t testing.TB, vars map[string]string) (resolve.EnvironSources, []string) {
	var environ []string
	for name, value := range vars {
		environ = append(environ, name+"="+value)
	}
	c, err := resolve.ParseContract("small", []byte(strings.Replace(small, "\nservices:", "\n  CERT: {type: string}\n  CERT_FILE: {type: string}\nservices:", 1)))
	require.NoError(t, err)
	env := resolve.ReadEnviron(c, environ)
	read, err := env.ReadKeyFiles(c, vars)
	require.NoError(t, err)
	return env, read
}

func TestKeyFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	url, secret := write("url", "http://a:1\n"), write("secret", "sk-value")
	env, read := keyFiles(t, map[string]string{
		"ENDPOINT_URL_FILE": url, "SECRET_FILE": secret, "SECRET": "sk-value", "ACCESS_FILE": filepath.Join(dir, "gone"),
		"NOTE_FILE": "", "CERT_FILE": url, "UNKNOWN_FILE": url,
	})
	require.Equal(t, []string{"ACCESS_FILE", "ENDPOINT_URL_FILE", "SECRET_FILE"}, read)
	require.Equal(t, map[string]string{"ENDPOINT_URL": "http://a:1", "CERT_FILE": url}, texts(env.Plain), "a name that the contract knows is a value")
	require.Equal(t, map[string]string{"ACCESS": "", "SECRET": "sk-value"}, texts(env.Sensitive))
	require.Empty(t, found([]resolve.Source{env.Plain, env.Sensitive}), "equal values are no contradiction")
	require.EqualError(t, env.Sensitive.Values["ACCESS"].Err, "names a file that is not there: ACCESS_FILE takes a path, not the value: mount the file, or unset it")

	r := judged(resolve.Input{Contract: contract(t), AppEnv: resolve.Dev, Sources: []resolve.Source{env.Plain, env.Sensitive}})
	require.Equal(t, "env ENDPOINT_URL_FILE", r.Get("ENDPOINT").Origin())
	require.Equal(t, []string{resolve.NoteNewline}, r.Get("ENDPOINT").Candidates[0].Notes)
	require.Equal(t, "env SECRET_FILE", r.Get("SECRET").Origin())

	env, _ = keyFiles(t, map[string]string{"SECRET_FILE": secret, "SECRET": "sk-other"})
	require.Equal(t, []string{"error FLTS-C43: SECRET and SECRET_FILE are both set, with different values | unset one of them"}, found([]resolve.Source{env.Sensitive}))
}

// A path may go through the link of the volume, or name a generation itself: the
// next one is read before the link points to it.
func TestKeyFilesThatNameAGeneration(t *testing.T) {
	dir := t.TempDir()
	volume(t, dir, 1, map[string]string{"secret": "now"})
	require.NoError(t, os.Mkdir(filepath.Join(dir, "..gen2"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "..gen2", "secret"), []byte("next"), 0o600))
	for path, want := range map[string]string{"secret": "now", "..data/secret": "now", "..gen1/secret": "now", "..gen2/secret": "next"} {
		env, _ := keyFiles(t, map[string]string{"SECRET_FILE": filepath.Join(dir, path)})
		require.Equal(t, map[string]string{"SECRET": want}, texts(env.Sensitive), path)
	}
}

// A pair of files under one mount is never torn, in whatever way they are named.
func TestKeyFilesSurviveTheSwap(t *testing.T) {
	c, err := resolve.ParseContract("nested", []byte(strings.NewReplacer(
		"dev_default: devaccess,", "files: [login/user], dev_default: devaccess,",
		"dev_default: devsecret", "files: [login/password]").Replace(small)))
	require.NoError(t, err)
	dir := t.TempDir()
	stop := swapping(t, dir, func(i int) map[string]string {
		text := strings.Repeat(strconv.Itoa(i)+" ", 100) + "."
		return map[string]string{"login/user": text, "login/password": text}
	})
	vars := map[string]string{"ACCESS_FILE": filepath.Join(dir, "login/user"), "SECRET_FILE": filepath.Join(dir, "login/password")}
	whole := 0
	for range 500 {
		env := resolve.ReadEnviron(c, nil)
		_, fileErr := env.ReadKeyFiles(c, vars)
		nested, nestedErr := resolve.ReadMounted(c, "secret dir", resolve.Secret, dir)
		for _, got := range []struct {
			source resolve.Source
			err    error
		}{{env.Sensitive, fileErr}, {nested, nestedErr}} {
			if got.err != nil { // it said so, which is not a torn pair
				require.ErrorContains(t, got.err, "again and again")
				continue
			}
			whole++
			access, secret := got.source.Values["ACCESS"], got.source.Values["SECRET"]
			require.NoError(t, access.Err)
			require.NotEmpty(t, access.Text.Reveal())
			require.Equal(t, access.Text.Reveal(), secret.Text.Reveal())
		}
	}
	stop()
	require.Greater(t, whole, 100)
}

// swapping replaces a volume without pause until stop is called.
func swapping(t *testing.T, dir string, files func(generation int) map[string]string) (stop func()) {
	write := func(i int) {
		data := "..gen" + strconv.Itoa(i)
		for name, text := range files(i) {
			path := filepath.Join(dir, data, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
			top, _, _ := strings.Cut(name, "/")
			if _, err := os.Lstat(filepath.Join(dir, top)); err != nil {
				require.NoError(t, os.Symlink(filepath.Join("..data", top), filepath.Join(dir, top)))
			}
		}
		require.NoError(t, os.Symlink(data, filepath.Join(dir, "..tmp")))
		require.NoError(t, os.Rename(filepath.Join(dir, "..tmp"), filepath.Join(dir, "..data")))
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "..gen"+strconv.Itoa(i-1))))
	}
	write(0)
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 1; ; i++ {
			select {
			case <-end:
				return
			default:
				write(i)
			}
		}
	}()
	return func() { close(end); <-done }
}

func TestPathsInsideAMount(t *testing.T) {
	c, err := resolve.ParseContract("nested", []byte(strings.Replace(small, "URI: {", "URI: {files: [web/uri, uri.txt], ", 1)))
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "web"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "web/uri"), []byte("http://nested\n"), 0o644))
	read := func() resolve.Source {
		s, err := resolve.ReadMounted(c, "configmap dir", resolve.ConfigMap, dir)
		require.NoError(t, err)
		return s
	}
	s := read()
	require.Equal(t, map[string]string{"URI": "http://nested"}, texts(s))
	require.Equal(t, "configmap dir web/uri", s.Values["URI"].Origin)
	require.Empty(t, s.Others)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "URI"), []byte("http://own"), 0o644))
	s = read()
	require.Equal(t, map[string]string{"URI": "http://own"}, texts(s))
	require.Equal(t, []string{"warning FLTS-S17: URI has two values in one mount: configmap dir URI wins over configmap dir web/uri | keep one of them"}, found([]resolve.Source{s}))

	_, err = resolve.ParseContract("bad", []byte("keys: {A: {type: string, files: [/etc/x, ../x, '', ..data/x]}}"))
	require.EqualError(t, err, `bad:1:26: key A: file "/etc/x" is no path inside a mounted directory
bad:1:26: key A: file "../x" is no path inside a mounted directory
bad:1:26: key A: file "" is no path inside a mounted directory
bad:1:26: key A: file "..data/x" is no path inside a mounted directory`)
}
