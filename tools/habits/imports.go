package main

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

const modulePath = "github.com/flts-run/flts-run/"

// Imports point one way: cmd, then a domain, then checklist, then internal. A
// package that is not named here (cmd/…, internal/…) is not held to it.
var (
	domains = []string{"resolve", "stores", "platform", "endpoints", "launch", "pipeline", "submit", "cluster", "doctor", "manifests"}
	below   = []string{"checklist", "internal"}

	// Where one domain stands on others: what is sent to a server is made of the
	// pipeline; an examination holds a contract, and perhaps a pipeline, against a
	// cluster, sees a pod as flts-run would, and reads what that said at its end; what
	// is written for a cluster is a contract with its values.
	alsoBelow = map[string][]string{
		"submit": {"pipeline"},
		"doctor": {"cluster", "resolve", "pipeline", "platform", "submit"},

		"manifests": {"resolve"},
		// They hold pipelines against the contract; what reads pipelines knows none.
		"pipeline/constants": {"resolve"},
		"pipeline/lint":      {"resolve"},
	}
)

func importBreaches(name string, file *ast.File) []breach {
	own, _, _ := strings.Cut(name, "/")
	allowed := []string{own, "internal"}
	switch {
	case slices.Contains(domains, own):
		allowed = append(append(allowed, below...), slices.Concat(alsoBelow[own], alsoBelow[path.Dir(name)])...)
	case own != "checklist":
		return nil
	}
	var found []breach
	for _, spec := range file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has seen that it is a string
		}
		rest, ours := strings.CutPrefix(target, modulePath)
		if !ours {
			continue
		}
		if top, _, _ := strings.Cut(rest, "/"); !slices.Contains(allowed, top) {
			found = append(found, breach{spec.Pos(), own + " must not import " + rest + ": cmd/*/wire.go joins them"})
		}
	}
	return found
}
