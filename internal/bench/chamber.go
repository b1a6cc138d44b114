package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

const chamberModule = "github.com/segmentio/chamber/v2"

var errNoChamber = errors.New("chamber: not available here, not compared")

// chamber returns the peer that does the nearest thing: it reads a store and
// becomes the task. Its null backend asks nobody, which is its fastest start.
func chamber(ctx context.Context, b bench, pod pod) (*contender, error) {
	path, err := findChamber(ctx, b)
	if err != nil {
		return nil, errNoChamber
	}
	c := &contender{name: "chamber, null backend", argv: []string{path, "--backend", "null", "exec", "none", "--", task}}
	if _, err := start(c.argv, pod); err != nil {
		return nil, fmt.Errorf("chamber: found, does not start, not compared: %w", explain(ctx, c, pod, err))
	}
	return c, nil
}

// findChamber takes it from PATH, or builds it when the module can be had.
func findChamber(ctx context.Context, b bench) (string, error) {
	if path, err := exec.LookPath("chamber"); err == nil || b.short {
		return path, err
	}
	asking, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := exec.CommandContext(asking, "go", "list", "-m", chamberModule+"@latest").Run(); err != nil {
		return "", err
	}
	install := exec.CommandContext(ctx, "go", "install", "-trimpath", "-ldflags=-s -w", chamberModule+"@latest")
	install.Env = append(b.environ, "CGO_ENABLED=0", "GOBIN="+b.dir)
	return filepath.Join(b.dir, "chamber"), install.Run()
}
