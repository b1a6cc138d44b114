package inject

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/pipeline"
)

// tree is the text of a pipeline as nodes. Its mappings and lists have one node for each
// thing that they say: aliases are resolved.
type tree struct {
	name      string
	text      []byte
	json      bool
	aliases   bool // there were some, so the lines do not say what the nodes say
	documents []*yaml.Node
	spec      *yaml.Node // the pipeline document
	platform  *yaml.Node // the platform document, or nil
	pipeline  *pipeline.Package
	before    contents // as it was read
	values    []any    // what the text says
	written   []any    // what that says which was written of it
}

// parse reads a text that pipeline.Read takes, too.
func parse(name string, text []byte) (*tree, error) {
	p, err := pipeline.Read(name, text)
	if err != nil {
		return nil, err
	}
	t := &tree{name: name, text: text, pipeline: p}
	if t.documents, t.json = nodesOfJSON(text); !t.json {
		var nodes []yaml.Node
		if err := yaml.Load(text, &nodes, yaml.WithAllDocuments()); err != nil {
			return nil, err // not after pipeline.Read
		}
		for i := range nodes {
			if len(nodes[i].Content) == 1 && nodes[i].Content[0].ShortTag() != "!!null" {
				t.documents = append(t.documents, &nodes[i])
			}
		}
	}
	for _, d := range t.documents {
		d.Content[0] = t.resolved(d.Content[0])
		if member(d.Content[0], "pipelineInfo") != nil {
			t.spec = d.Content[0]
		} else {
			t.platform = d.Content[0]
		}
	}
	t.before = contentsOf(t.documents)
	return t, t.check()
}

// check holds the nodes against what the text says to everybody else: all that is written
// is held against them.
func (t *tree) check() error {
	reader := pipeline.ReaderOf(t.name, t.text)
	var err error
	if t.values, err = reader.Documents(t.text); err != nil {
		return err
	}
	got, err := reader.Values(t.documents)
	if err != nil {
		return err
	}
	if t.spec == nil || !reflect.DeepEqual(t.values, got) {
		return &Refusal{[]Problem{{t.name + " is written in a way that cannot be changed without changing what it says", "compile it again, or convert it to JSON"}}}
	}
	return nil
}

// resolved is a node in which no alias is left. pipeline.Read has bounded what that makes.
func (t *tree) resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		t.aliases = true
		return t.resolved(copied(n.Alias))
	}
	if n.Kind != yaml.MappingNode {
		for i := range n.Content {
			n.Content[i] = t.resolved(n.Content[i])
		}
		n.Anchor = ""
		return n
	}
	var own, merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := t.resolved(n.Content[i]), t.resolved(n.Content[i+1])
		if key.ShortTag() == "!!merge" {
			t.aliases = true
			merged = append(merged, mergedIn(value)...)
			continue
		}
		own = append(own, key, value)
	}
	n.Content, n.Anchor = own, ""
	for i := 0; i+1 < len(merged); i += 2 {
		if memberExactly(n, merged[i].Value) < 0 {
			n.Content = append(n.Content, merged[i], merged[i+1])
		}
	}
	return n
}

// copied is a node that shares nothing with another one.
func copied(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, inner := range n.Content {
		c.Content[i] = copied(inner)
	}
	return &c
}

// mergedIn are the names and values of what << names: a mapping, or a list of mappings.
func mergedIn(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.MappingNode {
		return n.Content
	}
	var all []*yaml.Node
	for _, inner := range n.Content {
		all = append(all, mergedIn(inner)...)
	}
	return all
}

