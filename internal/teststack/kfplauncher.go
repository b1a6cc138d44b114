package teststack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// KFPLauncher is the launcher of Kubeflow Pipelines 2.0.5 (see
// testdata/stack/kfplauncher).
type KFPLauncher struct {
	// Path is of a program whose name is launch.
	Path string
}

// KFPLauncher builds the launcher unless it is there.
func (b Binaries) KFPLauncher(ctx context.Context) (KFPLauncher, error) {
	paths, err := b.have(ctx, kfpLauncher)
	return KFPLauncher{paths[kfpLauncher.name]}, err
}

// Holds asks KFP's own expressions for a condition of a task. input is the ExecutorInput
// that the condition is about.
func (l KFPLauncher) Holds(ctx context.Context, condition string, input json.RawMessage) (bool, error) {
	cmd := exec.CommandContext(ctx, l.Path, "--condition", condition, "--executor_input", string(input))
	cmd.Env = []string{"HOME=" + os.TempDir()}
	out, err := cmd.Output()
	if err != nil {
		return false, fmt.Errorf("teststack: condition %q: %w\n%s", condition, err, said(err))
	}
	return strconv.ParseBool(strings.TrimSpace(string(out)))
}

// said is what a program wrote to its standard error.
func said(err error) []byte {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return bytes.TrimSpace(exit.Stderr)
	}
	return nil
}
