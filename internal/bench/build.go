package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// build makes the binaries. Ours come from the Makefile, so that what is measured
// has the flags of what is shipped.
func (b *bench) build(ctx context.Context) (err error) {
	if b.root, err = moduleRoot(ctx); err != nil {
		return err
	}
	b.fltsRun, b.fltsctl = filepath.Join(b.dir, "flts-run"), filepath.Join(b.dir, "fltsctl")
	b.bare = filepath.Join(b.dir, "barexec")
	for _, argv := range [][]string{
		{"make", "--no-print-directory", "build", "BIN=" + b.dir},
		{"go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.bare, "./internal/bench/barexec"},
	} {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Dir = b.root
		cmd.Env = append(b.environ, "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", filepath.Base(argv[len(argv)-1]), err, out)
		}
	}
	return nil
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return string(bytes.TrimSpace(out)), nil
}
