package teststack

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Binaries builds the programs of the stack, each once, into a cache outside
// the checkout. The zero value is what tests use, silently.
type Binaries struct {
	// Cache is the directory; empty is flts-run/stack in the user's cache.
	Cache string
	// Progress is told when something has to be built, because that takes
	// minutes.
	Progress io.Writer
}

// program is a command of a nested module below testdata/stack.
type program struct {
	name    string
	module  string // the nested module; empty is one of the same name
	pkg     string
	ldflags string // more than what every program is linked with
	cgo     bool   // needs a C compiler
}

var (
	minioServer = program{name: "minio", pkg: "github.com/minio/minio"}
	minioAdmin  = program{name: "minioadmin", pkg: "."}
	kfpServer   = program{name: "kfp", pkg: ".", cgo: true}
	kfpLauncher = program{name: "launch", module: "kfplauncher", pkg: "."}
	kfpMessages = program{name: "kfpmessages", pkg: "."}
)

// Build builds what is not there yet of all programs and returns the paths by
// name.
func (b Binaries) Build(ctx context.Context) (map[string]string, error) {
	all := slices.Concat([]program{minioServer, minioAdmin, kfpServer, kfpLauncher, kfpMessages}, kubernetesPrograms)
	if runtime.GOOS == "linux" { // what it mounts, no other system has
		all = append(all, kubelet)
	}
	return b.have(ctx, all...)
}

// have builds what is not there yet of those that a server needs.
func (b Binaries) have(ctx context.Context, programs ...program) (map[string]string, error) {
	paths := map[string]string{}
	for _, p := range programs {
		path, err := b.ensure(ctx, p)
		if err != nil {
			return nil, err
		}
		paths[p.name] = path
	}
	return paths, nil
}

// ensure returns the path of a program. The lock makes a second test package
// wait for the first one's build instead of building beside it.
func (b Binaries) ensure(ctx context.Context, p program) (string, error) {
	module, err := nestedModule(cmp.Or(p.module, p.name))
	if err != nil {
		return "", err
	}
	path, err := b.path(p, module)
	if err != nil {
		return "", err
	}
	if isFile(path) {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("teststack: %w", err)
	}
	unlock, err := lock(ctx, filepath.Dir(path)+".lock")
	if err != nil {
		return "", fmt.Errorf("teststack: wait for another build of %s: %w", p.name, err)
	}
	defer unlock()
	if isFile(path) {
		return path, nil
	}
	return path, b.build(ctx, p, module, path)
}

func (b Binaries) build(ctx context.Context, p program, module, path string) error {
	gotool, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("teststack: %s must be built and the go command is not on the PATH: install Go, then %s", p.name, mend)
	}
	cgo := "CGO_ENABLED=0"
	if p.cgo {
		if err := findCompiler(ctx, gotool); err != nil {
			return fmt.Errorf("teststack: %s must be built with cgo: %w: apt-get install gcc libc6-dev, then %s", p.name, err, mend)
		}
		cgo = "CGO_ENABLED=1"
	}
	b.say("teststack: building %s once into %s, which takes minutes the first time\n", p.name, path)
	begun := time.Now()
	// A build that is cut off must not leave a file under the final name.
	part := path + ".part"
	cmd := exec.CommandContext(ctx, gotool, "build", "-mod=readonly", "-buildvcs=false", "-ldflags=-s -w "+p.ldflags, "-o", part, p.pkg)
	cmd.Dir = module
	cmd.Env = append(cmd.Environ(), cgo, "GOWORK=off", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("teststack: build %s: %w\n%s\nto try it by itself: %s", p.name, err, tail(out), mend)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	b.say("teststack: built %s in %s\n", p.name, time.Since(begun).Round(time.Second))
	return nil
}

// findCompiler looks for the C compiler that the go command would take. Without
// one it says so after minutes, and in words for those who know cgo.
func findCompiler(ctx context.Context, gotool string) error {
	out, err := exec.CommandContext(ctx, gotool, "env", "CC").Output()
	if err != nil {
		return fmt.Errorf("go env CC: %w", err)
	}
	words := strings.Fields(string(out))
	if len(words) == 0 {
		return errors.New("no C compiler is set")
	}
	_, err = exec.LookPath(words[0])
	return err
}

// mend is what to type when the stack cannot be had.
const mend = "go run ./internal/teststack/cmd/stack build"

func (b Binaries) say(format string, args ...any) {
	if b.Progress != nil {
		fmt.Fprintf(b.Progress, format, args...)
	}
}

// path carries a digest of the nested module's files: of the version in go.mod,
// of every checksum, and of our own lines where it has any. A change of one of
// them is another program, and an old checkout still finds its own.
func (b Binaries) path(p program, module string) (string, error) {
	cache, err := b.cache()
	if err != nil {
		return "", err
	}
	digest, err := moduleDigest(module)
	if err != nil {
		return "", err
	}
	key := fmt.Sprintf("%s-%s-%s-%s", cmp.Or(p.module, p.name), runtime.GOOS, runtime.GOARCH, digest)
	return filepath.Join(cache, key, p.name), nil
}

func (b Binaries) cache() (string, error) {
	if b.Cache != "" {
		return b.Cache, nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("teststack: %w: set XDG_CACHE_HOME", err)
	}
	return filepath.Join(user, "flts-run", "stack"), nil
}

func moduleDigest(module string) (string, error) {
	var files []string
	for _, pattern := range []string{"go.mod", "go.sum", "*.go"} {
		found, err := filepath.Glob(filepath.Join(module, pattern))
		if err != nil {
			return "", fmt.Errorf("teststack: %w", err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	sum := sha256.New()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("teststack: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", filepath.Base(file), len(data), data)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:6]), nil
}

// nestedModule is the directory testdata/stack/NAME of the checkout.
func nestedModule(name string) (string, error) {
	file, err := fromCheckout("testdata/stack/" + name + "/go.mod")
	return filepath.Dir(file), err
}

// fromCheckout finds a file of the checkout from the directory of the running
// test.
func fromCheckout(name string) (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("teststack: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if path := filepath.Join(dir, filepath.FromSlash(name)); isFile(path) {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("teststack: no %s above %s: run it inside a checkout of flts-run", name, start)
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// tail keeps the end of a program's output, where the reason is.
func tail(out []byte) string {
	const most = 2000
	return string(bytes.TrimSpace(out[max(0, len(out)-most):]))
}
