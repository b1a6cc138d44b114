package resolve

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/internal/near"
)

// ParseContract reads a contract file. With "extends: builtin" it begins with
// the built-in contract: the fields of a key or a service that are given again
// replace those it has, lists as a whole, and null removes it. Without, the file
// is all there is but for the policy, which begins as the built-in one in either
// case: not to mention a rule does not switch it off.
//
// An error is a *ContractError and holds everything that is wrong. name stands
// for the file there.
func ParseContract(name string, text []byte) (*Contract, error) {
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		return nil, &ContractError{File: name, Problems: syntaxProblems(err)}
	}
	if len(doc.Content) == 0 || isNull(target(doc.Content[0])) {
		return nil, &ContractError{File: name, Problems: []Problem{{Text: "the file is empty: it describes no key"}}}
	}
	root := doc.Content[0]
	r := &contractReader{removed: map[string]bool{}, broken: map[string]bool{}}
	c := r.file(root)
	c.index()
	v := &contractErrors{removed: r.removed}
	v.check(c)
	for _, f := range v.found {
		if len(f.path) < 2 || !r.broken[f.path[0]+"/"+f.path[1]] { // else it follows from what was said
			r.at(locate(root, f.path), "%s", f.text)
		}
	}
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, byPlace)
		return nil, &ContractError{File: name, Problems: r.problems}
	}
	return c, nil
}

// contractReader walks the nodes of a file and collects what is wrong, each
// with its place.
type contractReader struct {
	problems []Problem
	extends  bool
	removed  map[string]bool // keys that the file removes
	broken   map[string]bool // "keys/NAME" of parts with a problem
}

func (r *contractReader) at(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, Problem{n.Line, n.Column, fmt.Sprintf(format, args...)})
}

func (r *contractReader) file(root *yaml.Node) *Contract {
	nameStored(root)
	parts := map[string]*yaml.Node{}
	for name, v := range r.entries(root, "the contract") {
		if !slices.Contains(fileFields, name.Value) {
			r.at(name, "no field %s in a contract%s", namedLike(name.Value, fileFields), didYouMean(name.Value, fileFields))
			continue
		}
		parts[name.Value] = v
	}
	builtin := builtinTable()
	c := &Contract{Namespace: "default", Objects: builtin.Objects, Policy: builtin.Policy}
	if n := parts["extends"]; n != nil {
		r.extends = true // even if the name is wrong: what follows was meant so
		c = builtin
		if n.Value != "builtin" {
			r.at(n, "extends %q: there is only builtin%s", n.Value, didYouMean(n.Value, []string{"builtin"}))
		}
	}
	if n := parts["namespace"]; n != nil {
		r.set(n, "namespace", &c.Namespace)
	}
	if n := parts["namespace_from_pod"]; n != nil {
		r.set(n, "namespace_from_pod", &c.FromPod)
	}
	if n := parts["objects"]; n != nil {
		readFields(r, n, "objects", objectsFields, &c.Objects)
	}
	if n := parts["reload"]; n != nil {
		r.set(n, "reload", &c.Reload)
	}
	if n := parts["refresh"]; n != nil {
		r.set(n, "refresh", &c.Refresh)
	}
	if n := parts["pristine"]; n != nil {
		r.set(n, "pristine", &c.Pristine)
	}
	c.Keys = readParts(r, parts["keys"], "keys", "key", keyFields, c.Keys, func(k *Key) *string { return &k.Name })
	c.Services = readParts(r, parts["services"], "services", "service", serviceFields, c.Services, func(s *Service) *string { return &s.Name })
	c.dropUnknown()
	c.Connections = readParts(r, parts["connections"], "connections", "connection", connectionFields, c.Connections, func(n *Connection) *string { return &n.Name })
	c.Stored = readParts(r, parts["secretsmanager"], "secretsmanager", "secret", storedFields, c.Stored, func(s *StoredSecret) *string { return &s.Name })
	r.policy(parts["policy"], c.Policy)
	return c
}

var fileFields = []string{"extends", "namespace", "namespace_from_pod", "objects", "reload", "refresh", "keys", "services", "connections", "secretsmanager", "policy", "pristine"}

// readParts reads the keys or the services of a file over those that it extends.
func readParts[T any](r *contractReader, n *yaml.Node, section, word string, table []field[T], base []*T, nameOf func(*T) *string) []*T {
	parts := slices.Clone(base)
	for name, v := range r.entries(n, section) {
		i := slices.IndexFunc(base, func(p *T) bool { return *nameOf(p) == name.Value })
		before := len(r.problems)
		switch what := word + " " + name.Value; {
		case isNull(v) && i >= 0:
			parts[i] = nil
			r.removed[section+"/"+name.Value] = true
		case isNull(v) && r.extends:
			r.at(name, "%s: there is none to remove%s", what, didYouMean(name.Value, partNames(base, nameOf)))
		case isNull(v):
			r.at(name, "%s has no fields", what)
		case i >= 0:
			readFields(r, v, what, table, parts[i])
		default:
			part := new(T)
			*nameOf(part) = name.Value
			parts = append(parts, part)
			readFields(r, v, what, table, part)
		}
		if len(r.problems) > before {
			r.broken[section+"/"+name.Value] = true
		}
	}
	return slices.DeleteFunc(parts, func(p *T) bool { return p == nil })
}

func partNames[T any](parts []*T, nameOf func(*T) *string) []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = *nameOf(p)
	}
	return names
}

