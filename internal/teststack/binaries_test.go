package teststack

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkout lays out a nested module that needs nothing, and runs the test in it.
func checkout(t *testing.T, source string) (tiny program, module string) {
	t.Helper()
	root := t.TempDir()
	module = filepath.Join(root, "testdata", "stack", "tiny")
	require.NoError(t, os.MkdirAll(module, 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "internal", "deep"), 0o755))
	write(t, filepath.Join(module, "go.mod"), "module tiny\n\ngo 1.26\n")
	write(t, filepath.Join(module, "main.go"), source)
	t.Chdir(filepath.Join(root, "internal", "deep"))
	return program{name: "tiny", pkg: "."}, module
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

func TestTwoWhoNeedAProgramBuildItOnce(t *testing.T) {
	tiny, module := checkout(t, "package main\n\nfunc main() { print(\"one\") }\n")
	cache := t.TempDir()
	type result struct {
		path string
		said string
		err  error
	}
	results := make(chan result)
	for range 2 {
		go func() {
			var said bytes.Buffer
			path, err := Binaries{Cache: cache, Progress: &said}.ensure(t.Context(), tiny)
			results <- result{path, said.String(), err}
		}()
	}
	first, second := <-results, <-results
	require.NoError(t, first.err)
	require.NoError(t, second.err)
	require.Equal(t, first.path, second.path)
	require.Equal(t, 1, strings.Count(first.said+second.said, "building tiny once"))
	out, err := exec.CommandContext(t.Context(), first.path).CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "one", string(out))

	write(t, filepath.Join(module, "main.go"), "package main\n\nfunc main() { print(\"two\") }\n")
	changed, err := Binaries{Cache: cache}.ensure(t.Context(), tiny)
	require.NoError(t, err)
	require.NotEqual(t, first.path, changed)
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Run("a build that fails", func(t *testing.T) {
		tiny, _ := checkout(t, "package main\n\nfunc main() { nothing() }\n")
		cache := t.TempDir()
		_, err := Binaries{Cache: cache}.ensure(t.Context(), tiny)
		require.ErrorContains(t, err, "undefined: nothing")
		require.ErrorContains(t, err, mend)
		left, err := filepath.Glob(filepath.Join(cache, "*", "tiny"))
		require.NoError(t, err)
		require.Empty(t, left)
	})
	t.Run("no go command", func(t *testing.T) {
		tiny, _ := checkout(t, "package main\n\nfunc main() {}\n")
		t.Setenv("PATH", t.TempDir())
		_, err := Binaries{Cache: t.TempDir()}.ensure(t.Context(), tiny)
		require.ErrorContains(t, err, "install Go, then "+mend)
	})
	t.Run("no C compiler", func(t *testing.T) {
		tiny, _ := checkout(t, "package main\n\nfunc main() {}\n")
		tiny.cgo = true
		t.Setenv("CC", "no-such-compiler -m64")
		_, err := Binaries{Cache: t.TempDir()}.ensure(t.Context(), tiny)
		require.ErrorContains(t, err, `"no-such-compiler": executable file not found`)
		require.ErrorContains(t, err, "apt-get install gcc libc6-dev, then "+mend)
	})
	t.Run("outside a checkout", func(t *testing.T) {
		t.Chdir(t.TempDir())
		_, err := Binaries{}.Build(t.Context())
		require.ErrorContains(t, err, "run it inside a checkout")
	})
}

func TestWaitingForABuildCanBeGivenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path)
	require.NoError(t, err)
	given, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = lock(given, path)
	require.ErrorIs(t, err, context.Canceled)

	unlock()
	again, err := lock(t.Context(), path)
	require.NoError(t, err)
	again()
}

func TestPolicyInTheFormOfAWS(t *testing.T) {
	got, err := Policy(map[string]string{"data": "r", "out": "w"})
	require.NoError(t, err)
	require.JSONEq(t, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation"],"Resource":["arn:aws:s3:::data"]},
		{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::data/*"]},
		{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload"],"Resource":["arn:aws:s3:::out/*"]}]}`, got)

	none, err := Policy(nil)
	require.NoError(t, err)
	require.Empty(t, none)
}
