package redact

import (
	"slices"
)

// key is the number of a secret's name in its Set.
type key int32

const none key = -1

type needle struct {
	text string
	key  key
}

// trie holds needles, those that begin alike on one path.
type trie []node

type node struct {
	label string
	key   key // of the needle that ends here, or none
	kids  trie
}

// newTrie makes a trie of needles that are sorted and different from each other.
func newTrie(list []needle) trie { return branches(list, 0) }

// branches are the nodes of needles that are the same up to depth.
func branches(list []needle, depth int) trie {
	var t trie
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].text[depth] == list[0].text[depth] {
			n++
		}
		group := list[:n]
		list = list[n:]
		first, last := group[0].text, group[n-1].text
		end := depth + common(first[depth:], last[depth:]) // what the ends of a sorted list share, all share
		branch := node{label: first[depth:end], key: none}
		if len(first) == end {
			branch.key = group[0].key
			group = group[1:]
		}
		branch.kids = branches(group, end)
		t = append(t, branch)
	}
	return t
}

// hit is what stands at one place of a text.
type hit struct {
	n     int // length of the longest secret, 0 for none
	key   key // of that secret
	open  bool
	begun key // with open: the text ends inside a needle of this key, or none
}

// look finds the longest needle that the text begins with, and whether the text
// ends before it can be told from a longer one. With wrapped, line breaks inside
// the needle are passed over.
func (t trie) look(text []byte, wrapped bool) hit {
	found := hit{key: none, begun: none}
	at := 0
	for {
		if wrapped && at > 0 {
			at += lineBreak(text[at:])
		}
		if at >= len(text) {
			if found.open = len(t) > 0; found.open {
				found.begun = t.anyKey()
			}
			return found
		}
		branch := t.branch(text[at])
		if branch == nil {
			return found
		}
		label := branch.label
		for {
			n := common(label, text[at:])
			label = label[n:]
			at += n
			if label == "" {
				break
			}
			if at == len(text) {
				found.open, found.begun = true, branch.anyKey()
				return found
			}
			skip := 0
			if wrapped && n > 0 {
				skip = lineBreak(text[at:])
			}
			if skip == 0 {
				return found
			}
			at += skip
		}
		if branch.key != none {
			found.n, found.key = at, branch.key
		}
		t = branch.kids
	}
}

func (t trie) branch(first byte) *node {
	i, ok := slices.BinarySearchFunc(t, first, func(n node, c byte) int { return int(n.label[0]) - int(c) })
	if !ok {
		return nil
	}
	return &t[i]
}

func (t trie) anyKey() key { return t[0].anyKey() }

func (n *node) anyKey() key {
	for n.key == none {
		n = &n.kids[0]
	}
	return n.key
}

// common is how many bytes a and b begin with alike.
func common[T string | []byte](a string, b T) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// lineBreaks are how a line ends, as it is and escaped in a string literal.
var lineBreaks = [...]string{"\r\n", "\n", "\r", `\r\n`, `\n`, `\r`}

// lineBreak is the length of the line break that the text begins with, 0 for
// none. One that the text ends in the middle of counts as one.
func lineBreak(text []byte) int {
	if len(text) == 0 || text[0] != '\n' && text[0] != '\r' && text[0] != '\\' {
		return 0
	}
	for _, s := range lineBreaks {
		if n := common(s, text); n == len(s) || n == len(text) {
			return n
		}
	}
	return 0
}