// write is the text of the tree: that which was read with other lines where it was
// changed or, if that does not say what the tree says, all of it anew.
func (t *tree) write() (text []byte, anew bool, err error) {
	reader := pipeline.ReaderOf(t.name, t.text)
	if t.written, err = reader.Values(t.documents); err != nil {
		return nil, false, err
	}
	if reflect.DeepEqual(t.values, t.written) {
		return t.text, false, nil
	}
	says := func(text []byte) bool {
		got, err := pipeline.ReaderOf(t.name, text).Documents(text)
		return err == nil && reflect.DeepEqual(t.written, got)
	}
	if !t.json && !t.aliases {
		if text, ok := t.before.rewritten(t.text, t.documents); ok && says(text) {
			return text, false, nil
		}
	}
	if !t.json {
		if text, err := yaml.Dump(t.documents, yaml.WithAllDocuments(), yaml.WithIndent(2), yaml.WithCompactSeqIndent(true), yaml.WithLineWidth(-1)); err == nil && says(text) {
			return text, true, nil
		}
	}
	text, err = jsonOf(t.documents, t.written)
	return text, true, err
}

// position is where a mapping has a field of the IR, under one of its two names, or -1.
func position(m *yaml.Node, name string) int {
	if i := memberExactly(m, name); i >= 0 {
		return i
	}
	return memberExactly(m, pipeline.Underscored(name))
}

func memberExactly(m *yaml.Node, name string) int {
	if m == nil || m.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return i
		}
	}
	return -1
}

// member is a field of a mapping, or nil; null is nothing.
func member(m *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		i := position(m, name)
		if i < 0 || m.Content[i+1].ShortTag() == "!!null" {
			return nil
		}
		m = m.Content[i+1]
	}
	return m
}

// textOf is a text in a mapping, or "".
func textOf(m *yaml.Node, names ...string) string {
	n := member(m, names...)
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// itemsOf are the items of a list in a mapping.
func itemsOf(m *yaml.Node, names ...string) []*yaml.Node {
	n := member(m, names...)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// listIn is a list in a mapping, and mappingIn a mapping in another. They are made where
// there is none. What is something else is a problem, of which the server would have one.
func (i *injection) listIn(m *yaml.Node, name string) *yaml.Node {
	return i.in(m, position(m, name), name, list())
}

func (i *injection) mappingIn(m *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		m = i.in(m, position(m, name), name, mapping())
	}
	return m
}

// in is what a mapping has at a position, or what is put there.
func (i *injection) in(m *yaml.Node, at int, name string, otherwise *yaml.Node) *yaml.Node {
	switch {
	case at < 0:
		insert(m, scalar(name), otherwise)
	case m.Content[at+1].ShortTag() == "!!null":
		m.Content[at+1] = otherwise
	case m.Content[at+1].Kind != otherwise.Kind:
		i.refuse("compile the pipeline again", "%s:%d: %s is not of the kind that it should be, so nothing can be added to it", i.File, m.Content[at+1].Line, name)
	default:
		return m.Content[at+1]
	}
	return otherwise
}

// insert puts nodes in front of those that were read, and behind those that were not.
func insert(n *yaml.Node, nodes ...*yaml.Node) {
	at := 0
	for at < len(n.Content) && n.Content[at].Line == 0 {
		at++
	}
	n.Content = append(append(append([]*yaml.Node(nil), n.Content[:at]...), nodes...), n.Content[at:]...)
}

// drop takes a field out of a mapping.
func drop(m *yaml.Node, name string) {
	if i := position(m, name); i >= 0 {
		m.Content = append(append([]*yaml.Node(nil), m.Content[:i]...), m.Content[i+2:]...)
	}
}

func scalar(text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if !isPlain(text) {
		n.Style = yaml.SingleQuotedStyle
	}
	return n
}

func boolean(v bool) *yaml.Node {
	text := "false"
	if v {
		text = "true"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: text}
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

// mapping is one of names and values.
func mapping(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: content}
}

// isPlain reports whether every reader of YAML takes a text without quotes for one.
func isPlain(text string) bool {
	word := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "-")
	if text == "--" {
		return true
	}
	for i, r := range word {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && r != '/' && (i == 0 || !strings.ContainsRune("0123456789._-", r)) {
			return false
		}
	}
	switch strings.ToLower(text) {
	case "", "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return word != ""
}
