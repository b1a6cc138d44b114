// Command habits holds the Go files of a module against the habits of this
// repository that no general linter knows: the process is touched by main.go
// alone, packages are named by what they do, and imports point one way.
//
//	habits ..
package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := check(root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(root string) error {
	var found []error
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skip(root, path)
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		files++
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		positions := token.NewFileSet()
		tree, err := parser.ParseFile(positions, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, b := range breaches(filepath.ToSlash(name), tree) {
			found = append(found, fmt.Errorf("%s:%d: %s", name, positions.Position(b.at).Line, b.what))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("habits: %w", err)
	}
	if files == 0 {
		return errors.New("habits: no Go file found")
	}
	if len(found) == 0 {
		fmt.Printf("ok  habits: %d files\n", files)
	}
	return errors.Join(found...)
}

// skip leaves out what the go command leaves out, and other modules.
func skip(root, dir string) error {
	if dir == root {
		return nil
	}
	base := filepath.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

// breach is one place where a habit is broken.
type breach struct {
	at   token.Pos
	what string
}

// breaches looks at one file; name is its path from the root of the module.
func breaches(name string, file *ast.File) []breach {
	found := nameBreaches(file)
	found = append(found, initBreaches(file)...)
	if strings.HasSuffix(name, "_test.go") {
		return found
	}
	found = append(found, importBreaches(name, file)...)
	if !isMain(name, file) {
		found = append(found, processBreaches(file)...)
	}
	return found
}
