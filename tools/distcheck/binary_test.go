package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestRefuse(t *testing.T) {
	good := binary{size: 15 << 20, arch: "arm64", named: "arm64"}
	other, dynamic, large := good, good, good
	other.named = "amd64"
	dynamic.dynamic = "libc.so.6"
	large.size++

	for _, c := range []struct {
		name string
		in   binary
		want string
	}{
		{"at the limit", good, ""},
		{"another processor", other, `its name says amd64, it is built for "arm64"`},
		{"dynamic", dynamic, "linked dynamically: it needs libc.so.6"},
		{"too large", large, "15.00 MiB, at most 15 are allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := c.in.refuse(15 << 20); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, mode string
		static     bool
	}{
		{"x-linux-amd64", "-buildmode=exe", true},
		{"pie-linux-amd64", "-buildmode=pie", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, c.name)
			build := exec.CommandContext(t.Context(), "go", "build", c.mode, "-o", path, source)
			build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS=")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			got, err := inspect(path)
			if err != nil {
				t.Fatal(err)
			}
			if got.arch != "amd64" || got.named != "amd64" || got.size == 0 || (got.dynamic == "") != c.static {
				t.Errorf("got %+v", got)
			}
		})
	}
}
