package resolve

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

const (
	// A file that says more than this after its aliases are resolved is not
	// configuration: nine aliases of nine aliases, a few levels deep, fill any memory.
	yamlMaxValues = 100_000
	yamlMaxDepth  = 64
)

// yamlTree is a YAML file laid out flat.
type yamlTree struct {
	file     string
	leaves   []yamlLeaf      // in the order of the file
	sections map[string]bool // paths of mappings
	twice    []yamlTwice
	values   int
}

// yamlLeaf is a scalar or a list.
type yamlLeaf struct {
	path  string // its names, joined by '.', as the file has them
	steps []string
	key   *yaml.Node // of the innermost name
	value *yaml.Node // with aliases resolved
}

// yamlTwice is a name that one mapping holds twice.
type yamlTwice struct {
	path          []string
	first, second *yaml.Node
}

// step is a part of a path as it stands in the name of a variable.
func step(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

func (l yamlLeaf) variable() string { return strings.Join(l.steps, "_") }

func (l yamlLeaf) given() bool { return l.value.Tag != "!!null" }

func (t *yamlTree) walk(n *yaml.Node, path []string, depth int) error {
	if depth > yamlMaxDepth {
		return fmt.Errorf("%s:%d:%d: is nested more than %d levels deep", t.file, n.Line, n.Column, yamlMaxDepth)
	}
	entries, err := t.entries(n, path, depth)
	if err != nil {
		return err
	}
	for _, e := range entries {
		inner := append(slices.Clone(path), e.key.Value)
		if e.value.Kind == yaml.MappingNode {
			if t.sections == nil {
				t.sections = map[string]bool{}
			}
			t.sections[joinSteps(inner)] = true
			if err := t.walk(e.value, inner, depth+1); err != nil {
				return err
			}
			continue
		}
		e.path, e.steps = strings.Join(inner, "."), stepsOf(inner)
		t.leaves = append(t.leaves, e)
	}
	return nil
}

// entries lists what a mapping holds, with aliases resolved and its merge keys
// spelled out: what it says itself comes before what it merges in, and of several
// merged mappings the first counts.
func (t *yamlTree) entries(n *yaml.Node, path []string, depth int) ([]yamlLeaf, error) {
	if t.values += 1 + len(n.Content)/2; t.values > yamlMaxValues {
		return nil, fmt.Errorf("%s:%d:%d: the file has more than %d values once its aliases are resolved", t.file, n.Line, n.Column, yamlMaxValues)
	}
	var own []yamlLeaf
	var merged []*yaml.Node
	have := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolveAlias(n.Content[i+1])
		switch first := have[key.Value]; {
		case key.Tag == "!!merge":
			merged = append(merged, value)
		case key.Kind != yaml.ScalarNode: // a mapping as a name reaches no variable
		case first != nil:
			t.addTwice(yamlTwice{append(slices.Clone(path), key.Value), first, key})
		default:
			have[key.Value] = key
			own = append(own, yamlLeaf{key: key, value: value})
		}
	}
	for _, m := range merged {
		more, err := t.mergedIn(m, path, depth+1)
		if err != nil {
			return nil, err
		}
		for _, e := range more {
			if have[e.key.Value] == nil {
				have[e.key.Value] = e.key
				own = append(own, e)
			}
		}
	}
	return own, nil
}

// addTwice adds it once, however many aliases lead to the mapping.
func (t *yamlTree) addTwice(d yamlTwice) {
	if !slices.ContainsFunc(t.twice, func(o yamlTwice) bool { return o.second == d.second }) {
		t.twice = append(t.twice, d)
	}
}

// mergedIn lists what a merge key brings: a mapping, or a list of mappings.
func (t *yamlTree) mergedIn(n *yaml.Node, path []string, depth int) ([]yamlLeaf, error) {
	switch {
	case depth > yamlMaxDepth:
		return nil, fmt.Errorf("%s:%d:%d: merges in more than %d levels", t.file, n.Line, n.Column, yamlMaxDepth)
	case n.Kind == yaml.MappingNode:
		return t.entries(n, path, depth)
	case n.Kind != yaml.SequenceNode:
		return nil, fmt.Errorf("%s:%d:%d: << takes a mapping or a list of mappings", t.file, n.Line, n.Column)
	}
	var all []yamlLeaf
	for _, one := range n.Content {
		one = resolveAlias(one)
		if one.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("%s:%d:%d: << takes a mapping or a list of mappings", t.file, one.Line, one.Column)
		}
		more, err := t.entries(one, path, depth)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

func resolveAlias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func stepsOf(path []string) []string {
	steps := make([]string, len(path))
	for i, name := range path {
		steps[i] = step(name)
	}
	return steps
}

func joinSteps(path []string) string { return strings.Join(stepsOf(path), ".") }

// replacements are the paths at which a file above puts something else: a
// mapping in place of a value, or a value in place of a mapping.
type replacements struct {
	mappings map[string]bool
	values   map[string]bool
}

func (t *yamlTree) replacements() replacements {
	if t == nil {
		return replacements{}
	}
	r := replacements{mappings: t.sections, values: make(map[string]bool, len(t.leaves))}
	for _, l := range t.leaves {
		if l.given() {
			r.values[strings.Join(l.steps, ".")] = true
		}
	}
	return r
}

func (r replacements) replaces(l yamlLeaf) bool {
	path := strings.Join(l.steps, ".")
	if r.mappings[path] {
		return true
	}
	for i := range path {
		if path[i] == '.' && r.values[path[:i]] {
			return true
		}
	}
	return false
}
