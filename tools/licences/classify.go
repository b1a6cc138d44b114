package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// permissive lists the licences that ask for attribution and nothing else of
// who ships the binary. MPL-2.0 is not among them: it asks for the source of
// changed files, and nothing that is linked needs the exception.
var permissive = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "0BSD", "Unlicense"}

// A text of which less is recognised may say anything in the rest.
const recognised = 75.0

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([._-].*)?$`)

// licencesOf names the licences of the packages of m that are in use: those in
// the root of the module, and those beside a package that was taken from
// somewhere else.
func licencesOf(m *module) ([]string, error) {
	var names []string
	var failed []error
	for _, dir := range licenceDirs(m) {
		files, err := licenceFiles(dir)
		if err != nil {
			return nil, err
		}
		if dir == m.root && len(files) == 0 {
			failed = append(failed, errors.New("has no licence file"))
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			found, err := classify(text)
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", strings.TrimPrefix(path, m.root+"/"), err))
			}
			names = append(names, found...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), errors.Join(failed...)
}

// classify names the licences in a text, and refuses a text with a licence that
// is not permissive, or with too much that is no known licence.
func classify(text []byte) ([]string, error) {
	coverage := licensecheck.Scan(text)
	var names []string
	for _, match := range coverage.Match {
		if !match.IsURL && !slices.Contains(names, match.ID) {
			names = append(names, match.ID)
		}
	}
	for _, name := range names {
		if !slices.Contains(permissive, name) {
			return names, fmt.Errorf("%s is not permissive", name)
		}
	}
	if len(names) == 0 || coverage.Percent < recognised {
		return names, fmt.Errorf("only %.0f%% of the text is a known licence", coverage.Percent)
	}
	return names, nil
}

// licenceDirs lists the directories of the packages in use and those above them,
// up to the root of the module.
func licenceDirs(m *module) []string {
	dirs := []string{m.root}
	for _, dir := range m.packages {
		for ; strings.HasPrefix(dir, m.root+string(filepath.Separator)); dir = filepath.Dir(dir) {
			if !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

func licenceFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() && licenceFile.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}
