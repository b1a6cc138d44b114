package container_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/container"
)

// machine is an image that has what a shell needs.
func machine(t *testing.T) container.Image {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("namespaces need root")
	}
	i, err := container.Machine(t.TempDir())
	require.NoError(t, err)
	return i
}

// build builds a Dockerfile with one file, a.txt, beside it.
func build(t *testing.T, text string) (container.Image, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(text), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte("a\n"), 0o600))
	return container.Build{
		Context: dir, Dockerfile: filepath.Join(dir, "Dockerfile"), Dir: t.TempDir(),
		Bases: map[string]container.Image{"debian": machine(t)}, Args: map[string]string{"ARCH": "amd64"},
	}.Run(t.Context())
}

func TestBuild(t *testing.T) {
	i, err := build(t, `FROM scratch AS files
ARG ARCH
COPY --chmod=0755 a.txt /${ARCH}.txt
FROM debian
COPY --from=files /amd64.txt /data/
ENV PATH=/data:$PATH GREETING=hello
RUN echo "$GREETING $(cat /data/amd64.txt)" > /data/said && id -u >> /data/said
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["cat"]
CMD ["said"]
`)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(i.Root, "data/said"))
	require.NoError(t, err)
	require.Equal(t, "hello a\n0\n", string(text))
	info, err := os.Stat(filepath.Join(i.Root, "data/amd64.txt"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), info.Mode())
	require.Equal(t, container.Image{
		Root: i.Root, Machine: true, User: "65532:65532", WorkDir: "/data", Entrypoint: []string{"cat"}, Cmd: []string{"said"},
		Env: []string{"PATH=/data:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "GREETING=hello"},
	}, i)

	out, err := i.Process(t.Context(), container.Start{Command: append(i.Entrypoint, i.Cmd...)}).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, "hello a\n0\n", string(out))
}

func TestBuildFails(t *testing.T) {
	for text, want := range map[string]string{
		"FROM nowhere":                   "FROM nowhere: there is no such image",
		"FROM debian\nRUN exit 7":        "line 2: RUN: exit status 7",
		"FROM debian\nCOPY b.txt /":      "no such file or directory",
		"FROM debian\nCOPY --from=x b /": "line 2: COPY: there is no stage x",
		"FROM debian\nARG OTHER":         "line 2: ARG: OTHER has no value",
	} {
		_, err := build(t, text)
		require.ErrorContains(t, err, want, text)
	}
}

// A process has what a pod's has with a user and a read-only root, and nothing of it
// is seen outside.
func TestReadOnly(t *testing.T) {
	i := machine(t)
	i.User = "65532:65532"
	mounts := func() string {
		text, err := os.ReadFile("/proc/self/mountinfo")
		require.NoError(t, err)
		return string(text)
	}
	before := mounts()
	given := filepath.Join(t.TempDir(), "given")
	require.NoError(t, os.WriteFile(given, []byte("a file of the machine\n"), 0o644))
	out, err := i.Process(t.Context(), container.Start{
		Command: []string{"sh", "-c", `id -u; echo $$; echo $A; cat /etc/given; grep CapEff /proc/self/status; touch /tmp/a && echo tmp; touch /a /usr/bin/a /etc/given /etc/new; ls /tmp`},
		Env:     []string{"A=1", "A=2"}, ReadOnly: true, Mounts: []string{given + ":/etc/given"},
	}).Output()
	require.NoError(t, err)
	require.NoFileExists(t, filepath.Join(i.Root, "a"))
	require.NoFileExists(t, filepath.Join(i.Root, "etc/new"))
	require.Equal(t, "65532\n1\n2\na file of the machine\nCapEff:\t0000000000000000\ntmp\na\n", string(out))
	require.Equal(t, before, mounts())
	require.NoFileExists(t, filepath.Join(i.Root, "tmp/a"))
}
