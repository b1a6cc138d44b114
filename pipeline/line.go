package pipeline

import (
	"strconv"

	"go.yaml.in/yaml/v4"
)

// Line is the line, from 1, of the file that the package was read from in which a value
// stands. It is named by the members that lead to it from the top of its document, which
// is either: "deploymentSpec", "executors", "exec-train", "container", "image"; the place
// in a list is a member from "0". Of what is not there it is the line of the last member
// that is, and 0 where there is none, or where the text is no YAML (JSON may be none).
func (p *Package) Line(names ...string) int {
	if p.nodes == nil { // it was made, and not read
		return 0
	}
	line, deepest := 0, 0
	for _, document := range p.nodes() {
		if at, depth := lineOf(document, names); depth > deepest {
			line, deepest = at, depth
		}
	}
	return line
}

// nodesOf are the documents of a text.
func nodesOf(data []byte) []*yaml.Node {
	var documents []yaml.Node
	if err := yaml.Load(data, &documents, yaml.WithAllDocuments()); err != nil {
		return nil
	}
	var nodes []*yaml.Node
	for i := range documents {
		nodes = append(nodes, documents[i].Content...)
	}
	return nodes
}

// lineOf follows the names as far as they lead, and says how far that was.
func lineOf(n *yaml.Node, names []string) (line, depth int) {
	for _, name := range names {
		for n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		key, value := entryOf(n, name)
		if value == nil {
			break
		}
		line, depth, n = key.Line, depth+1, value
	}
	return line, depth
}

// entryOf is a member with its name, or an element of a list.
func entryOf(n *yaml.Node, name string) (key, value *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if k := n.Content[i]; k.Value == name || k.Value == Underscored(name) {
				return k, n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && 0 <= i && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
	}
	return nil, nil
}
