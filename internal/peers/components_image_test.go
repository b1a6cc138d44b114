//go:build peers

package peers_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/container"
	"github.com/flts-run/flts-run/internal/dockerfile"
)

// ofComponents is where what users copy is.
const ofComponents = "../../components/flts"

// packagesVariable is where the tests find the stage "packages" of the Dockerfile.
const packagesVariable = "FLTS_PEERS_PACKAGES"

// debianPython is that of the machine that stands for the image python:3.11-slim.
const debianPython = "/usr/bin/python3"

// havePackages makes the stage unless it is in the user's cache: it needs the network,
// and half a minute to install.
func havePackages(ctx context.Context) (root string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	key, err := packagesKey(ctx)
	if err != nil {
		return "", err
	}
	kept := filepath.Join(cache, "flts-run", "stack", "components-"+key)
	if _, err := os.Stat(kept); err == nil {
		return kept, nil
	}
	dir, err := os.MkdirTemp(filepath.Dir(kept), "components-new")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	made, err := makePackages(ctx, dir)
	if err != nil {
		return "", err
	}
	// Whoever comes second finds it there, and it is the same.
	if err := os.Rename(made, kept); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return kept, nil
}

// packagesKey names all that the stage is made of.
func packagesKey(ctx context.Context) (string, error) {
	text, err := os.ReadFile(filepath.Join(ofComponents, "Dockerfile"))
	if err != nil {
		return "", err
	}
	stages, err := dockerfile.Parse(string(text))
	if err != nil {
		return "", err
	}
	pins, err := os.ReadFile(filepath.Join(ofComponents, "requirements.txt"))
	if err != nil {
		return "", err
	}
	version, err := exec.CommandContext(ctx, debianPython, "-m", "pip", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s -m pip: %w: apt-get install python3-pip python3-venv", debianPython, err)
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s%s", pins, version)
	for _, stage := range stages {
		if stage.Name != "packages" {
			continue
		}
		for _, step := range stage.Steps {
			fmt.Fprintln(sum, step.Instruction, step.Words)
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:6]), nil
}

// makePackages has this machine's pip fetch, with whatever settings it needs for that,
// and the Dockerfile's install.
func makePackages(ctx context.Context, dir string) (root string, err error) {
	fmt.Fprintln(os.Stderr, "peers: installing the packages of components/flts once, which takes a minute")
	wheels := filepath.Join(dir, "wheels")
	fetch := exec.CommandContext(ctx, debianPython, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes",
		"--dest", wheels, "--requirement", filepath.Join(ofComponents, "requirements.txt"))
	if out, err := fetch.CombinedOutput(); err != nil {
		return "", fmt.Errorf("pip download: %w\n%s", err, out)
	}
	b, err := dockerBuild(dir)
	if err != nil {
		return "", err
	}
	b.RunEnv, b.RunMounts = []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=/wheels"}, []string{wheels + ":/wheels"}
	i, err := b.Stage(ctx, "packages")
	return i.Root, err
}

// dockerBuild is "docker build components/flts", as far as it can be without flts-run.
func dockerBuild(dir string) (container.Build, error) {
	for _, name := range []string{"python", "stages"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			return container.Build{}, err
		}
	}
	python, err := container.Machine(filepath.Join(dir, "python"))
	return container.Build{
		Context: ofComponents, Dockerfile: filepath.Join(ofComponents, "Dockerfile"), Dir: filepath.Join(dir, "stages"),
		Bases: map[string]container.Image{"python:3.11-slim": python},
	}, err
}

// buildFltsRun follows components/image/Dockerfile, with the released binary.
func buildFltsRun(t *testing.T) container.Image {
	t.Helper()
	dist := t.TempDir()
	binary, err := os.ReadFile(os.Getenv(binaryVariable))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dist, "flts-run-linux-"+runtime.GOARCH), binary, 0o644))
	i, err := container.Build{
		Context: dist, Dockerfile: "../../components/image/Dockerfile", Dir: t.TempDir(),
		Args: map[string]string{"TARGETARCH": runtime.GOARCH},
	}.Run(t.Context())
	require.NoError(t, err)
	return i
}

// buildComponents follows components/flts/Dockerfile.
func buildComponents(t *testing.T) container.Image {
	t.Helper()
	b, err := dockerBuild(t.TempDir())
	require.NoError(t, err)
	b.Bases["flts-run:1.0"] = buildFltsRun(t)
	b.Kept = map[string]string{"packages": os.Getenv(packagesVariable)}
	i, err := b.Run(t.Context())
	require.NoError(t, err)
	return i
}

// What flts-run adds to an image is itself, its links, and what it recorded.
func requireSmall(t *testing.T, i container.Image) {
	t.Helper()
	var bytes int64
	for _, name := range []string{"usr/local/bin/flts-run", "opt/flts", "etc/flts"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(i.Root, name), func(_ string, e os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			bytes += info.Size()
			return err
		}))
	}
	t.Logf("flts-run adds %.1f MiB to the image", float64(bytes)/(1<<20))
	require.Less(t, bytes, int64(15<<20))
}
