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

// venv is a Python virtual environment.
type venv struct{ dir string }

// Python is the interpreter.
func (v venv) Python() string { return v.program("python") }

// program is a command that a package of the environment brings.
func (v venv) program(name string) string { return filepath.Join(v.dir, "bin", name) }

// database is an empty database of the server that the environment has. To make
// one takes longer than the server's start.
func (v venv) database() string { return filepath.Join(v.dir, "empty.db") }

// finished is there when all of it is.
func (v venv) finished() string { return filepath.Join(v.dir, "finished") }

// pinned is an environment as a lock file of the checkout pins it.
type pinned struct {
	name     string // of its directory, and of the argument of cmd/stack
	title    string
	lockFile string
	// fromSource are the packages that are published without a wheel; what makes one
	// of them is pinned for all environments alike.
	fromSource string
	// finish is what is run once in the new environment.
	finish func(venv) [][]string
}

// lockFiles are installed one after the other.
func (p pinned) lockFiles() []string {
	if p.fromSource == "" {
		return []string{p.lockFile}
	}
	return []string{"testdata/peers/build.txt", p.lockFile}
}

// pip installs what a lock file names, which is everything that is needed; what a
// wheel would run at installation is not wanted. Most of it is never imported, so
// that Python compiles what it meets.
func (p pinned) pip(v venv, lockFile string) []string {
	argv := []string{
		v.Python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
		"--no-deps", "--no-compile", "--no-build-isolation", "--require-hashes", "--only-binary=:all:",
	}
	if p.fromSource != "" {
		argv = append(argv, "--no-binary="+p.fromSource)
	}
	return append(argv, "-r", lockFile)
}

// mend is what to type when the environment cannot be had.
func (p pinned) mend() string { return "go run ./internal/teststack/cmd/stack " + p.name }

// venv installs an environment unless it is there. It cannot be moved, so that it
// is whole when a file says so.
func (b Binaries) venv(ctx context.Context, p pinned) (venv, error) {
	v, lockFiles, err := b.venvFor(ctx, p)
	if err != nil || isFile(v.finished()) {
		return v, err
	}
	if err := os.MkdirAll(filepath.Dir(v.dir), 0o755); err != nil {
		return v, fmt.Errorf("teststack: %w", err)
	}
	unlock, err := lock(ctx, v.dir+".lock")
	if err != nil {
		return v, fmt.Errorf("teststack: wait for another installation of %s: %w", p.title, err)
	}
	defer unlock()
	if isFile(v.finished()) {
		return v, nil
	}
	return v, b.install(ctx, v, p, lockFiles)
}

// installed returns an environment that is there.
func (b Binaries) installed(ctx context.Context, p pinned) (venv, error) {
	v, _, err := b.venvFor(ctx, p)
	if err == nil && !isFile(v.finished()) {
		err = fmt.Errorf("not available here: %s", p.mend())
	}
	return v, err
}

// venvFor names the directory by all that makes one environment differ from
// another: the locked versions and the interpreter. It installs nothing.
func (b Binaries) venvFor(ctx context.Context, p pinned) (v venv, lockFiles []string, err error) {
	var pins []byte
	for _, name := range p.lockFiles() {
		path, err := fromCheckout(name)
		if err != nil {
			return venv{}, nil, err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return venv{}, nil, fmt.Errorf("teststack: %w", err)
		}
		lockFiles, pins = append(lockFiles, path), append(pins, text...)
	}
	cache, err := b.cache()
	if err != nil {
		return venv{}, nil, err
	}
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys, sysconfig; print(sys.version, sysconfig.get_platform(), sys.base_prefix)").Output()
	if err != nil {
		return venv{}, nil, fmt.Errorf("teststack: no python3: %w: apt-get install python3-venv", err)
	}
	digest := sha256.Sum256(append(pins, out...))
	return venv{filepath.Join(cache, fmt.Sprintf("%s-%x", p.name, digest[:6]))}, lockFiles, nil
}

func (b Binaries) install(ctx context.Context, v venv, p pinned, lockFiles []string) error {
	b.say("teststack: installing %s once into %s, which takes a minute or more\n", p.title, v.dir)
	begun := time.Now()
	if err := os.RemoveAll(v.dir); err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	commands := [][]string{{"python3", "-m", "venv", v.dir}}
	for _, path := range lockFiles {
		commands = append(commands, p.pip(v, path))
	}
	for _, argv := range append(commands, p.finish(v)...) {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Dir = filepath.Dir(v.dir)
		cmd.Env = append(cmd.Environ(), "PYTHONDONTWRITEBYTECODE=")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("teststack: %s: %w\n%s\nDebian's python3 needs: apt-get install python3-venv; to try it by itself: %s",
				strings.Join(argv[:min(3, len(argv))], " "), err, tail(out), p.mend())
		}
	}
	if err := os.WriteFile(v.finished(), nil, 0o644); err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	b.say("teststack: installed %s in %s\n", p.title, time.Since(begun).Round(time.Second))
	return nil
}
