package resolve_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

const mountinfo = `1054 1012 0:231 / / rw,relatime master:345 - overlay overlay rw
1070 1054 0:236 /..2026/key /etc/flts/secrets/TOKEN ro,relatime - tmpfs tmpfs rw
1071 1054 0:237 / /etc/flts/my\040secret ro,relatime - tmpfs tmpfs rw
1072 1054 0:238 / /etc/flts/config ro,relatime - tmpfs tmpfs rw
short line
`

func TestMountinfo(t *testing.T) {
	m := resolve.ParseMountinfo(mountinfo)
	require.Equal(t, resolve.Mounts{"/", "/etc/flts/secrets/TOKEN", "/etc/flts/my secret", "/etc/flts/config"}, m)
	require.Equal(t, ", though a volume is mounted there", m.About("/etc/flts/config/"))
	require.Equal(t, ", and nothing is mounted there; beside it: /etc/flts/my secret, /etc/flts/config", m.About("/etc/flts/secrets"))
	require.Equal(t, ", and nothing is mounted there", m.About("/mnt/secrets"))
	require.Empty(t, resolve.Mounts(nil).About("/mnt"), "unknown")
}

func FuzzMountinfo(f *testing.F) {
	f.Add(mountinfo)
	f.Add(`1 2 3 4 /a\1 \ /\134\777`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range resolve.ParseMountinfo(text) {
			require.True(t, strings.HasPrefix(m, "/"))
		}
	})
}

const oneToken = "keys: {TOKEN: {type: string, sensitive: true}}\npolicy: {world-readable-secret: off}"

// from resolves a contract with a mounted directory.
func from(t *testing.T, contract, dir string, change func(*resolve.Input)) []said {
	t.Helper()
	c := parsed(t, contract)
	s, err := resolve.ReadMounted(c, "secret dir", resolve.Secret, dir)
	require.NoError(t, err)
	in := resolve.Input{Contract: c, AppEnv: resolve.Dev, Sources: []resolve.Source{s}}
	if change != nil {
		change(&in)
	}
	return saidOf(judged(in).Findings)
}

// A file that is mounted by itself is never updated. One that is there because the
// image has it is nothing to speak of, and neither is one of a whole volume.
func TestSubPath(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "TOKEN")
	require.NoError(t, os.WriteFile(file, []byte("long-enough"), 0o600))
	mounted := func(asked *int, at ...string) func(*resolve.Input) {
		return func(in *resolve.Input) { in.Mounts = func() resolve.Mounts { *asked++; return at } }
	}
	asked := 0
	require.Equal(t, []said{{
		"FLTS-S08 warning", "TOKEN (secret dir) comes from a file that is mounted by itself (subPath), so a change of the Secret or ConfigMap never reaches it: " + file,
		"mount the directory and leave subPath: out of the volumeMount; a pod that starts anew has the new value",
	}}, from(t, oneToken, dir, mounted(&asked, "/", file)))
	require.Empty(t, from(t, oneToken, dir, mounted(&asked, "/", dir)))
	require.Empty(t, from(t, oneToken, dir, nil), "unknown")
	require.Equal(t, 2, asked)

	whole := t.TempDir()
	volume(t, whole, 0, map[string]string{"TOKEN": "long-enough"})
	require.Empty(t, from(t, oneToken, whole, mounted(&asked, filepath.Join(whole, "TOKEN"))))
	require.Equal(t, 2, asked, "a volume that is swapped needs no look at the mounts")

	// The same for KEY_FILE.
	c := parsed(t, oneToken)
	for path, want := range map[string]int{file: 1, filepath.Join(whole, "TOKEN"): 0} {
		env := resolve.ReadEnviron(c, nil)
		_, err := env.ReadKeyFiles(c, map[string]string{"TOKEN_FILE": path})
		require.NoError(t, err)
		r := judged(resolve.Input{Contract: c, AppEnv: resolve.Dev, Sources: []resolve.Source{env.Sensitive}, Mounts: func() resolve.Mounts { return resolve.Mounts{path} }})
		require.Len(t, r.Findings, want, path)
	}
}

