package pod

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Source is the checkout that all comes from.
type Source struct{ root string }

// SourceAt is the checkout in this directory.
func SourceAt(root string) Source { return Source{root: root} }

// FindSource finds the checkout from a directory inside it, and says which
// command of those that are needed is missing.
func FindSource(ctx context.Context) (Source, error) {
	for _, tool := range []string{"go", "make", "curl", "awk"} {
		if _, err := exec.LookPath(tool); err != nil {
			return Source{}, &missing{tool}
		}
	}
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return Source{}, fmt.Errorf("find the checkout: %w", err)
	}
	return Source{root: string(bytes.TrimSpace(out))}, nil
}

// missing is a command that is not installed.
type missing struct{ tool string }

func (m *missing) Error() string { return m.tool + " is not installed" }

// Hint says how to install it.
func (m *missing) Hint() string {
	if m.tool == "go" {
		return "install Go as go.dev/doc/install says"
	}
	return "apt-get install " + m.tool
}

// Build builds flts-run into the directory's bin. The Makefile does it, so that
// what runs has the flags of what is shipped.
func (s Source) Build(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "make", "--no-print-directory", "build", "BIN="+filepath.Join(dir, "bin"))
	cmd.Dir = s.root
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := runGroup(ctx, cmd); ctx.Err() != nil {
		return err
	} else if err != nil {
		return fmt.Errorf("make build: %w\n%s", err, bytes.TrimSpace(out.Bytes()))
	}
	return nil
}

// Component is the script of the component.
func (s Source) Component() ([]byte, error) { return s.File("testdata/demo/component.sh") }

// Dataset is what the component reads.
func (s Source) Dataset() ([]byte, error) { return s.File("testdata/demo/elborn.csv") }

// File is a file of the checkout.
func (s Source) File(name string) ([]byte, error) {
	data, err := os.ReadFile(s.Path(name))
	if err != nil {
		return nil, fmt.Errorf("pod: %w", err)
	}
	return data, nil
}

// Path is where a file of the checkout is.
func (s Source) Path(name string) string { return filepath.Join(s.root, filepath.FromSlash(name)) }
