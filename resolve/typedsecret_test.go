package resolve_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakevolume"
	"github.com/flts-run/flts-run/resolve"
)

// typedKeys are those of a contract that says which files of typed Secrets it reads.
const typedKeys = `
extends: builtin
keys:
  AWS_CA_BUNDLE: {paths: [AWS_CA_BUNDLE, ca.crt, tls/ca.crt]}
  SSL_CERT_FILE: {paths: [tls/ca.crt, ca.crt]}
  MINIO_ACCESS_KEY: {files: [minio/access-key]}
  MINIO_SECRET_KEY: {files: [minio/secret-key]}
  MLFLOW_TRACKING_USERNAME: {files: [username]}
  MLFLOW_TRACKING_PASSWORD: {files: [password]}
`

// typedTrees are mounts of Secrets of the common types and of projected volumes.
var typedTrees = []struct {
	name  string
	files map[string]string
	want  []string // what the contract above makes of them: KEY=value (origin)
}{
	{"Opaque", map[string]string{"MINIO_ACCESS_KEY": "component", "MINIO_SECRET_KEY": "canary-secret"}, []string{
		"MINIO_ACCESS_KEY=component (secret MOUNT)", "MINIO_SECRET_KEY=canary-secret (secret MOUNT)",
	}},
	{"basic-auth", map[string]string{"username": "trainer", "password": "canary-password\n"}, []string{
		"MLFLOW_TRACKING_PASSWORD=canary-password (secret MOUNT password)", "MLFLOW_TRACKING_USERNAME=trainer (secret MOUNT username)",
	}},
	{"tls", map[string]string{"tls.crt": "-----BEGIN CERTIFICATE-----", "tls.key": "-----BEGIN PRIVATE KEY-----", "ca.crt": "-----BEGIN CERTIFICATE-----"}, []string{
		"AWS_CA_BUNDLE=MOUNT/ca.crt (secret MOUNT ca.crt)", "SSL_CERT_FILE=MOUNT/ca.crt (secret MOUNT ca.crt)",
	}},
	{"ssh-auth", map[string]string{"ssh-privatekey": "-----BEGIN OPENSSH PRIVATE KEY-----"}, nil},
	{"dockerconfigjson", map[string]string{".dockerconfigjson": `{"auths":{"r":{"password":"canary"}}}`}, nil},
	{"service-account-token", map[string]string{"token": "ey.canary", "namespace": "ml", "ca.crt": "-----BEGIN CERTIFICATE-----"}, []string{
		"AWS_CA_BUNDLE=MOUNT/ca.crt (secret MOUNT ca.crt)", "SSL_CERT_FILE=MOUNT/ca.crt (secret MOUNT ca.crt)",
	}},
	{"projected", map[string]string{"minio/access-key": "component", "minio/secret-key": "canary-secret", "tls/ca.crt": "-----BEGIN CERTIFICATE-----", "notes/README": "x"}, []string{
		"AWS_CA_BUNDLE=MOUNT/tls/ca.crt (secret MOUNT tls/ca.crt)", "MINIO_ACCESS_KEY=component (secret MOUNT minio/access-key)",
		"MINIO_SECRET_KEY=canary-secret (secret MOUNT minio/secret-key)", "SSL_CERT_FILE=MOUNT/tls/ca.crt (secret MOUNT tls/ca.crt)",
	}},
	{"certificates under the name of their key", map[string]string{"AWS_CA_BUNDLE": "-----BEGIN CERTIFICATE-----"}, []string{
		"AWS_CA_BUNDLE=MOUNT/AWS_CA_BUNDLE (secret MOUNT AWS_CA_BUNDLE)",
	}},
}

// layOut writes the files as the kubelet does, nested ones too.
func layOut(t testing.TB, files map[string]string) string {
	dir := t.TempDir()
	top := map[string]string{}
	for name, text := range files {
		if !strings.Contains(name, "/") {
			top[name] = text
		}
	}
	require.NoError(t, fakevolume.Mount(dir, top))
	for name, text := range files {
		if first, _, nested := strings.Cut(name, "/"); nested {
			file := filepath.Join(dir, "..data", name)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte(text), 0o440))
			if _, err := os.Lstat(filepath.Join(dir, first)); err != nil {
				require.NoError(t, os.Symlink("..data/"+first, filepath.Join(dir, first)))
			}
		}
	}
	return dir
}

