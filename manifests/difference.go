package manifests

import (
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/internal/linediff"
	"github.com/flts-run/flts-run/internal/secret"
)

// IsOurs reports the text of a file that this package made.
func IsOurs(text string) bool { return strings.HasPrefix(text, MadeBy) }

// Difference is what would change in a file, as a unified diff; "" is nothing. Of the
// values of Secrets it says which are others, and shows none.
func Difference(file, old, made string) (string, error) {
	if old == made {
		return "", nil
	}
	before, after := secretsOf(file, old), secretsOf(file, made)
	from, to := shown(file, old, nil, before), shown(file, made, before, after)
	if from == to {
		return fmt.Sprintf("--- %s\n+++ %[1]s\nthe same objects, written in another way\n", file), nil
	}
	return linediff.Unified(file, file, from, to)
}

// secretValue is where a value is: the name of the Secret, and the key.
type secretValue struct{ name, key string }

const separator = "\n---\n"

// secretsOf are the values of the Secrets in a file.
func secretsOf(file, text string) map[secretValue]string {
	values := map[secretValue]string{}
	if isEnv(file) {
		for line := range strings.Lines(text) {
			if name, value, ok := assignment(line); ok {
				values[secretValue{"", name}] = value
			}
		}
		return values
	}
	for doc := range strings.SplitSeq(text, separator) {
		eachValue(doc, func(at secretValue, value string, _ *yaml.Node) { values[at] = value })
	}
	return values
}

// shown is the text without the values of Secrets. Where before has another one, it says
// so.
func shown(file, text string, before, after map[secretValue]string) string {
	masked := func(at secretValue) string {
		if value, had := before[at]; had && value != after[at] {
			return secret.Mask + " (another value)"
		}
		return secret.Mask
	}
	if isEnv(file) {
		var b strings.Builder
		for line := range strings.Lines(text) {
			if name, _, ok := assignment(line); ok {
				line = name + "=" + masked(secretValue{"", name}) + "\n"
			}
			b.WriteString(line)
		}
		return b.String()
	}
	docs := strings.Split(text, separator)
	for i, doc := range docs {
		node := eachValue(doc, func(at secretValue, _ string, n *yaml.Node) {
			*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: masked(at)}
		})
		if node == nil {
			continue
		}
		if out, err := yaml.Dump(bare(node), layout...); err == nil {
			docs[i] = strings.TrimSuffix(string(out), "\n")
			if i == len(docs)-1 {
				docs[i] += "\n"
			}
		}
	}
	return strings.Join(docs, separator)
}

// bare is a Secret without what people or programs may have copied its values to:
// comments, annotations, and what is no field of a Secret.
func bare(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.DocumentNode {
		return n
	}
	object := n.Content[0]
	only(object, "apiVersion", "kind", "metadata", "immutable", "data", "stringData", "type")
	if meta := field(object, "metadata"); meta != nil {
		only(meta, "name", "namespace", "labels")
	}
	for _, in := range []string{"data", "stringData"} {
		if data := field(object, in); data != nil && data.Kind != yaml.MappingNode {
			*data = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: secret.Mask}
		}
	}
	withoutComments(object)
	return object
}

// only takes all other fields away.
func only(object *yaml.Node, names ...string) {
	var kept []*yaml.Node
	for i := 0; i+1 < len(object.Content); i += 2 {
		if slices.Contains(names, object.Content[i].Value) {
			kept = append(kept, object.Content[i], object.Content[i+1])
		}
	}
	object.Content = kept
}

func withoutComments(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, c := range n.Content {
		withoutComments(c)
	}
}

// isEnv reports a file of NAME=VALUE lines.
func isEnv(file string) bool { return path.Base(file) == secretValues }

func assignment(line string) (name, value string, ok bool) {
	if strings.HasPrefix(line, "#") {
		return "", "", false
	}
	return strings.Cut(strings.TrimSuffix(line, "\n"), "=")
}

// eachValue visits the values of a document that is a Secret, and returns it; nil is
// another document. What cannot be read may be one, and is left out.
func eachValue(doc string, visit func(at secretValue, value string, n *yaml.Node)) *yaml.Node {
	var node yaml.Node
	if isComment(doc) {
		return nil
	}
	if err := yaml.Load([]byte(doc), &node); err != nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "no YAML"}
	}
	if len(node.Content) == 0 || field(node.Content[0], "kind") == nil || field(node.Content[0], "kind").Value != "Secret" {
		return nil
	}
	object, name := node.Content[0], ""
	if meta := field(object, "metadata"); meta != nil && field(meta, "name") != nil {
		name = field(meta, "name").Value
	}
	for _, in := range []string{"data", "stringData"} {
		data := field(object, in)
		if data == nil || data.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(data.Content); i += 2 {
			value := data.Content[i+1].Value
			if decoded, err := base64.StdEncoding.DecodeString(value); err == nil && in == "data" {
				value = string(decoded)
			}
			visit(secretValue{name, data.Content[i].Value}, value, data.Content[i+1])
		}
	}
	return &node
}

// isComment reports a document with nothing in it.
func isComment(doc string) bool {
	for line := range strings.Lines(doc) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

func field(object *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(object.Content); i += 2 {
		if object.Kind == yaml.MappingNode && object.Content[i].Value == name {
			return object.Content[i+1]
		}
	}
	return nil
}
