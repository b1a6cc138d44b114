package resolve_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// volume lays out files as the kubelet does: KEY -> ..data/KEY, ..data -> ..N.
func volume(t *testing.T, dir string, generation int, files map[string]string) {
	t.Helper()
	data := "..gen" + strconv.Itoa(generation)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, data), 0o755))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, data, name), []byte(text), 0o644))
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			require.NoError(t, os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)))
		}
	}
	require.NoError(t, os.Symlink(data, filepath.Join(dir, "..tmp")))
	require.NoError(t, os.Rename(filepath.Join(dir, "..tmp"), filepath.Join(dir, "..data")))
	if generation > 0 {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "..gen"+strconv.Itoa(generation-1))))
	}
}

func mounted(t *testing.T, dir string) (resolve.Source, error) {
	return resolve.ReadMounted(contract(t), "secret dir", resolve.Secret, dir)
}

func TestMountedVolume(t *testing.T) {
	dir := t.TempDir()
	volume(t, dir, 0, map[string]string{"ACCESS": "ak\n", "SECRET": "sk\n\n", "NOTE": "", "APP_ENV": "prod\n", "other.yaml": "x"})
	s, err := mounted(t, dir)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"ACCESS": "ak", "SECRET": "sk\n", "NOTE": ""}, texts(s), "exactly one newline is removed")
	require.Equal(t, []string{"1 trailing newline removed"}, s.Values["ACCESS"].Notes)
	require.Equal(t, []string{"other.yaml"}, s.Others)
	require.Equal(t, "prod", s.AppEnv.Text.Reveal())
}

func TestMountedDirectoryWithoutData(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ACCESS"), []byte("ak"), 0o600))
	s, err := mounted(t, dir)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"ACCESS": "ak"}, texts(s))
}

func TestMountedFaults(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "ACCESS"), 0o755))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "SECRET")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "TOKEN"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "NOTE"), make([]byte, 1<<20+1), 0o644))
	s, err := mounted(t, dir)
	require.NoError(t, err)
	got := map[string]string{}
	for name, v := range s.Values {
		got[name] = v.Err.Error()
	}
	require.Equal(t, map[string]string{
		"ACCESS": "is a directory, not a file: mount the key itself, without a path below it",
		"SECRET": "is a link to a file that is not there: mount it again, or remove it",
		"TOKEN":  "is no regular file (p---------)",
		"NOTE":   "is longer than 1 MiB: that is more than a ConfigMap or a Secret holds: mount it as a file of its own",
	}, got)

	t.Run("not mounted", func(t *testing.T) {
		s, err := mounted(t, filepath.Join(dir, "missing"))
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.Equal(t, "not mounted", s.Note)
	})
	t.Run("dangling ..data", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Symlink("..gone", filepath.Join(dir, "..data")))
		_, err := mounted(t, dir)
		require.ErrorContains(t, err, "..data points to ..gone, which is not there")
		require.False(t, errors.Is(err, fs.ErrNotExist), "it is mounted, and broken")
	})
	t.Run("empty", func(t *testing.T) {
		s, err := mounted(t, t.TempDir())
		require.NoError(t, err)
		require.Equal(t, "empty", s.Note)
	})
	t.Run("a file", func(t *testing.T) {
		_, err := mounted(t, filepath.Join(dir, "NOTE"))
		require.ErrorContains(t, err, "not a directory")
	})
}

// A pair is never torn, however often the volume is swapped while it is read.
func TestMountedVolumeSurvivesTheSwap(t *testing.T) {
	dir := t.TempDir()
	write := func(i int) {
		text := strings.Repeat(strconv.Itoa(i)+" ", 100) + "."
		volume(t, dir, i, map[string]string{"ACCESS": text, "SECRET": text})
	}
	write(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 1; ; i++ {
			select {
			case <-stop:
				return
			default:
				write(i)
			}
		}
	}()
	for range 500 {
		s, err := mounted(t, dir)
		if err != nil { // it said so, which is not a torn pair
			require.ErrorContains(t, err, "again and again")
			continue
		}
		require.NoError(t, s.Values["ACCESS"].Err)
		require.NotEmpty(t, s.Values["ACCESS"].Text.Reveal())
		require.Equal(t, s.Values["ACCESS"].Text.Reveal(), s.Values["SECRET"].Text.Reveal())
	}
	close(stop)
	<-done
}
