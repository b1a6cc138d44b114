package teststack

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Clients is a virtual environment with the Python clients that a task uses, and
// with MLflow, as testdata/peers/requirements.txt pins them.
type Clients struct{ dir string }

// Python is the interpreter.
func (c Clients) Python() string { return filepath.Join(c.dir, "bin", "python") }

// mlflow is MLflow's own command.
func (c Clients) mlflow() string { return filepath.Join(c.dir, "bin", "mlflow") }

// database is an empty database of this MLflow. To make one takes longer than a
// server's start.
func (c Clients) database() string { return filepath.Join(c.dir, "empty.db") }

// finished is there when all of it is.
func (c Clients) finished() string { return filepath.Join(c.dir, "finished") }

// mendClients is what to type when the clients cannot be had.
const mendClients = "go run ./internal/teststack/cmd/stack clients"

// Clients installs the environment unless it is there, and returns it. A virtual
// environment cannot be moved, so that it is whole when a file says so.
func (b Binaries) Clients(ctx context.Context) (Clients, error) {
	lockFile, err := fromCheckout("testdata/peers/requirements.txt")
	if err != nil {
		return Clients{}, err
	}
	c, err := b.clientsFor(ctx, lockFile)
	if err != nil {
		return c, err
	}
	if isFile(c.finished()) {
		return c, nil
	}
	if err := os.MkdirAll(filepath.Dir(c.dir), 0o755); err != nil {
		return c, fmt.Errorf("teststack: %w", err)
	}
	unlock, err := lock(ctx, c.dir+".lock")
	if err != nil {
		return c, fmt.Errorf("teststack: wait for another installation of the Python clients: %w", err)
	}
	defer unlock()
	if isFile(c.finished()) {
		return c, nil
	}
	return c, b.install(ctx, c, lockFile)
}

// clientsFor names the directory by all that makes one environment differ from
// another: the locked versions and the interpreter.
func (b Binaries) clientsFor(ctx context.Context, lockFile string) (Clients, error) {
	pins, err := os.ReadFile(lockFile)
	if err != nil {
		return Clients{}, fmt.Errorf("teststack: %w", err)
	}
	cache, err := b.cache()
	if err != nil {
		return Clients{}, err
	}
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys, sysconfig; print(sys.version, sysconfig.get_platform(), sys.base_prefix)").Output()
	if err != nil {
		return Clients{}, fmt.Errorf("teststack: no python3: %w: apt-get install python3-venv", err)
	}
	digest := sha256.Sum256(append(pins, out...))
	return Clients{filepath.Join(cache, fmt.Sprintf("clients-%x", digest[:6]))}, nil
}

func (b Binaries) install(ctx context.Context, c Clients, lockFile string) error {
	b.say("teststack: installing the Python clients once into %s, which takes a minute or more\n", c.dir)
	begun := time.Now()
	if err := os.RemoveAll(c.dir); err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	for _, argv := range [][]string{
		{"python3", "-m", "venv", c.dir},
		// The lock names everything that is needed; what a wheel would run at
		// installation is not wanted. Most of it is never imported, so that Python
		// compiles what it meets.
		{c.Python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:", "-r", lockFile},
		{c.Python(), "-c", "import boto3, s3fs, minio, requests, mlflow"},
		{c.mlflow(), "db", "upgrade", "sqlite:///" + c.database()},
	} {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Dir = filepath.Dir(c.dir)
		cmd.Env = append(cmd.Environ(), "PYTHONDONTWRITEBYTECODE=")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("teststack: %s: %w\n%s\nDebian's python3 needs: apt-get install python3-venv; to try it by itself: %s",
				strings.Join(argv[:min(3, len(argv))], " "), err, tail(out), mendClients)
		}
	}
	if err := os.WriteFile(c.finished(), nil, 0o644); err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	b.say("teststack: installed the Python clients in %s\n", time.Since(begun).Round(time.Second))
	return nil
}
