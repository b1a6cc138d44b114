package redact

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

// rooted is a trie by the first byte of its needles.
type rooted [256]*node

// newRooted makes a trie of needles that are sorted and different from each other.
func newRooted(list []needle) *rooted {
	var r rooted
	t := branches(list, 0)
	for i := range t {
		r[t[i].label[0]] = &t[i]
	}
	return &r
}

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
	lead  int // bytes at its start that may be shown
	key   key // of that secret
	open  bool
	begun key // with open: the text ends inside a needle of this key, or none
}

// look finds the longest needle that the text begins with, and whether the text
// ends before it can be told from a longer one. seen is how many bytes it depends on,
// more than there are if that is the end. With wrapped, line breaks inside
// the needle are passed over, but not before the filter's window is full: else
// every line that ends in the first letter of a needle would have to wait for
// the next one.
func (r *rooted) look(text []byte, wrapped bool) (found hit, seen int) {
	found = hit{key: none, begun: none}
	branch := r[text[0]]
	at := 0
	for branch != nil {
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
				return found, len(text) + 1
			}
			broken := 0
			if wrapped && at >= window && n > 0 { // one line break at a time
				broken = lineBreak(text[at:])
			}
			if broken == 0 {
				return found, at + longestBreak
			}
			at += broken
		}
		if branch.key != none {
			found.n, found.key = at, branch.key
		}
		if wrapped && at >= window {
			at += lineBreak(text[at:])
		}
		if at == len(text) {
			if found.open = len(branch.kids) > 0; found.open {
				found.begun = branch.kids[0].anyKey()
			}
			return found, len(text) + 1
		}
		branch = branch.kids.branch(text[at])
	}
	return found, at + longestBreak
}

// branch returns the node whose label begins with a byte. Few nodes have more
// than two branches; of the root there is an index, see rooted.
func (t trie) branch(first byte) *node {
	for i := range t {
		if t[i].label[0] == first {
			return &t[i]
		}
	}
	return nil
}

func (n *node) anyKey() key {
	for n.key == none {
		n = &n.kids[0]
	}
	return n.key
}

// common is how many bytes a and b begin with alike.
func common[T string | []byte](a string, b T) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+32 <= n && a[i:i+32] == string(b[i:i+32]); i += 32 { // many times as fast as by bytes
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// lineBreaks are how a line ends, as it is and escaped in a string literal.
var lineBreaks = [...]string{"\r\n", "\n", "\r", `\r\n`, `\n`, `\r`}

// longestBreak is the length of the longest, of which the first byte may be no part of
// a needle.
const longestBreak = len(`\r\n`)

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
