package resolve_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// vaultDir is a directory of an agent with these files.
func vaultDir(t testing.TB, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestVaultFiles(t *testing.T) {
	for name, row := range map[string]struct {
		files map[string]string
		want  map[string]string // values by variable, of the first file that has one
	}{
		"lines to be sourced": {
			map[string]string{"minio": "export MINIO_ACCESS_KEY=\"AK\"\nexport MINIO_SECRET_KEY=\"p$(id) $HOME\"\n# note\nOTHER=x\n"},
			map[string]string{"MINIO_ACCESS_KEY": "AK", "MINIO_SECRET_KEY": "p$(id) $HOME"},
		},
		"plain lines":              {map[string]string{"x.env": "AWS_SECRET_ACCESS_KEY='a b#c'\r\n"}, map[string]string{"AWS_SECRET_ACCESS_KEY": "a b#c"}},
		"JSON":                     {map[string]string{"x.json": ` {"minio_secret_key": "s", "MLFLOW-TRACKING-TOKEN": 12345678901234567890, "other": {"a": 1}, "minio_access_key": null}`}, map[string]string{"MINIO_SECRET_KEY": "s", "MLFLOW_TRACKING_TOKEN": "12345678901234567890"}},
		"JSON by a parameter name": {map[string]string{"x": `{"mlflow_uri": "http://m:1"}`}, map[string]string{"MLFLOW_TRACKING_URI": "http://m:1"}},
		"a file of one key":        {map[string]string{"MINIO_SECRET_KEY": "a=b\n"}, map[string]string{"MINIO_SECRET_KEY": "a=b"}},
		"the first file counts":    {map[string]string{"a": "MINIO_SECRET_KEY=1", "b": "MINIO_SECRET_KEY=2"}, map[string]string{"MINIO_SECRET_KEY": "1"}},
		"files of others":          {map[string]string{"ca.pem": "-----BEGIN CERTIFICATE-----\nMII=\n", "db.conf": "[server]\nhost: x\n", ".hidden": "MINIO_SECRET_KEY=1", "empty": ""}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := parsed(t, "extends: builtin\n")
			sources, err := resolve.ReadVault(c, vaultDir(t, row.files))
			require.NoError(t, err)
			got := map[string]string{}
			for _, s := range sources {
				for name, v := range s.Values {
					require.NoError(t, v.Err)
					if _, have := got[name]; !have {
						got[name] = v.Text.Reveal()
					}
				}
			}
			if row.want == nil {
				row.want = map[string]string{}
			}
			require.Equal(t, row.want, got)
		})
	}
}

// What was meant for us and cannot be read is an error, which quotes nothing.
func TestVaultFilesThatAreWrong(t *testing.T) {
	c := parsed(t, "extends: builtin\n")
	for text, want := range map[string]string{
		"MINIO_SECRET_KEY='hunter2\n":             "FILE:1:1: is no line NAME=VALUE, or a quote is not closed",
		"MINIO_ACCESS_KEY=a\nhunter2\n":           "FILE:2:1: is no line NAME=VALUE, or a quote is not closed",
		`{"MINIO_SECRET_KEY": "hunter2"`:          "FILE: is no valid JSON: it ends too early",
		`{"MINIO_SECRET_KEY": "hunter2"} hunter2`: "FILE: is no single JSON object: more text follows at byte 32",
	} {
		dir := vaultDir(t, map[string]string{"agent": text})
		_, err := resolve.ReadVault(c, dir)
		require.EqualError(t, err, filepath.Join(dir, "agent")+want[len("FILE"):])
	}
	_, err := resolve.ReadVault(c, filepath.Join(t.TempDir(), "absent"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func FuzzVaultFile(f *testing.F) {
	for _, text := range []string{"export A=\"b\"", `{"minio_secret_key": "x"}`, "MINIO_SECRET_KEY='", "{"} {
		f.Add(text)
	}
	c, err := resolve.Builtin()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = resolve.ReadVault(c, vaultDir(t, map[string]string{"x": text}))
	})
}
