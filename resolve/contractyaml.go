package resolve

import "go.yaml.in/yaml/v4"

// YAML writes the contract as a file that ParseContract reads back to the same
// contract. It extends nothing: all that counts stands in it.
func (c *Contract) YAML() ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	put(root, "namespace", textNode(c.Namespace))
	if c.FromPod {
		put(root, "namespace_from_pod", valueNode(&c.FromPod))
	}
	put(root, "objects", fieldsNode(&c.Objects, objectsFields, false))
	if c.Reload != "" {
		put(root, "reload", textNode(c.Reload))
	}
	if c.Refresh != "" {
		put(root, "refresh", textNode(c.Refresh))
	}
	put(root, "keys", partNodes(c.Keys, keyFields, func(k *Key) string { return k.Name }))
	put(root, "services", partNodes(c.Services, serviceFields, func(s *Service) string { return s.Name }))
	if len(c.Connections) > 0 {
		put(root, "connections", partNodes(c.Connections, connectionFields, func(n *Connection) string { return n.Name }))
	}
	if len(c.Stored) > 0 {
		put(root, "secretsmanager", partNodes(c.Stored, storedFields, func(s *StoredSecret) string { return s.Name }))
	}
	put(root, "policy", policyNode(c.Policy))
	put(root, "pristine", listNode(c.Pristine))
	return yaml.Dump(root, yaml.WithIndent(2), yaml.WithLineWidth(-1))
}

func partNodes[T any](parts []*T, table []field[T], nameOf func(*T) string) *yaml.Node {
	all := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range parts {
		put(all, nameOf(p), fieldsNode(p, table, false))
	}
	return all
}

// policyNode writes every field of every rule: one that is left out would be
// read as that of the built-in policy.
func policyNode(p Policy) *yaml.Node {
	all := &yaml.Node{Kind: yaml.MappingNode}
	for _, r := range p {
		put(all, r.Name, fieldsNode(r, fieldsOf(r.Name), true))
	}
	return all
}

// fieldsNode writes the fields that are set, or all of them.
func fieldsNode[T any](part *T, table []field[T], all bool) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range table {
		if v := valueNode(f.at(part)); v != nil && (all || !isUnset(v)) {
			put(n, f.name, v)
		}
	}
	return n
}

func valueNode(of any) *yaml.Node {
	switch v := of.(type) {
	case *string:
		return textNode(*v)
	case *bool:
		if *v {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}
		}
	case *[]string:
		return listNode(*v)
	case *[]Spelling:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range *v {
			list.Content = append(list.Content, spellingNode(&(*v)[i]))
		}
		return inOneLine(list)
	case *[]Switch:
		switches := &yaml.Node{Kind: yaml.MappingNode}
		for _, s := range *v {
			put(switches, s.Name, listNode(s.Values))
		}
		return switches
	case *[]Field:
		fields := &yaml.Node{Kind: yaml.MappingNode}
		for _, f := range *v {
			put(fields, f.Variable, textNode(f.Path))
		}
		return fields
	}
	return nil
}

func spellingNode(s *Spelling) *yaml.Node {
	n := fieldsNode(s, spellingFields, false)
	if nameAlone := len(n.Content) == 2 && s.Name != "" || len(n.Content) == 0; nameAlone {
		return textNode(s.Name)
	}
	n.Style = yaml.FlowStyle
	return n
}

func isUnset(n *yaml.Node) bool { return n.Value == "" && len(n.Content) == 0 }

func put(mapping *yaml.Node, name string, value *yaml.Node) {
	mapping.Content = append(mapping.Content, textNode(name), value)
}

func textNode(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
}

func listNode(list []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range list {
		n.Content = append(n.Content, textNode(s))
	}
	return inOneLine(n)
}

// inOneLine writes a short list of texts in one line.
func inOneLine(list *yaml.Node) *yaml.Node {
	length := 0
	for _, e := range list.Content {
		length += len(e.Value) + 4
		if e.Kind != yaml.ScalarNode {
			return list
		}
	}
	if length < 100 {
		list.Style = yaml.FlowStyle
	}
	return list
}
