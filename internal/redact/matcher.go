package redact

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// matcher finds all needles of a Set at once. It does not change.
//
// A filter of one bit for each hash of four bytes says where a needle may begin.
// Ordinary text passes it at the speed of memory; where it says yes, a trie is
// walked from there. An automaton of Aho and Corasick instead was measured, see
// the package documentation.
type matcher struct {
	filter  filter
	plain   trie
	wrapped trie // needles in which lines may be broken
	shapes  []shape
}

// newMatcher makes a matcher. Of equal needles the first counts.
func newMatcher(plain, wrapped []needle, shapes []shape) *matcher {
	m := &matcher{plain: newTrie(sorted(plain)), wrapped: newTrie(sorted(wrapped)), shapes: shapes}
	var starts []uint32
	for _, n := range plain {
		starts = append(starts, start(n.text))
	}
	for _, n := range wrapped {
		starts = append(starts, start(n.text))
		for _, end := range lineBreaks {
			for i := 1; i < window; i++ {
				starts = append(starts, start(n.text[:i]+end+n.text[i:]))
			}
		}
	}
	for _, s := range shapes {
		for _, text := range s.starts {
			starts = append(starts, start(text))
		}
	}
	m.filter = newFilter(starts)
	return m
}

func sorted(list []needle) []needle {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b needle) int { return cmp.Compare(a.text, b.text) })
	return slices.CompactFunc(list, func(a, b needle) bool { return a.text == b.text })
}

// next returns the first place at or behind from where a secret stands or where
// the text ends before that can be said, and len(text) if there is none.
func (m *matcher) next(text []byte, from int) (int, hit) {
	if len(m.filter.bits) == 0 {
		return len(text), hit{}
	}
	for i := from; i < len(text); i++ {
		if i = m.filter.skip(text, i); i == len(text) {
			break
		}
		if h := m.look(text[i:]); h.n > 0 || h.open {
			return i, h
		}
	}
	return len(text), hit{}
}

// look says what stands at the start of the text.
func (m *matcher) look(text []byte) hit {
	h := m.plain.look(text, false)
	h.add(m.wrapped.look(text, true))
	for _, s := range m.shapes {
		n, open := s.look(text)
		h.add(hit{n: n, key: s.key, open: open, begun: none})
	}
	return h
}

func (h *hit) add(other hit) {
	if other.n > h.n {
		h.n, h.key = other.n, other.key
	}
	if h.open = h.open || other.open; h.begun == none {
		h.begun = other.begun
	}
}

// window is how many bytes of a needle the filter knows. All are longer.
const window = 4

func start(text string) uint32 { return binary.LittleEndian.Uint32([]byte(text[:window])) }

type filter struct {
	bits  []uint64 // a power of two of them
	shift uint
}

// newFilter makes a filter in which one of about fifty hashes is taken.
func newFilter(starts []uint32) filter {
	if len(starts) == 0 {
		return filter{}
	}
	log := max(bits.Len(uint(len(starts)*32)), 6)
	f := filter{bits: make([]uint64, 1<<log/64), shift: uint(32 - log)}
	for _, s := range starts {
		word, bit := f.place(s)
		f.bits[word] |= bit
	}
	return f
}

func (f filter) place(w uint32) (word int, bit uint64) {
	h := w * 0x9e3779b1 >> f.shift
	return int(h >> 6), 1 << (h & 63)
}

// skip returns the first place at or behind i where a needle may begin. That
// includes the last bytes of a text, which are too few to say.
func (f filter) skip(text []byte, i int) int {
	for ; i+window <= len(text); i++ {
		if word, bit := f.place(binary.LittleEndian.Uint32(text[i:])); f.bits[word]&bit != 0 {
			return i
		}
	}
	return min(i, len(text))
}
