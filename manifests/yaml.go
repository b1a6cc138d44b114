package manifests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// comments stand above what a path names: "/spec/egress/0". "" is the document.
type comments map[string]string

// layout is that of kubectl.
var layout = []yaml.Option{yaml.WithIndent(2), yaml.WithLineWidth(-1), yaml.WithCompactSeqIndent()}

// document writes an object as YAML with its fields in their usual order. What any
// reader of YAML 1.1 might take for something else than text is in quotes, and values of
// data always are.
func document(object any, c comments) (string, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(object); err != nil {
		return "", fmt.Errorf("manifests: %w", err)
	}
	w := writer{json.NewDecoder(&text), c}
	w.UseNumber()
	node, err := w.node("")
	if err != nil {
		return "", fmt.Errorf("manifests: %w", err)
	}
	first(node, "apiVersion")
	node.HeadComment = c[""]
	out, err := yaml.Dump(node, layout...)
	return string(out), err
}

// first puts a field above the others.
func first(object *yaml.Node, name string) {
	for i := 0; i < len(object.Content); i += 2 {
		if object.Content[i].Value == name {
			field := slices.Clone(object.Content[i : i+2])
			object.Content = append(field, slices.Delete(object.Content, i, i+2)...)
			return
		}
	}
}

// writer turns JSON into nodes. To read it as YAML would lose what YAML makes of U+0085
// and its like inside quotes.
type writer struct {
	*json.Decoder
	comments comments
}

func (w writer) node(path string) (*yaml.Node, error) {
	token, err := w.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return w.inside(t, path)
	case string:
		return scalar(t, strings.HasPrefix(path, "/data/") || strings.HasPrefix(path, "/stringData/")), nil
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	default: // a number or a bool
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(t)}, nil
	}
}

func (w writer) inside(open json.Delim, path string) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if open == '{' {
		n.Kind = yaml.MappingNode
	}
	for i := 0; w.More(); i++ {
		at := fmt.Sprintf("%s/%d", path, i)
		if n.Kind == yaml.MappingNode {
			name, err := w.Token()
			if err != nil {
				return nil, err
			}
			at = path + "/" + fmt.Sprint(name)
			n.Content = append(n.Content, scalar(fmt.Sprint(name), false))
			n.Content[len(n.Content)-1].HeadComment = w.comments[at]
		}
		value, err := w.node(at)
		if err != nil {
			return nil, err
		}
		if n.Kind == yaml.SequenceNode {
			value.HeadComment = w.comments[at]
		}
		n.Content = append(n.Content, value)
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle // {} and []
	}
	_, err := w.Token()
	return n, err
}

// scalar is a text. Several lines stand as they are, if nothing in them can be lost.
func scalar(text string, quoted bool) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.DoubleQuotedStyle}
	switch {
	case isBlock(text):
		n.Style = yaml.LiteralStyle
	case !quoted && isWord(text):
		n.Style = 0
	}
	return n
}

// isBlock reports lines that a literal block keeps: with nothing at the ends of lines
// that editors and parsers treat in ways of their own.
func isBlock(text string) bool {
	if !strings.Contains(text, "\n") || !utf8.ValidString(text) {
		return false
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" || strings.TrimSpace(line) != line || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) || r == '\uFEFF' }) {
			return false
		}
	}
	return true
}

// isWord reports a text that is one in every version of YAML.
func isWord(text string) bool {
	const notWords = " y n yes no on off true false null "
	return word.MatchString(text) && !strings.Contains(notWords, " "+strings.ToLower(text)+" ")
}

var word = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*$`)
