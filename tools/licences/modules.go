package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// module is one dependency and where it is linked.
type module struct {
	path, version string
	root          string
	packages      []string // directories of the packages in use
	shipped       bool     // in a program, and not only in tests
}

func (m *module) in() string {
	if m.shipped {
		return "program"
	}
	return "tests"
}

// goPackage is the part of "go list -json" that is read.
type goPackage struct {
	Dir    string
	Module *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version, Dir string }
	}
}

// linked returns the modules that the programs and the tests of the module in
// dir link. Release binaries are for linux, so that is what is listed.
func linked(dir, tags string) ([]*module, error) {
	modules := map[string]*module{}
	for _, pass := range []struct {
		shipped bool
		args    []string
	}{
		{true, []string{"./cmd/..."}},
		{false, []string{"-test", "./..."}},
	} {
		packages, err := list(dir, tags, pass.args...)
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			collect(modules, p, pass.shipped)
		}
	}
	if len(modules) == 0 {
		return nil, errors.New("no dependency found: this is not the module that was meant")
	}
	return slices.SortedFunc(maps.Values(modules), func(a, b *module) int {
		return bytes.Compare([]byte(a.path), []byte(b.path))
	}), nil
}

func collect(modules map[string]*module, p goPackage, shipped bool) {
	if p.Module == nil || p.Module.Main {
		return
	}
	m := modules[p.Module.Path]
	if m == nil {
		m = &module{path: p.Module.Path, version: p.Module.Version, root: p.Module.Dir}
		if r := p.Module.Replace; r != nil {
			m.version, m.root = r.Version, r.Dir
		}
		modules[p.Module.Path] = m
	}
	m.shipped = m.shipped || shipped
	if !slices.Contains(m.packages, p.Dir) {
		m.packages = append(m.packages, p.Dir)
	}
}

func list(dir, tags string, args ...string) ([]goPackage, error) {
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=Dir,Module", "-tags=" + tags}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w", filepath.Clean(dir), err)
	}
	var packages []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); err == io.EOF {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read what go list printed: %w", err)
		}
		packages = append(packages, p)
	}
}
