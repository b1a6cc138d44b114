//go:build peers

package peers_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// The component files that users copy are what the SDK makes of flts_components.py. That
// it reads them is shown by the pipeline of them, in TestKFPPipelinesAreTheSDKs.
func TestComponentFilesAreTheSDKs(t *testing.T) {
	sdk, err := teststack.Binaries{}.KFPSDK(t.Context())
	require.NoError(t, err)
	source, fresh := filepath.Join(ofComponents, "kfp"), t.TempDir()
	cmd := exec.CommandContext(t.Context(), sdk.Python(), "-B", "-W", "ignore", "-X", "utf8", filepath.Join(source, "flts_components.py"), fresh)
	cmd.Env = []string{"HOME=" + fresh, "PATH=/usr/bin:/bin"}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	made := texts(t, fresh)
	require.Len(t, made, 4)
	for name, want := range made {
		got, err := os.ReadFile(filepath.Join(source, name))
		require.NoError(t, err)
		require.Equal(t, want, string(got), "%s: type: make pipelines, and look at the difference", name)
	}
}
