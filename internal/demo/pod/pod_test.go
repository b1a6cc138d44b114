package pod_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/flts-run/flts-run/internal/demo/pod"
	"github.com/stretchr/testify/require"
)

func source(t *testing.T) pod.Source {
	t.Helper()
	s, err := pod.FindSource(t.Context())
	require.NoError(t, err)
	return s
}

// layout is every path below a directory: what it contains, or where it leads.
func layout(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	date := regexp.MustCompile(`\.\.\d{4}(_\d\d){5}\.\d+`)
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if target, linkErr := os.Readlink(path); linkErr == nil {
			text, err = []byte("-> "+target), nil
		}
		name, relErr := filepath.Rel(dir, path)
		require.NoError(t, relErr)
		found[date.ReplaceAllString(name, "..DATE")] = date.ReplaceAllString(string(text), "..DATE")
		return err
	}))
	return found
}

func TestMountedAsTheKubeletDoes(t *testing.T) {
	dir := t.TempDir()
	p, err := pod.New(source(t), dir, os.Getenv("PATH"))
	require.NoError(t, err)
	require.NoError(t, p.MountSecret(map[string]string{"A": "1", "GONE": "2"}))
	require.Equal(t, map[string]string{
		"..data": "-> ..DATE", "A": "-> ..data/A", "GONE": "-> ..data/GONE", "..DATE/A": "1", "..DATE/GONE": "2",
	}, layout(t, filepath.Join(dir, "secrets")))

	require.NoError(t, p.MountSecret(map[string]string{"A": "3", "NEW": "4"}))
	require.Equal(t, map[string]string{
		"..data": "-> ..DATE", "A": "-> ..data/A", "NEW": "-> ..data/NEW", "..DATE/A": "3", "..DATE/NEW": "4",
	}, layout(t, filepath.Join(dir, "secrets")))
}

func TestExpected(t *testing.T) {
	got, err := pod.Expected([]byte(`time,up,down,rnti_count
2018-04-02T00:00:00Z,1,10,100
2018-04-02T01:00:00Z,2,,200
2018-04-02T02:00:00Z,3,20,300
2018-04-03T00:00:00Z,2,11,101
2018-04-03T02:00:00Z,4,30.5,301
2018-04-03T03:00:00Z,5,14.125,50
`))
	require.NoError(t, err)
	require.Equal(t, pod.Result{
		CSV: `hour,up,down,rnti_count,down_scaled
00,1.500,10.500,100.500,0.0000
02,3.500,25.250,300.500,1.0000
03,5.000,14.125,50.000,0.2458
`,
		Metrics: map[string]float64{"rows": 5, "gaps": 1, "peak_down": 25.25},
	}, got)
}

// The README beside the dataset says that this is where it comes from.
func TestDatasetIsWhatTheProgramWrites(t *testing.T) {
	s := source(t)
	want, err := s.Dataset()
	require.NoError(t, err)
	got, err := exec.CommandContext(t.Context(), "awk", "-f", s.Path("testdata/demo/elborn.awk")).Output()
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestMissingTool(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := pod.FindSource(t.Context())
	require.EqualError(t, err, "go is not installed")
	for _, tool := range []string{"go", "make"} {
		require.NoError(t, os.WriteFile(filepath.Join(os.Getenv("PATH"), tool), []byte("#!/bin/sh\n"), 0o755))
	}
	_, err = pod.FindSource(t.Context())
	require.EqualError(t, err, "curl is not installed")
	require.Equal(t, "apt-get install curl", err.(interface{ Hint() string }).Hint())
}
