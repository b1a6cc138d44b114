//go:build peers

package peers_test

import (
	"io/fs"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// checkedIn is what the fast tests read instead of asking the SDK.
const checkedIn = "../../testdata/kfp/pipelines"

// What is checked in is what the SDK makes of the sources, byte by byte.
func TestKFPPipelinesAreTheSDKs(t *testing.T) {
	sdk, err := teststack.Binaries{}.KFPSDK(t.Context())
	require.NoError(t, err)
	fresh := t.TempDir()
	require.NoError(t, sdk.Compile(t.Context(), fresh))
	want, got := texts(t, fresh), texts(t, checkedIn)

	const mend = "type: make pipelines, and look at the difference"
	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)), mend)
	for name := range want {
		require.Equal(t, want[name], got[name], "%s: %s", name, mend)
	}
}

// texts are the files below a directory.
func texts(t *testing.T, directory string) map[string]string {
	t.Helper()
	files, found := os.DirFS(directory), map[string]string{}
	require.NoError(t, fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		found[name] = string(text)
		return err
	}))
	return found
}
