// Package codescan finds the finding codes in the source of this module, so that
// tests can hold other lists against them: the texts that explain codes, and the
// codes that the tests of a package have seen.
package codescan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	literal = regexp.MustCompile(`"(FLTS-[A-Z]\d\d)"`)
	printed = regexp.MustCompile(`\[(FLTS-[A-Z]\d\d)\]`)
)

// Module returns the codes in the Go source of the whole module, tests excepted,
// with the file in which each stands.
func Module() (map[string]string, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for !isFile(filepath.Join(root, "go.mod")) {
		parent := filepath.Dir(root)
		if parent == root {
			return nil, errors.New("codescan: no go.mod in this directory or above it")
		}
		root = parent
	}
	return Below(root)
}

// Below returns the codes in the Go source below a directory, tests and nested
// modules excepted. Finding none is an error: a comparison with nothing would
// pass.
func Below(dir string) (map[string]string, error) {
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != dir && (isFile(filepath.Join(path, "go.mod")) || entry.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range literal.FindAllSubmatch(text, -1) {
			found[string(match[1])] = path
		}
		return nil
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("codescan: no code below %s", dir)
	}
	return found, err
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
