package main

import (
	"go/ast"
	"path"
	"strings"
)

// These are the process: its exit, its environment, its log, its lifetime. What
// main.go hands on as a value can be tested, and cannot be changed from afar.
var process = map[string]bool{
	"os.Exit": true, "os.Getenv": true, "os.LookupEnv": true, "os.Environ": true,
	"os.Setenv": true, "os.Unsetenv": true,
	"context.Background": true, "context.TODO": true,
}

func isMain(name string, file *ast.File) bool {
	return file.Name.Name == "main" && path.Base(name) == "main.go"
}

func processBreaches(file *ast.File) []breach {
	var found []breach
	for _, spec := range file.Imports {
		if spec.Path.Value == `"log"` {
			found = append(found, breach{spec.Pos(), "the log package is for main.go"})
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := selector.X.(*ast.Ident); ok {
			if name := pkg.Name + "." + selector.Sel.Name; process[name] {
				found = append(found, breach{n.Pos(), name + " is for main.go"})
			}
		}
		return true
	})
	return found
}

func initBreaches(file *ast.File) []breach {
	var found []breach
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			found = append(found, breach{f.Pos(), "init() runs in every start, asked for or not"})
		}
	}
	return found
}

func nameBreaches(file *ast.File) []breach {
	switch name := strings.TrimSuffix(file.Name.Name, "_test"); name {
	case "util", "utils", "common", "helper", "helpers", "misc":
		return []breach{{file.Name.Pos(), "package " + name + " says nothing about what is in it"}}
	}
	return nil
}
