package inject

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// contents is what nodes held when they were read.
type contents struct {
	documents []*yaml.Node
	of        map[*yaml.Node]content
}

type content struct {
	nodes []*yaml.Node
	value string
}

func contentsOf(documents []*yaml.Node) contents {
	c := contents{slices.Clone(documents), map[*yaml.Node]content{}}
	var add func(n *yaml.Node)
	add = func(n *yaml.Node) {
		c.of[n] = content{slices.Clone(n.Content), n.Value}
		for _, inner := range n.Content {
			add(inner)
		}
	}
	for _, d := range documents {
		add(d)
	}
	return c
}

// rewritten is the text with other lines where the nodes are others now. Only these
// changes can be made so: nodes in front of those of a mapping or list that stand on
// lines of their own, such nodes taken away, a text of one word replaced, and a document
// at the end. ok is false for all else, and whoever asks holds what comes out against the
// nodes: where a node ends is not known for certain.
func (c contents) rewritten(text []byte, now []*yaml.Node) (result []byte, ok bool) {
	r := rewriting{before: c, lines: bytes.SplitAfter(text, []byte("\n")), instead: map[int]string{}, front: map[int]string{}, gone: map[int]bool{}, ok: true}
	if bytes.Contains(text, []byte("\r\n")) {
		r.newline = "\r\n"
	} else {
		r.newline = "\n"
	}
	for _, d := range now {
		if slices.Contains(c.documents, d) {
			r.node(d, d.Content[0].Line-1)
		}
	}
	return r.documents(text, now), r.ok
}

// rewriting is one change of the lines. A line's number counts from 1.
type rewriting struct {
	before  contents
	newline string
	lines   [][]byte
	front   map[int]string // what goes in front of a line
	instead map[int]string // what a line is replaced by
	gone    map[int]bool
	ok      bool
}

// documents are the lines as they are now, with documents that are new, and without those
// that are gone.
func (r *rewriting) documents(text []byte, now []*yaml.Node) []byte {
	ends := bytes.HasSuffix(text, []byte("\n"))
	var added string
	for _, d := range r.before.documents {
		if !slices.Contains(now, d) {
			first := d.Content[0].Line
			if first < 2 || strings.TrimSpace(r.line(first-1)) != "---" {
				r.ok = false
			}
			r.take(first-1, r.before.lastLine(d))
		}
	}
	for _, d := range now {
		if !slices.Contains(r.before.documents, d) {
			added += "---" + r.newline + r.dumped(d.Content[0], "")
		}
	}
	var b bytes.Buffer
	for i, line := range r.lines {
		b.WriteString(r.front[i+1])
		switch other, replaced := r.instead[i+1]; {
		case r.gone[i+1]:
		case replaced:
			b.WriteString(other)
		default:
			b.Write(line)
		}
	}
	result := b.Bytes()
	if added != "" && !ends {
		result = append(result, r.newline...)
	}
	result = append(result, added...)
	if !ends { // and neither does what is made of it
		result = bytes.TrimSuffix(result, []byte(r.newline))
	}
	return result
}

func (r *rewriting) line(number int) string {
	if number < 1 || number > len(r.lines) {
		return ""
	}
	return string(r.lines[number-1])
}

// node changes the lines of what is in a node. opener is the line before the first on
// which something in it may stand, as that of its name.
func (r *rewriting) node(n *yaml.Node, opener int) {
	was, now := r.before.of[n], n.Content
	if n.Kind == yaml.ScalarNode && n.Value != was.value {
		r.word(n, was.value)
	}
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	if !slices.Equal(was.nodes, now) {
		r.members(n, was.nodes, opener, step)
	}
	for i := 0; i < len(now); i += step {
		if _, old := r.before.of[now[i]]; !old {
			continue
		}
		if step == 2 {
			opener = now[i].Line
		}
		r.node(now[i+step-1], opener)
	}
}

// members takes away lines of what is gone, and adds lines for what is new.
func (r *rewriting) members(n *yaml.Node, was []*yaml.Node, opener, step int) {
	if n.Style&yaml.FlowStyle != 0 || len(was) == 0 || was[0].Line <= opener {
		r.ok = false
		return
	}
	first := r.line(was[0].Line)
	indent := first[:len(first)-len(strings.TrimLeft(first, " "))]
	for i := 0; i < len(was); i += step {
		if !slices.Contains(n.Content, was[i]) {
			r.take(was[i].Line, r.before.lastLine(was[i+step-1]))
		}
	}
	var added []*yaml.Node
	for i, inner := range n.Content {
		if _, old := r.before.of[inner]; !old {
			r.ok = r.ok && i == len(added)
			added = append(added, inner)
		}
	}
	if len(added) > 0 {
		r.front[opener+1] += r.dumped(&yaml.Node{Kind: n.Kind, Tag: n.Tag, Content: added}, indent)
	}
}

// word replaces a text that stands on its line as it is, with quotes or without.
func (r *rewriting) word(n *yaml.Node, was string) {
	line := []rune(r.line(n.Line))
	at := n.Column - 1
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		at++
	}
	end := at + len([]rune(was))
	if _, twice := r.instead[n.Line]; twice || at < 0 || end > len(line) || string(line[at:end]) != was {
		r.ok = false
		return
	}
	r.instead[n.Line] = string(line[:at]) + n.Value + string(line[end:])
}

func (r *rewriting) take(from, to int) {
	for i := from; i <= to; i++ {
		r.gone[i] = true
	}
}

// lastLine is the last line on which something in a node began.
func (c contents) lastLine(n *yaml.Node) int {
	last := n.Line
	for _, inner := range c.of[n].nodes {
		last = max(last, c.lastLine(inner))
	}
	return last
}

// dumped are the lines of new nodes.
func (r *rewriting) dumped(n *yaml.Node, indent string) string {
	text, err := yaml.Dump(n, yaml.WithIndent(2), yaml.WithCompactSeqIndent(true), yaml.WithLineWidth(-1))
	if err != nil {
		r.ok = false
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		b.WriteString(indent + strings.TrimSuffix(line, "\n") + r.newline)
	}
	return b.String()
}