func TestMisnamedFiles(t *testing.T) {
	const contract = `
keys:
  MINIO_ACCESS_KEY: {type: string, sensitive: true, required: true, group: s3}
  MINIO_SECRET_KEY: {type: string, sensitive: true, required: true, group: s3}
  MINIO_ENDPOINT: {type: hostport, default: "minio:9000"}
  REGION: {type: string}
policy: {world-readable-secret: off, plain-http: off}
`
	missing := func(key, file string) said {
		return said{
			"FLTS-S07 error", key + " is required and has no value: present in secret dir: " + file + "; expected: " + key,
			"name it so where it is made, or in the pod: volumes[].secret.items: [{key: " + file + ", path: " + key + "}], with the other keys",
		}
	}
	for name, row := range map[string]struct {
		files []string
		want  []said
	}{
		"as Kubeflow writes them": {[]string{"accesskey", "secretkey"}, []said{missing("MINIO_ACCESS_KEY", "accesskey"), missing("MINIO_SECRET_KEY", "secretkey")}},
		"in another case":         {[]string{"minio-access-key", "MINIO_SECRTE_KEY"}, []said{missing("MINIO_ACCESS_KEY", "minio-access-key"), missing("MINIO_SECRET_KEY", "MINIO_SECRTE_KEY")}},
		"half of the pair": {[]string{"MINIO_ACCESS_KEY", "secret-key"}, []said{{
			"FLTS-S06 error", "half a pair: MINIO_SECRET_KEY is missing in layer secret, where MINIO_ACCESS_KEY (secret dir) is given",
			"secret dir holds secret-key: name it MINIO_SECRET_KEY, or give MINIO_ACCESS_KEY and MINIO_SECRET_KEY in the same place",
		}}},
		"a default hides it": {[]string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "MINIO_ENDPONT", "README"}, []said{{
			"FLTS-S07 warning", "MINIO_ENDPOINT is not given there: present in secret dir: MINIO_ENDPONT; expected: MINIO_ENDPOINT",
			"name it so where it is made, or in the pod: volumes[].secret.items: [{key: MINIO_ENDPONT, path: MINIO_ENDPOINT}], with the other keys",
		}}},
		"nothing is like it": {[]string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "tls.crt", "key"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range row.files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte("long-enough"), 0o600))
			}
			require.Equal(t, row.want, from(t, contract, dir, nil))
		})
	}
	// What is given above needs no file.
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "REGOIN"), []byte("x"), 0o600))
	for region, found := range map[string]bool{"given": false, "": true} {
		got := from(t, contract, dir, func(in *resolve.Input) {
			in.Sources = append(in.Sources, given("env", resolve.ConfigMap, "REGION", region), given("keys", resolve.Secret, "MINIO_ACCESS_KEY", "long-enough", "MINIO_SECRET_KEY", "long-enough"))
		})
		require.Equal(t, found, len(got) == 1, got)
	}
}

func TestDirectoriesThatHoldNothing(t *testing.T) {
	const contract = "keys: {TOKEN: {type: string, sensitive: true, required: true}}"
	dir := t.TempDir()
	got := from(t, contract, dir, func(in *resolve.Input) { in.Mounts = func() resolve.Mounts { return resolve.Mounts{"/", dir} } })
	require.Len(t, got, 2)
	require.Equal(t, said{
		"FLTS-S01 error", dir + " is empty, though a volume is mounted there",
		"the pod needs volumes[].secret.secretName (or configMap.name) of an object that exists, and volumeMounts[].mountPath: " + dir + "; see kubectl -n NS get pod POD -o yaml",
	}, got[0])
	require.Empty(t, from(t, oneToken, dir, nil), "nothing is missing")

	_, err := resolve.ReadMounted(parsed(t, contract), "secret dir", resolve.Secret, filepath.Join(dir, "absent"))
	require.EqualError(t, account.SawError(err), filepath.Join(dir, "absent")+" is not mounted: file does not exist")
}
