package resolve

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/internal/near"
)

// source makes a source of a YAML file. above is the file that overrides it, or
// nil.
func (t *yamlTree) source(c *Contract, name string, env AppEnv, above *yamlTree) Source {
	s := Source{Name: name, Layer: Defaults, Values: map[string]Value{}}
	known := sectionsOf(c)
	replaced := above.replacements()
	keys := map[string]*yaml.Node{}
	for _, l := range t.leaves {
		variable := c.variableAt(l)
		if !l.given() || variable == "" && !known[l.steps[0]] && len(l.path) > yamlNearLength {
			continue
		}
		if variable == "" {
			s.judgeUnknown(c, t, l, known)
			continue
		}
		if first := keys[variable]; first != nil {
			s.addFinding(Error, CodeYAMLTwice, c.KeyFor(variable), "keep one of them",
				"%s is given at %s and again at %s, as %s", variable, t.at(first), t.at(l.key), l.path)
			continue
		}
		keys[variable] = l.key
		if replaced.replaces(l) {
			continue
		}
		s.Values[variable] = yamlValue(l.value)
		k := c.KeyFor(variable)
		if severity, on := c.Policy.rule(ruleSensitiveConfigMap).severity(env); on && k.Sensitive {
			s.addFinding(severity, CodeSensYAML, k, "move it to a Secret, or to .env for development: configuration files are shared and versioned",
				"%s is sensitive and was found in a YAML file (%s)", k.Name, t.at(l.value))
		}
	}
	for _, d := range t.twice {
		if known[strings.Join(stepsOf(d.path), "_")] {
			s.addFinding(Error, CodeYAMLTwice, nil, "write them in one place: other readers take the last alone",
				"%s is given at %s and again at %s", strings.Join(d.path, "."), t.at(d.first), t.at(d.second))
		}
	}
	return s
}

func (s *Source) addFinding(sev Severity, code string, k *Key, hint, format string, args ...any) {
	r := Resolution{}
	r.add(sev, code, k, hint, format, args...)
	s.Findings = append(s.Findings, r.Findings...)
}

func (t *yamlTree) at(n *yaml.Node) string { return fmt.Sprintf("%s:%d:%d", t.file, n.Line, n.Column) }

// variableAt returns the variable that a path names, or "": first as it stands,
// for contracts with names in lower case, then by the rule.
func (c *Contract) variableAt(l yamlLeaf) string {
	if c.KeyFor(l.path) != nil {
		return l.path
	}
	if name := l.variable(); c.KeyFor(name) != nil {
		return name
	}
	return ""
}

// yamlNearLength is the longest path that is compared with the variables of the
// contract, in bytes. A typing error in a longer one is not recognised, and a
// file with thousands of other settings stays cheap.
const yamlNearLength = 80

// judgeUnknown warns about a path that reaches nothing and seems to be meant for
// us.
func (s *Source) judgeUnknown(c *Contract, t *yamlTree, l yamlLeaf, known map[string]bool) {
	meant := near.Name(l.variable(), c.Names())
	if meant == "" && (len(l.steps) < 2 || !known[l.steps[0]]) {
		return
	}
	hint := "flts-run config lists the keys of the contract"
	if meant != "" {
		hint = "did you mean " + meant + "?"
	}
	s.addFinding(Warning, CodeYAMLUnknown, nil, hint, "%s: %s reaches no key: no %s in the contract", t.at(l.key), l.path, l.variable())
}

// yamlValue keeps the text of a scalar as it was written: 10000000, 0.10, yes.
func yamlValue(n *yaml.Node) Value {
	v := Value{At: fmt.Sprintf("%d:%d", n.Line, n.Column)}
	switch {
	case n.Kind == yaml.SequenceNode:
		v.Err = &invalid{CodeYAMLForm, "is a list where one value belongs", "write one value, or a text in quotes"}
		return v
	case n.Kind != yaml.ScalarNode || !strings.HasPrefix(n.Tag, "!!") || n.Tag == "!!binary":
		v.Err = &invalid{CodeYAMLForm, "has a YAML tag and is no plain text", "write it in quotes: a text that begins with ! is taken for a tag"}
		return v
	}
	text := n.Value
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		if cut, ok := strings.CutSuffix(text, "\n"); ok {
			text, v.Notes = cut, []string{NoteNewline}
		}
	}
	v.Text = Plain(text).Text
	return v
}

// sectionsOf lists what the names of the contract begin with, up to a '_', and
// the names themselves: MINIO, MINIO_ENDPOINT, AWS, AWS_S3, …
func sectionsOf(c *Contract) map[string]bool {
	sections := map[string]bool{}
	for _, name := range c.Names() {
		for i := range name {
			if name[i] == '_' {
				sections[name[:i]] = true
			}
		}
		sections[name] = true
	}
	return sections
}
