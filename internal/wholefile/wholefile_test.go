package wholefile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What others left under the name of the temporary file, as a link to a file of theirs,
// neither gets the text nor gives it its mode.
func TestNothingThatIsThereIsWrittenInto(t *testing.T) {
	dir := t.TempDir()
	file, theirs := filepath.Join(dir, "secret.env"), filepath.Join(dir, "theirs")
	require.NoError(t, os.WriteFile(theirs, []byte("old"), 0o666))
	temp := fmt.Sprintf("%s.%d.tmp", file, os.Getpid())
	for _, leave := range []func() error{
		func() error { return os.Symlink(theirs, temp) },
		func() error { return os.WriteFile(temp, []byte("longer than the text"), 0o644) },
	} {
		require.NoError(t, leave())
		require.NoError(t, Write(file, "text", 0o600))
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, "text", string(got))
		info, err := os.Lstat(file)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode())
	}
	got, err := os.ReadFile(theirs)
	require.NoError(t, err)
	require.Equal(t, "old", string(got))
}

func TestErrorsNameTheFileAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "none", "a")
	require.EqualError(t, Write(file, "text", 0o644), file+": no such file or directory")
}
