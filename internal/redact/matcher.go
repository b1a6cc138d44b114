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
// Where it says yes, a trie is walked from there.
type matcher struct {
	filter  filter
	plain   *rooted
	wrapped *rooted // needles in which lines may be broken, see rooted.look
	shapes  []shape
}

// newMatcher makes a matcher. Of equal needles the first counts.
func newMatcher(plain, wrapped []needle, shapes []shape) *matcher {
	plain, wrapped = sorted(plain), sorted(wrapped)
	starts := append(startsOf(plain), startsOf(wrapped)...)
	for _, s := range shapes {
		starts = append(starts, s.starts...)
	}
	return &matcher{filter: newFilter(starts), plain: newRooted(plain), wrapped: newRooted(wrapped), shapes: shapes}
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

// start is what a needle begins with.
type start [window]byte

// startsOf are the starts of sorted needles, each once.
func startsOf(list []needle) []start {
	var starts []start
	for _, n := range list {
		if s := start([]byte(n.text[:window])); len(starts) == 0 || s != starts[len(starts)-1] {
			starts = append(starts, s)
		}
	}
	return starts
}

type filter struct {
	bits  []uint64 // a power of two of them
	shift uint
}

// newFilter makes a filter in which at most one of 64 hashes is taken.
func newFilter(starts []start) filter {
	if len(starts) == 0 {
		return filter{}
	}
	log := max(bits.Len(uint(len(starts)*64)), 6)
	f := filter{bits: make([]uint64, 1<<log/64), shift: uint(32 - log)}
	for _, s := range starts {
		h := hash(binary.LittleEndian.Uint32(s[:]), f.shift)
		f.bits[h/64] |= 1 << (h % 64)
	}
	return f
}

func hash(start uint32, shift uint) uint32 { return start * 0x9e3779b1 >> (shift & 31) }

// skip returns the first place at or behind i where a needle may begin. That
// includes the last bytes of a text, which are too few to say.
func (f filter) skip(text []byte, i int) int {
	bits, shift := f.bits, f.shift
	inside := uint32(len(bits) - 1)
	begins := func(w uint32) uint64 {
		h := hash(w, shift)
		return bits[h/64&inside] >> (h % 64) & 1
	}
	// Five places for one read.
	for ; i+8 <= len(text); i += 5 {
		x := binary.LittleEndian.Uint64(text[i:])
		if begins(uint32(x))|begins(uint32(x>>8))|begins(uint32(x>>16))|begins(uint32(x>>24))|begins(uint32(x>>32)) != 0 {
			break
		}
	}
	for ; i+window <= len(text); i++ {
		if begins(binary.LittleEndian.Uint32(text[i:])) != 0 {
			return i
		}
	}
	return i
}