func (r *contractReader) policy(n *yaml.Node, p Policy) {
	for name, v := range r.entries(n, "policy") {
		table := fieldsOf(name.Value)
		rule := p.rule(name.Value)
		known := len(r.problems)
		switch {
		case table == nil:
			r.at(name, "policy: no rule %q%s", name.Value, didYouMean(name.Value, ruleNames()))
		case isNull(v):
			rule.setAll(LevelOff)
		case v.Kind == yaml.ScalarNode:
			rule.setAll(Level(v.Value))
		default:
			before := *rule
			rule.Dev, rule.Unset = "", ""
			readFields(r, v, "rule "+name.Value, table, rule)
			rule.settleUnset(before)
		}
		if len(r.problems) > known {
			r.broken["policy/"+name.Value] = true
		}
	}
}

// settleUnset completes a rule of which only some levels were given: who
// tightens dev does not mean to be laxer where nobody said what it is.
func (r *Rule) settleUnset(before Rule) {
	switch {
	case r.Unset != "":
	case r.Dev == "":
		r.Unset = before.Unset
	case r.Dev == LevelOff:
		r.Unset = LevelWarn
	default:
		r.Unset = r.Dev
	}
	if r.Dev == "" {
		r.Dev = before.Dev
	}
}

// readFields reads a mapping by the table of its fields.
func readFields[T any](r *contractReader, n *yaml.Node, what string, table []field[T], into *T) {
	for name, v := range r.entries(n, what) {
		i := slices.IndexFunc(table, func(f field[T]) bool { return f.name == name.Value })
		if i < 0 {
			r.at(name, "%s: no field %s%s", what, namedLike(name.Value, fieldNames(table)), didYouMean(name.Value, fieldNames(table)))
			continue
		}
		r.set(v, what+": "+name.Value, table[i].at(into))
	}
}

// set reads a value into what the pointer points to. Null gives the zero value,
// so that an extending file can take a field away.
func (r *contractReader) set(n *yaml.Node, what string, to any) {
	switch to := to.(type) {
	case *string:
		*to = r.text(n, what)
	case *bool:
		*to = r.truth(n, what)
	case *[]string:
		*to = nil
		for _, e := range r.elements(n, what) {
			*to = append(*to, r.text(e, what))
		}
	case *[]Spelling:
		*to = nil
		for _, e := range r.elements(n, what) {
			*to = append(*to, r.spelling(e, what))
		}
	case *[]Switch:
		*to = nil
		for name, v := range r.entries(n, what) {
			s := Switch{Name: name.Value}
			r.set(v, what+" "+name.Value, &s.Values)
			*to = append(*to, s)
		}
	case *[]Field:
		*to = nil
		for name, v := range r.entries(n, what) {
			*to = append(*to, Field{Variable: name.Value, Path: r.text(v, what+" "+name.Value)})
		}
	}
}

func (r *contractReader) text(n *yaml.Node, what string) string {
	if isNull(n) {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		r.at(n, "%s: want a text, not %s", what, kindOf(n))
	}
	return n.Value
}

func (r *contractReader) truth(n *yaml.Node, what string) bool {
	value, err := parseBool(n.Value)
	if !isNull(n) && (err != nil || n.Kind != yaml.ScalarNode) {
		r.at(n, "%s: want true or false", what)
	}
	return value == "true"
}

// spelling reads a spelling: its name alone, or its fields.
func (r *contractReader) spelling(n *yaml.Node, what string) (s Spelling) {
	if n.Kind == yaml.ScalarNode {
		return Spelling{Name: r.text(n, what)}
	}
	readFields(r, n, what, spellingFields, &s)
	return s
}

func (r *contractReader) elements(n *yaml.Node, what string) []*yaml.Node {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.at(n, "%s: want a list, not %s", what, kindOf(n))
		return nil
	}
	list := make([]*yaml.Node, len(n.Content))
	for i, e := range n.Content {
		list[i] = target(e)
	}
	return list
}

// entries yields the names and values of a mapping. A name that is there twice
// counts once: which of the two was meant, nobody knows.
func (r *contractReader) entries(n *yaml.Node, what string) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(name, value *yaml.Node) bool) {
		if n == nil || isNull(n) {
			return
		}
		if n = target(n); n.Kind != yaml.MappingNode {
			r.at(n, "%s: want names with values, not %s", what, kindOf(n))
			return
		}
		seen := make(map[string]*yaml.Node, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i]
			if first := seen[name.Value]; first != nil {
				r.at(name, "%s: %s is here twice, first in line %d", what, name.Value, first.Line)
				continue
			}
			seen[name.Value] = name
			if !yield(name, target(n.Content[i+1])) {
				return
			}
		}
	}
}

// target is the node that an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "names with values"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a text" // which may be a secret: somebody mounted the wrong file
}

// syntaxProblems takes the place out of an error of the YAML parser.
func syntaxProblems(err error) []Problem {
	var one *yaml.LoadError
	if errors.As(err, &one) && one.Mark.Line > 0 {
		text := yamlFault(one)
		if !strings.HasPrefix(text, "is ") {
			text = "is no valid YAML: " + text
		}
		return []Problem{{one.Mark.Line, one.Mark.Column, text}}
	}
	if strings.Contains(err.Error(), "no documents") {
		return []Problem{{Text: "the file is empty: it describes no key"}}
	}
	return []Problem{{Text: "is no valid YAML"}}
}

// namedLike quotes a name when it is like one that is known. Anything else may be
// the content of a file that is no contract at all, such as a Secret.
func namedLike(name string, known []string) string {
	if near.Name(name, known) != "" || isVariableName(name) && len(name) <= 32 {
		return strconv.Quote(name)
	}
	return "of this name"
}
