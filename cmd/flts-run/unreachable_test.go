package main_test

import (
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Nothing answers, in the ways in which nothing answers: packets are dropped,
// requests hang. With the limits that checks have by themselves the whole run ends
// soon, and names what it could not reach.
func TestEverythingUnreachableEndsSoon(t *testing.T) {
	drop, closeAll, err := dropping()
	require.NoError(t, err)
	t.Cleanup(closeAll)
	hang, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = hang.Close() })
	for _, c := range []struct {
		minio, mlflow string
		codes         []string
	}{
		{drop, "http://" + drop, []string{"FLTS-T02 minio", "FLTS-T02 mlflow", "FLTS-T02 gateway"}},
		{hang.Addr().String(), "https://" + hang.Addr().String(), []string{"FLTS-T07 minio", "FLTS-T07 mlflow", "FLTS-T02 gateway"}},
	} {
		t.Run(c.codes[0], func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "flts-run"), "check")
			cmd.Env = []string{"PATH=/usr/bin:/bin", "APP_ENV=dev", "MINIO_ENDPOINT=" + c.minio, "MLFLOW_TRACKING_URI=" + c.mlflow, "GATEWAY_URL=http://" + drop}
			began := time.Now()
			out, err := cmd.Output()
			require.Less(t, time.Since(began), 10*time.Second)
			require.Error(t, err)
			require.Equal(t, 69, cmd.ProcessState.ExitCode())
			for _, code := range c.codes {
				require.Contains(t, string(out), code)
			}
		})
	}
}
