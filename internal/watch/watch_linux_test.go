package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakevolume"
	"github.com/flts-run/flts-run/internal/watch"
)

// told waits for the watcher, and for it to be quiet again.
func told(t *testing.T, w watch.Watcher, what string) {
	t.Helper()
	select {
	case <-w.C:
	case <-time.After(20 * time.Second):
		require.Fail(t, "nothing was told", what)
	}
	for {
		select {
		case <-w.C:
		case <-time.After(100 * time.Millisecond):
			return
		}
	}
}

func TestEveryWayToChangeAFileIsTold(t *testing.T) {
	dir := t.TempDir()
	volume, plain := filepath.Join(dir, "volume"), filepath.Join(dir, "plain")
	require.NoError(t, fakevolume.Mount(volume, map[string]string{"A": "1"}))
	require.NoError(t, os.Mkdir(plain, 0o755))
	w := watch.Dirs(t.Context(), []string{volume, plain})
	require.NoError(t, w.Polled)
	file := filepath.Join(plain, "A")
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"swap", func() error { return fakevolume.Mount(volume, map[string]string{"A": "2"}) }},
		{"swap again", func() error { return fakevolume.Mount(volume, map[string]string{"B": "3"}) }},
		{"create", func() error { return os.WriteFile(file, []byte("1"), 0o644) }},
		{"write", func() error { return os.WriteFile(file, []byte("2"), 0o644) }},
		{"rename", func() error { return os.Rename(file, file+"2") }},
		{"remove", func() error { return os.Remove(file + "2") }},
		{"replace the directory", func() error {
			next := plain + ".next"
			if err := os.Mkdir(next, 0o755); err != nil {
				return err
			}
			if err := os.Remove(plain); err != nil {
				return err
			}
			return os.Rename(next, plain)
		}},
	} {
		require.NoError(t, step.do())
		told(t, w, step.what)
	}
	_, err := os.ReadDir(volume)
	require.NoError(t, err)
	select {
	case <-w.C:
		require.Fail(t, "to read is no change")
	case <-time.After(50 * time.Millisecond):
	}
}

func TestWhereNobodyTells(t *testing.T) {
	w := watch.Dirs(t.Context(), []string{filepath.Join(t.TempDir(), "gone")})
	require.ErrorIs(t, w.Polled, syscall.ENOENT)
}

// A sandbox shows the kubelet's files on a file system of its own, and does not
// tell of changes.
func TestAFileSystemThatIsChangedFromElsewhere(t *testing.T) {
	dir := t.TempDir()
	var fs syscall.Statfs_t
	require.NoError(t, syscall.Statfs(dir, &fs))
	watch.Elsewhere[uint32(fs.Type)] = "a shared file system"
	defer delete(watch.Elsewhere, uint32(fs.Type))
	require.EqualError(t, watch.Dirs(t.Context(), []string{dir}).Polled, dir+" is on a shared file system, which others change")
}

// A directory that was gone is watched again, and what changes then is told at once.
func TestADirectoryThatComesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mount")
	require.NoError(t, os.Mkdir(dir, 0o755))
	w := watch.Dirs(t.Context(), []string{dir})
	require.NoError(t, w.Polled)
	require.NoError(t, os.Remove(dir))
	told(t, w, "it is gone")
	require.NoError(t, os.Mkdir(dir, 0o755))
	told(t, w, "it is looked at")
	began := time.Now()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "A"), nil, 0o644))
	told(t, w, "it is watched")
	require.Less(t, time.Since(began), watch.PollEvery)
}

// The end of the context gives everything back.
func TestNothingIsLeft(t *testing.T) {
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(entries)
	}
	dir := t.TempDir()
	before := open()
	for range 50 {
		ctx, stop := context.WithCancel(t.Context())
		require.NoError(t, watch.Dirs(ctx, []string{dir}).Polled)
		stop()
	}
	require.Eventually(t, func() bool { return open() <= before }, 20*time.Second, 10*time.Millisecond)
}
