//go:build peers

package peers_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/kfprun"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/pipeline"
)

func TestKFPRuns(t *testing.T) {
	sdk, err := teststack.Binaries{}.KFPSDK(t.Context())
	require.NoError(t, err)
	c := startKFPCluster(t, sdk.Python())
	r := c.runner(t, sdk.Python())
	for _, name := range []string{"python-bare"} {
		t.Run(name, func(t *testing.T) {
			p, err := pipeline.Load(filepath.Join(checkedIn, name+".yaml"))
			require.NoError(t, err)
			begun := time.Now()
			run, err := r.Run(t.Context(), p, map[string]any{"text": "hello"})
			require.NoError(t, err)
			for path, task := range run.Tasks {
				t.Logf("%s %+v", path, task)
			}
			t.Log(time.Since(begun))
			require.Equal(t, kfprun.Succeeded, run.State())
		})
	}
}
