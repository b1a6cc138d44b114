//go:build amd64 || arm64

package launch

import (
	"os"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	for text, want := range map[string]process{
		"12 (sh) S 1 12 12 0 -1":            {pid: 12, parent: 1, group: 12},
		"12 (a) b) (c) Z 7 9 12 0 -1":       {pid: 12, parent: 7, group: 9, zombie: true},
		"12 () R 0 0 0":                     {pid: 12},
		"12 (two\nlines) X 1 2 3":           {pid: 12, parent: 1, group: 2, zombie: true},
		"12 (12 (sh) S 5 6 7) T 1 2 3 more": {pid: 12, parent: 1, group: 2},
	} {
		got, ok := parseStat([]byte(text))
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "12", "12 (sh)", "12 (sh) S 1", "x (sh) S 1 2 3", "12 )( S 1 2 3", "12 (sh) S a 2 3", "12 (sh) S 1 b 3"} {
		_, ok := parseStat([]byte(text))
		require.False(t, ok, text)
	}
}

func TestProcessesHasUs(t *testing.T) {
	all, err := processes()
	require.NoError(t, err)
	require.Contains(t, all, process{pid: os.Getpid(), parent: os.Getppid(), group: syscall.Getpgrp()})
}

// A name must not make its process look like another one.
func FuzzParseStat(f *testing.F) {
	for _, name := range []string{"sh", "a) S 1 2 (b", "\n", ") Z 0 0"} {
		f.Add(name, 7, 9)
	}
	f.Fuzz(func(t *testing.T, name string, parent, group int) {
		text := "12 (" + name + ") S " + strconv.Itoa(parent) + " " + strconv.Itoa(group) + " 5 0 -1 4194304"
		got, ok := parseStat([]byte(text))
		require.True(t, ok)
		require.Equal(t, process{pid: 12, parent: parent, group: group}, got)
		_, _ = parseStat([]byte(name)) // it does not panic
	})
}
