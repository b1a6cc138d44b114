package pod

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// Run runs a command of the pod's bin, given as a command line, with both of its
// streams going to out, and returns its exit status. The line is split at white
// space and nothing in it is quoted, so that it may be printed and typed as it
// is.
func (p *Pod) Run(ctx context.Context, line string, out io.Writer, environ ...string) (status int, err error) {
	words := strings.Fields(line)
	cmd := exec.CommandContext(ctx, filepath.Join(p.dir, "bin", words[0]), words[1:]...)
	cmd.Args[0] = words[0]
	cmd.Dir, cmd.Env = p.dir, append(p.environ[:len(p.environ):len(p.environ)], environ...)
	cmd.Stdout, cmd.Stderr = out, out
	err = runGroup(ctx, cmd)
	if exited := (*exec.ExitError)(nil); errors.As(err, &exited) && exited.Exited() {
		return exited.ExitCode(), nil
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", words[0], err)
	}
	return 0, nil
}
