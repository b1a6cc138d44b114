package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestBreaches(t *testing.T) {
	for _, c := range []struct {
		name, file, source string
		want               []string
	}{
		{"nothing", "resolve/a.go", "package resolve\n\nfunc A() {}", nil},
		{"the process", "launch/a.go", "package launch\n\nimport \"os\"\n\nvar _ = os.Getenv(\"A\")\n\nfunc A() { os.Exit(1) }", []string{"os.Getenv is for main.go", "os.Exit is for main.go"}},
		{"the process in main.go", "cmd/flts-run/main.go", "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(1) }", nil},
		{"the process beside main.go", "cmd/flts-run/wire.go", "package main\n\nimport \"os\"\n\nfunc a() { os.Exit(1) }", []string{"os.Exit is for main.go"}},
		{"a main.go that is none", "resolve/main.go", "package resolve\n\nimport \"context\"\n\nvar ctx = context.Background()", []string{"context.Background is for main.go"}},
		{"log", "launch/a.go", "package launch\n\nimport \"log\"\n\nvar _ = log.Flags", []string{"the log package is for main.go"}},
		{"a test", "launch/a_test.go", "package launch\n\nimport \"os\"\n\nvar _ = os.Environ()", nil},
		{"init", "launch/a_test.go", "package launch\n\nfunc init() {}", []string{"init() runs in every start, asked for or not"}},
		{"a method init", "launch/a.go", "package launch\n\ntype t int\n\nfunc (t) init() {}", nil},
		{"name", "internal/utils/a.go", "package utils", []string{"package utils says nothing about what is in it"}},
		{"a domain imports another", "resolve/a.go", "package resolve\n\nimport _ \"github.com/flts-run/flts-run/launch\"", []string{"resolve must not import launch: cmd/*/wire.go joins them"}},
		{"submit imports pipeline", "submit/kfp/a.go", "package kfp\n\nimport _ \"github.com/flts-run/flts-run/pipeline\"", nil},
		{"pipeline imports submit", "pipeline/a.go", "package pipeline\n\nimport _ \"github.com/flts-run/flts-run/submit\"", []string{"pipeline must not import submit: cmd/*/wire.go joins them"}},
		{"a domain imports below", "resolve/a.go", "package resolve\n\nimport _ \"github.com/flts-run/flts-run/checklist\"\n\nimport _ \"github.com/flts-run/flts-run/internal/secret\"", nil},
		{"checklist imports a domain", "checklist/a.go", "package checklist\n\nimport _ \"github.com/flts-run/flts-run/resolve\"", []string{"checklist must not import resolve: cmd/*/wire.go joins them"}},
		{"cmd imports all", "cmd/flts-run/wire.go", "package main\n\nimport _ \"github.com/flts-run/flts-run/resolve\"", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), c.file, c.source, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, b := range breaches(c.file, file) {
				got = append(got, b.what)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A check that looked at nothing must not pass.
func TestCheck(t *testing.T) {
	root := t.TempDir()
	if err := check(root); err == nil || err.Error() != "habits: no Go file found" {
		t.Errorf("an empty module: got %v", err)
	}
	write := func(name, text string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("launch/a.go", "package launch\n\nfunc init() {}\n")
	write("nested/go.mod", "module nested\n")
	write("nested/a.go", "package nested\n\nfunc init() {}\n")
	write("launch/testdata/a.go", "package other\n\nfunc init() {}\n")
	err := check(root)
	if err == nil || strings.TrimSpace(err.Error()) != "launch/a.go:3: init() runs in every start, asked for or not" {
		t.Errorf("one breach: got %v", err)
	}
}
