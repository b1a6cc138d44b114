package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// build makes the binaries. flts-run comes from the Makefile, so that what is
// measured has the flags of what is shipped.
func (b *bench) build(ctx context.Context) error {
	root, err := b.moduleRoot(ctx)
	if err != nil {
		return err
	}
	b.fltsRun = filepath.Join(b.dir, "flts-run")
	b.bare = filepath.Join(b.dir, "barexec")
	for _, argv := range [][]string{
		{"make", "--no-print-directory", "build", "BIN=" + b.dir},
		{"go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.bare, "./internal/bench/barexec"},
	} {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Dir = root
		cmd.Env = append(b.environ, "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", filepath.Base(argv[len(argv)-1]), err, out)
		}
	}
	return nil
}

func (b *bench) moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return string(bytes.TrimSpace(out)), nil
}
