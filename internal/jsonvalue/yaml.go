package jsonvalue

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

func (r Reader) yaml(data []byte) ([]any, error) {
	var nodes []yaml.Node
	if err := yaml.Load(data, &nodes, yaml.WithAllDocuments()); err != nil {
		return nil, r.syntax(err)
	}
	documents := make([]*yaml.Node, len(nodes))
	for i := range nodes {
		documents[i] = &nodes[i]
	}
	return r.Values(documents)
}

// Values are what YAML documents say that were parsed already; empty ones are left out.
// An error of what one says is a *Fault.
func (r Reader) Values(documents []*yaml.Node) ([]any, error) {
	values := make([]any, 0, len(documents))
	walk := walker{Reader: r}
	for _, document := range documents {
		if len(document.Content) == 0 {
			continue
		}
		v, err := walk.value(document.Content[0], 0)
		if err != nil {
			return nil, err
		}
		if v != nil {
			values = append(values, v)
		}
	}
	return values, nil
}

// syntax says what the parser found. Its words are left out where they might
// quote the text.
func (r Reader) syntax(err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return r.fault(1, 1, "is no valid YAML", "")
	}
	what, hint := "is no valid YAML: "+load.Message, ""
	switch {
	case strings.Contains(load.Message, "unknown anchor"):
		what, hint = "refers to an anchor that is not in the file", "a text that begins with * needs quotes"
	case load.Message == "" || strings.ContainsAny(load.Message, "'\"`") && !strings.Contains(load.Message, "did not find expected"):
		what = "is no valid YAML"
	}
	return r.fault(load.Mark.Line, load.Mark.Column, what, hint)
}

// walker makes JSON values of nodes.
type walker struct {
	Reader
	inAlias int // how many aliases lead to where it is
	aliased int // bytes that aliases have added
}

func (w *walker) value(n *yaml.Node, depth int) (any, error) {
	if depth > maxDepth {
		return nil, w.at(n, tooDeep(), "")
	}
	if err := w.spend(n); err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.AliasNode:
		w.inAlias++
		v, err := w.value(n.Alias, depth+1)
		w.inAlias--
		return v, err
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		return m, w.mapping(n, m, depth)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, inner := range n.Content {
			var err error
			if list[i], err = w.value(inner, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return w.scalar(n)
}

// spend counts what aliases add.
func (w *walker) spend(n *yaml.Node) error {
	if w.inAlias == 0 {
		return nil
	}
	if w.aliased += valueCost + len(n.Value); w.aliased > maxAliased {
		return w.at(n, fmt.Sprintf("says more than %d MiB once its aliases are resolved", maxAliased>>20), "")
	}
	return nil
}

// mapping adds to m what a mapping says and, where it says nothing itself, what
// it merges in: of several merged mappings the first counts.
func (w *walker) mapping(n *yaml.Node, m map[string]any, depth int) error {
	own := make(map[string]bool, len(n.Content)/2)
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, inner := n.Content[i], n.Content[i+1]
		if key.ShortTag() == "!!merge" {
			merged = append(merged, inner)
			continue
		}
		name, err := w.name(key)
		if err != nil {
			return err
		}
		if own[name] {
			return w.at(key, twice(name), "")
		}
		own[name] = true
		v, err := w.value(inner, depth+1)
		if err != nil {
			return err
		}
		if _, have := m[name]; !have {
			m[name] = v
		}
	}
	for _, n := range merged {
		if err := w.merge(n, m, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// merge adds what << names: a mapping, or a list of mappings.
func (w *walker) merge(n *yaml.Node, m map[string]any, depth int) error {
	if depth > maxDepth {
		return w.at(n, tooDeep(), "")
	}
	if err := w.spend(n); err != nil {
		return err
	}
	switch n.Kind {
	case yaml.AliasNode:
		w.inAlias++
		defer func() { w.inAlias-- }()
		return w.merge(n.Alias, m, depth+1)
	case yaml.MappingNode:
		return w.mapping(n, m, depth)
	case yaml.SequenceNode:
		for _, inner := range n.Content {
			if err := w.merge(inner, m, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return w.at(n, "merges in with << what is no mapping", "")
}

func (w *walker) name(key *yaml.Node) (string, error) {
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	switch {
	case key.Kind != yaml.ScalarNode:
		return "", w.at(key, "has a list or a mapping as a name", "")
	case key.ShortTag() != "!!str":
		return "", w.at(key, "has a name that is no text", "write the name in quotes")
	}
	return key.Value, w.spend(key)
}

func (w *walker) scalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!str":
		return n.Value, nil
	case "!!null":
		return nil, nil
	case "!!timestamp":
		if !w.Moments {
			return n.Value, nil
		}
	case "!!int", "!!float":
		if w.Python && n.Style&yaml.TaggedStyle == 0 && !isPythonNumber(n.Value) {
			return n.Value, nil
		}
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value), nil
		}
	case "!!bool":
	default:
		return nil, w.at(n, "has a YAML tag, which says nothing here", "write the value in quotes: a text that begins with ! is taken for a tag")
	}
	return w.decoded(n)
}

// decoded leaves what JSON writes otherwise to the library: 0x1F, 1_000, TRUE.
func (w *walker) decoded(n *yaml.Node) (any, error) {
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, w.at(n, "is not of the type that its tag says", "")
	}
	switch v := v.(type) {
	case bool:
		return v, nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	case int, int64, uint64:
		return json.Number(fmt.Sprint(v)), nil
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, w.at(n, "is not finite, and JSON has no number for that", "write a text in quotes if a text is meant")
		}
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64)), nil
	}
	return nil, w.at(n, "has no counterpart in JSON", "")
}

func (w *walker) at(n *yaml.Node, what, hint string) error {
	return w.fault(n.Line, n.Column, what, hint)
}
