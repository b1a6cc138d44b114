package inject

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/pipeline"
)

// nodesOfJSON reads a text of one JSON document. It is not left to the reader of YAML,
// which refuses the surrogate pairs that Python writes.
func nodesOfJSON(text []byte) (documents []*yaml.Node, ok bool) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF"))))
	d.UseNumber()
	root, err := nodeOfJSON(d)
	if err != nil || root.Kind != yaml.MappingNode {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	return []*yaml.Node{{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}}, true
}

// nodeOfJSON reads one value. Its nodes have a line, as all that were read.
func nodeOfJSON(d *json.Decoder) (*yaml.Node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: 1}
	switch v := t.(type) {
	case string:
		n.Tag, n.Value, n.Style = "!!str", v, yaml.DoubleQuotedStyle
	case json.Number:
		n.Tag, n.Value = "!!float", v.String()
	case bool:
		n.Tag, n.Value = "!!bool", map[bool]string{true: "true", false: "false"}[v]
	case nil:
		n.Tag, n.Value = "!!null", "null"
	case json.Delim:
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
		if v == '[' {
			n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		}
		for d.More() {
			inner, err := nodeOfJSON(d)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, inner)
		}
		_, err = d.Token()
	}
	return n, err
}

// jsonOf writes documents as JSON, with names in the order of the nodes.
func jsonOf(documents []*yaml.Node, values []any) ([]byte, error) {
	var text bytes.Buffer
	for i, d := range documents {
		if i > 0 {
			text.WriteString("---\n")
		}
		var line bytes.Buffer
		if err := writeJSON(&line, d.Content[0], values[i]); err != nil {
			return nil, err
		}
		if err := json.Indent(&text, line.Bytes(), "", "  "); err != nil {
			return nil, err
		}
		text.WriteByte('\n')
	}
	return text.Bytes(), nil
}

func writeJSON(b *bytes.Buffer, n *yaml.Node, v any) error {
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			name := n.Content[i].Value
			if err := writeJSON(b, n.Content[i], name); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := writeJSON(b, n.Content[i+1], v[name]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, inner := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSON(b, n.Content[i], inner); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		text, err := pipeline.JSON(v)
		if err != nil {
			return err
		}
		b.Write(text)
	}
	return nil
}
