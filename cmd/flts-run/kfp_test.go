package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// recordedTask is a lightweight component as the KFP SDK compiled it, and the
// launcher's arguments for a run of it.
type recordedTask struct {
	Launcher, Command, Args []string
}

// start runs the recorded task under a launcher, with words in front of its
// command and directories in front of the PATH. python3 and pip are stand-ins
// that say how they were called.
func (r recordedTask) start(t *testing.T, wrapper []string, dirs ...string) (stdout, stderr string) {
	dir := t.TempDir()
	launch, err := installLauncher(dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pip"), []byte("#!/bin/sh\n"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "python3"), []byte(`#!/bin/sh
case "$2" in
pip) echo "pip wrapped=$FLTS_WRAPPED" ;;
*) echo "$2 $5 $7 endpoint=$MINIO_ENDPOINT gateway=$GATEWAY_URL wrapped=$FLTS_WRAPPED" ;;
esac
`), 0o755))
	cmd := exec.CommandContext(t.Context(), launch, slices.Concat(r.Launcher, wrapper, r.Command, r.Args)...)
	path := strings.Join(append(dirs, dir, binaries, "/usr/bin", "/bin"), ":")
	cmd.Env = []string{"PATH=" + path, "TMPDIR=" + dir, "APP_ENV=dev", "FLTS_CHECK=off", "FLTS_TERMINATION_LOG=none"}
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	require.NoError(t, cmd.Run(), "%s%s", out.String(), said.String())
	return out.String(), said.String()
}

func readRecordedTask(t *testing.T) recordedTask {
	text, err := os.ReadFile("../../testdata/kfp/train.json")
	require.NoError(t, err)
	var r recordedTask
	require.NoError(t, json.Unmarshal(text, &r))
	return r
}

const (
	// The gateway is the run's and the store the component's.
	trained   = "kfp.dsl.executor_main --executor_input --function_to_execute endpoint=component-store:9000 gateway=http://run-gateway:8000 wrapped=1\n"
	kfpLine   = "flts-run: platform: Kubeflow Pipelines, run 0f1e2d3c-1234, task train (launcher in "
	inParent  = kfpLine + "parent process "
	inProcess = kfpLine + "process "
)

func TestLightweightComponent(t *testing.T) {
	out, said := readRecordedTask(t).start(t, []string{"flts-run", "exec", "--"})
	require.Equal(t, "pip wrapped=1\npip wrapped=1\n"+trained, out)
	require.Equal(t, 1, strings.Count(said, "platform:"), said)
	require.Contains(t, said, inParent)
	require.Regexp(t, `(?m)^GATEWAY_URL +http://run-gateway:8000 +task executor-input gateway_url +default$`, said)
	require.Regexp(t, `(?m)^MINIO_ENDPOINT +component-store:9000 +component default minio_endpoint +default$`, said)
}

// The same without a change of the component: the image has shims, each way of
// having them, and the task is wrapped once.
func TestLightweightComponentBehindShims(t *testing.T) {
	for shims, want := range map[string]struct{ pip, where string }{
		"sh":         {"pip wrapped=1\n", inParent},
		"sh,python3": {"pip wrapped=1\n", inParent},
		"python3":    {"pip wrapped=\n", inProcess}, // pip is not the task
	} {
		dir := t.TempDir()
		install := exec.CommandContext(t.Context(), filepath.Join(binaries, "flts-run"), "install", "--shim", shims, dir)
		text, err := install.CombinedOutput()
		require.NoError(t, err, string(text))
		for _, wrapper := range [][]string{nil, {"flts-run", "exec", "--"}} {
			// Installed twice, in two directories: they must not call each other.
			out, said := readRecordedTask(t).start(t, wrapper, dir, dir+"/../"+filepath.Base(dir))
			if wrapper != nil {
				want.pip, want.where = "pip wrapped=1\n", inParent
			}
			require.Equal(t, want.pip+want.pip+trained, out, shims)
			require.Equal(t, 1, strings.Count(said, "platform:"), "%s: %s", shims, said)
			require.Contains(t, said, want.where, shims)
		}
	}
}
