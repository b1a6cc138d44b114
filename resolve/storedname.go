package resolve

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// onlyStored is the name of the secret of a file that has one and gives it none:
// secretsmanager: {id: flts, keys: {…}}.
const onlyStored = "default"

// nameStored puts that name where the file could have it.
func nameStored(root *yaml.Node) {
	for i := 0; i+1 < len(root.Content); i += 2 {
		part := target(root.Content[i+1])
		if root.Content[i].Value == "secretsmanager" && isStored(part) {
			name := textNode(onlyStored)
			name.Line, name.Column = part.Line, part.Column
			root.Content[i+1] = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{name, part}, Line: part.Line, Column: part.Column}
		}
	}
}

// isStored tells the fields of a secret from secrets by their names: what is a text in
// the one is never one in the other.
func isStored(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := target(n.Content[i+1])
		if slices.Contains([]string{"id", "connection"}, n.Content[i].Value) && value.Kind == yaml.ScalarNode && !isNull(value) {
			return true
		}
	}
	return false
}
