//go:build peers

package peers_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
)

// What package airflowconn is held against is what Airflow makes of the texts today.
func TestAirflowReadsConnectionsAsRecorded(t *testing.T) {
	const dir = "../../testdata/airflow/connections/"
	program, err := teststack.Binaries{Progress: os.Stderr}.Airflow(t.Context())
	require.NoError(t, err)
	recorded, err := os.ReadFile(dir + "recorded.json")
	require.NoError(t, err)
	var all []struct{ Text string }
	require.NoError(t, json.Unmarshal(recorded, &all))
	texts := make([]string, len(all))
	for i, r := range all {
		texts[i] = r.Text
	}
	in, err := json.Marshal(texts)
	require.NoError(t, err)
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), filepath.Join(filepath.Dir(program), "python"), dir+"parse.py")
	cmd.Env = []string{"HOME=" + home, "AIRFLOW_HOME=" + home, "PATH=/usr/bin:/bin", "PYTHONUTF8=1"}
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	require.JSONEq(t, string(recorded), string(out))
}
