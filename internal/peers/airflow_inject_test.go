//go:build peers

package peers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAirflowInjection: what components/airflow's pod_mutation_hook makes of the pods
// that the provider builds. With -record it is written anew: read it.
func TestAirflowInjection(t *testing.T) {
	const golden = "../../testdata/peers/airflow/injected.json"
	got := runAirflowPython(t, "../../testdata/peers/airflow/inject.py", "PYTHONPATH="+filepath.Join(forAirflow, "config"))
	if *record {
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err, "to have it: go test … -record")
	require.Equal(t, string(want), string(got))
	require.NotContains(t, string(got), `"the same twice": false`)
}
