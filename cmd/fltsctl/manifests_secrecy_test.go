package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever is asked for, and whatever is wrong with it: the values of --env-file are in
// no output, in any form, and in no file that others can read.
func TestManifestsPrintNoSecret(t *testing.T) {
	key, secret, token := "ada-"+canary, canary+"-secret", "tok-"+canary
	dir := t.TempDir()
	values := "MINIO_ACCESS_KEY='" + key + "'\nMINIO_SECRET_KEY='" + secret + "'\nMLFLOW_TRACKING_TOKEN='" + token + "'\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".env"), []byte(values), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other.env"), []byte(strings.ReplaceAll(values, "ada-", "bob-")), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "twice.env"), []byte(values+"MINIO_SECRET_KEY="+token+"\nGATEWAY_URL='"+secret+"'\n"), 0o600))
	tree := []string{"--kustomize", "--store", "aws", "--out", "tree"}
	for _, c := range []struct {
		args   []string
		status int
	}{
		{[]string{"--env-file", ".env"}, 64},
		{[]string{"--env-file", ".env", "-o", "json"}, 0},
		{[]string{"--env-file", ".env", "--out", "flts.yaml"}, 0},
		{[]string{"--env-file", ".env", "--out", "flts.yaml", "--check"}, 0},
		{[]string{"--env-file", "other.env", "--out", "flts.yaml", "--check"}, 1},
		{[]string{"--env-file", "other.env", "--out", "flts.yaml", "--check", "-o", "json"}, 1},
		{[]string{"--out", "flts.yaml", "--check"}, 1},
		{[]string{"--env-file", ".env", "--immutable", "-o", "json", "--out", "flts.yaml"}, 0},
		{[]string{"--env-file", "twice.env", "--out", "flts.yaml"}, 64},
		{[]string{"--env-file", ".env", "--only", "configmap,networkpolicy"}, 0},
		{slices.Concat(tree, []string{"--env-file", ".env"}), 0},
		{slices.Concat(tree, []string{"--env-file", "other.env", "--check"}), 1},
		{slices.Concat(tree, []string{"--env-file", ".env", "-o", "json"}), 0},
	} {
		cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "fltsctl"), append([]string{"manifests", "-n", "mlops"}, c.args...)...)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "APP_ENV=dev"}
		if slices.Contains(c.args, "--kustomize") {
			cmd.Env = cmd.Env[:2]
		}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		_ = cmd.Run()
		require.Equal(t, c.status, cmd.ProcessState.ExitCode(), "%v\n%s", c.args, &out)
		noSecret(t, out.String(), key, secret, token)
	}
	holds := map[string]os.FileMode{} // files with a value, and who can read them
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() || filepath.Ext(path) == ".env" && filepath.Dir(path) == dir {
			return nil
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		for _, written := range writtenForms(secret) {
			if strings.Contains(string(text), written) {
				holds[strings.TrimPrefix(path, dir+"/")] = info.Mode()
			}
		}
		return nil
	}))
	require.Equal(t, map[string]os.FileMode{"flts.yaml": 0o600, "tree/overlays/dev/secret.env": 0o600}, holds)
}

func noSecret(t *testing.T, out string, secrets ...string) {
	t.Helper()
	for _, text := range append(secrets, canary) {
		for form, written := range writtenForms(text) {
			require.NotContains(t, out, written, form)
		}
	}
}