func foundIn(s resolve.Source, dir string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		v := s.Values[name]
		origin := v.Origin
		if origin == "" {
			origin = s.Name
		}
		list = append(list, strings.ReplaceAll(name+"="+v.Text.Reveal()+" ("+origin+")", dir, "MOUNT"))
	}
	return list
}

// What is mounted and what is known otherwise of the same mount come to the same.
func TestTypedSecretsAreReadAsTheContractSays(t *testing.T) {
	c, err := resolve.ParseContract("typed", []byte(typedKeys))
	require.NoError(t, err)
	for _, tree := range typedTrees {
		t.Run(tree.name, func(t *testing.T) {
			dir := layOut(t, tree.files)
			s, err := resolve.ReadMounted(c, "secret "+dir, resolve.Secret, dir)
			require.NoError(t, err)
			require.Equal(t, tree.want, foundIn(s, dir))
			known := map[string]resolve.Value{}
			for name, text := range tree.files {
				known[name] = resolve.FileValue(dir+"/"+name, text)
			}
			require.Equal(t, tree.want, foundIn(resolve.MountedFiles(c, "secret "+dir, resolve.Secret, dir, known), dir))
		})
	}
}

// A contract that says nothing of these files takes nothing of them, and has nothing to
// say of them but where a required key could be meant.
func TestTypedSecretsAreNoSurprise(t *testing.T) {
	c, err := resolve.Builtin()
	require.NoError(t, err)
	for _, tree := range typedTrees[1:7] {
		t.Run(tree.name, func(t *testing.T) {
			dir := layOut(t, tree.files)
			s, err := resolve.ReadMounted(c, "secret "+dir, resolve.Secret, dir)
			require.NoError(t, err)
			require.Empty(t, s.Values)
			r := resolve.Resolve(resolve.Input{Contract: c, Sources: []resolve.Source{s}, AppEnv: resolve.Dev})
			require.Empty(t, r.Findings)
		})
	}
	required, err := resolve.ParseContract("db", []byte("keys: {DB_PASSWORD: {type: string, sensitive: true, required: true}}"))
	require.NoError(t, err)
	dir := layOut(t, typedTrees[1].files)
	s, err := resolve.ReadMounted(required, "secret S", resolve.Secret, dir)
	require.NoError(t, err)
	require.Equal(t, []string{
		"error FLTS-S07: DB_PASSWORD is required and has no value: present in secret S: password; expected: DB_PASSWORD | if it is meant, say so in the contract: keys: {DB_PASSWORD: {files: [password]}}",
	}, found([]resolve.Source{{Findings: resolve.Resolve(resolve.Input{Contract: required, Sources: []resolve.Source{s}}).Findings}}))
}

// An object has no nested keys: the last name of a path is looked for.
func TestTypedObjects(t *testing.T) {
	c, err := resolve.ParseContract("typed", []byte(typedKeys))
	require.NoError(t, err)
	s := resolve.ReadObject(c, "Secret s", resolve.Secret, map[string][]byte{
		"username": []byte("trainer"), "password": []byte("canary-password\n"), "access-key": []byte("component"), "ca.crt": []byte("PEM"), "other": nil,
	})
	require.Equal(t, []string{
		"MINIO_ACCESS_KEY=component (Secret s access-key)",
		"MLFLOW_TRACKING_PASSWORD=canary-password (Secret s password)", "MLFLOW_TRACKING_USERNAME=trainer (Secret s username)",
	}, foundIn(s, "MOUNT"))
	require.Equal(t, []string{"other"}, s.Others)
}

func TestPathsOfAContract(t *testing.T) {
	_, err := resolve.ParseContract("bad", []byte("keys:\n  A: {type: string, paths: [../x]}\n  B: {type: url, paths: [x]}\n  C: {type: string, sensitive: true, paths: [x]}"))
	require.EqualError(t, err, `bad:2:21: key A: file "../x" is no path inside a mounted directory
bad:3:18: key B: paths belong to a key of type string that is not sensitive: its value is the path of a file
bad:4:38: key C: paths belong to a key of type string that is not sensitive: its value is the path of a file`)
}
