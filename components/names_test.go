package components_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// A name becomes a part of a key and of MLflow's filter: what would be more than a name
// there is refused before anything is asked.
func TestNames(t *testing.T) {
	for name, good := range map[string]bool{
		"elborn": true, "step10-test-001": true, "v1.2_b": true,
		"": false, "a' or name = 'b": false, "../x": false, "a/b": false, "-x": false, "two words": false, "line\n": false,
	} {
		cmd := exec.CommandContext(t.Context(), "python3", "-B", "-c",
			"import sys; from flts import task; task.flags('').parse_args(['--identifier', 'x', '--dataset=' + sys.argv[1]])", name)
		cmd.Dir, cmd.Env = "flts", append(os.Environ(), "PYTHONUTF8=1")
		said, err := cmd.CombinedOutput()
		if good {
			require.NoError(t, err, "%s", said)
			continue
		}
		require.Error(t, err, "%q", name)
		require.Contains(t, string(said), "is no name: write letters, digits, dots, dashes and underscores")
	}
}
