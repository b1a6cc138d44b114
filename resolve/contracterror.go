package resolve

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ContractError is everything that is wrong with a contract file. It prints a
// line for each problem, file:line:column: text, which editors jump to.
type ContractError struct {
	File     string
	Problems []Problem // in the order of the file
}

// Problem is one thing that is wrong. Line and Column count from 1; they are 0
// when the problem is the file as a whole.
type Problem struct {
	Line, Column int
	Text         string
}

func (e *ContractError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		place := e.File
		if p.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", e.File, p.Line, p.Column)
		}
		lines[i] = place + ": " + p.Text
	}
	return strings.Join(lines, "\n")
}

func byPlace(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// locate finds the place of a path of names in a file: that of the last name
// that is there. In a list, a name is an element or the name of an element.
func locate(root *yaml.Node, path []string) *yaml.Node {
	place, n := root, target(root)
	for _, name := range path {
		var next *yaml.Node
		switch n.Kind {
		case yaml.MappingNode:
			if i := indexOfName(n, name); i >= 0 {
				place, next = n.Content[i], target(n.Content[i+1])
			}
		case yaml.SequenceNode:
			if i := slices.IndexFunc(n.Content, func(e *yaml.Node) bool { return elementName(e) == name }); i >= 0 {
				place, next = n.Content[i], target(n.Content[i])
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	return place
}

func indexOfName(mapping *yaml.Node, name string) int {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return i
		}
	}
	return -1
}

func elementName(e *yaml.Node) string {
	e = target(e)
	if e.Kind == yaml.MappingNode {
		if i := indexOfName(e, "name"); i >= 0 {
			return e.Content[i+1].Value
		}
	}
	return e.Value
}
