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
	plain   *rooted
	wrapped *rooted // needles in which lines may be broken
	shapes  []shape
}

// newMatcher makes a matcher. Of equal needles the first counts.
func newMatcher(plain, wrapped []needle, shapes []shape) *matcher {
	plain, wrapped = sorted(plain), sorted(wrapped)
	m := &matcher{plain: newRooted(plain), wrapped: newRooted(wrapped), shapes: shapes}
	starts := startsOf(plain)
	for _, s := range startsOf(wrapped) {
		starts = append(starts, s)
		starts = append(starts, brokenStarts(s)...)
	}
	for _, s := range shapes {
		starts = append(starts, s.starts...)
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

// startsOf are the first bytes of sorted needles, each once.
func startsOf(list []needle) []string {
	var starts []string
	for _, n := range list {
		if s := n.text[:window]; len(starts) == 0 || s != starts[len(starts)-1] {
			starts = append(starts, s)
		}
	}
	return starts
}

// brokenStarts are those of a start with a line break in it.
func brokenStarts(start string) []string {
	var starts []string
	for _, end := range lineBreaks {
		for i := 1; i < window; i++ {
			starts = append(starts, (start[:i] + end + start[i:])[:window])
		}
	}
	return starts
}

type filter struct {
	bits  []uint64 // a power of two of them
	shift uint
}

// newFilter makes a filter in which at most one of 64 hashes is taken.
func newFilter(starts []string) filter {
	if len(starts) == 0 {
		return filter{}
	}
	log := max(bits.Len(uint(len(starts)*64)), 6)
	f := filter{bits: make([]uint64, 1<<log/64), shift: uint(32 - log)}
	for _, s := range starts {
		word, bit := f.place(binary.LittleEndian.Uint32([]byte(s)))
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
	bits, shift := f.bits, f.shift&31
	mask := uint32(len(bits) - 1)
	test := func(w uint32) uint64 {
		h := w * 0x9e3779b1 >> shift
		return bits[h>>6&mask] >> (h & 63)
	}
	for ; i+8 <= len(text); i += 5 {
		x := binary.LittleEndian.Uint64(text[i:])
		if (test(uint32(x))|test(uint32(x>>8))|test(uint32(x>>16))|test(uint32(x>>24))|test(uint32(x>>32)))&1 != 0 {
			break
		}
	}
	for ; i+window <= len(text); i++ {
		if test(binary.LittleEndian.Uint32(text[i:]))&1 != 0 {
			return i
		}
	}
	return min(i, len(text))
}
