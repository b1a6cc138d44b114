package components_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// container is what a component file of KFP starts.
type container struct {
	Image         string
	Command, Args []string
}

func componentFile(t *testing.T, name string) container {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("flts/kfp", name+".yaml"))
	require.NoError(t, err)
	var file struct {
		DeploymentSpec struct {
			Executors map[string]struct{ Container container }
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	require.Contains(t, file.DeploymentSpec.Executors, "exec-"+name)
	return file.DeploymentSpec.Executors["exec-"+name].Container
}

// Each starts its program behind flts-run, which gets the parameters of the task, and
// says where its result goes.
func TestKFPComponentsStartBehindFltsRun(t *testing.T) {
	for _, name := range []string{"preprocess", "train", "evaluate", "predict"} {
		c := componentFile(t, name)
		require.FileExists(t, filepath.Join("flts/flts", name+".py"))
		require.Equal(t, "flts-components:1.0", c.Image, name)
		require.Equal(t, []string{"flts-run", "exec", "--executor-input", "{{$}}"}, c.Command[:4], name)
		require.Equal(t, []string{"--", "python3", "-m", "flts." + name}, c.Command[len(c.Command)-4:], name)
		n := slices.Index(c.Args, "--result")
		require.Positive(t, n, name)
		require.Equal(t, "{{$.outputs.parameters['result'].output_file}}", c.Args[n+1], name)
	}
}
