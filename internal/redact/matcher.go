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

// needles says which needles stand at the start of the text, and how many bytes that
// took: with others behind them the answer is the same, if there are so many.
func (m *matcher) needles(text []byte) (h hit, seen int) {
	h, seen = m.plain.look(text, false)
	wrapped, more := m.wrapped.look(text, true)
	h.add(wrapped)
	return h, max(seen, more)
}

func (h *hit) add(other hit) {
	if other.n > h.n {
		h.n, h.lead, h.key = other.n, other.lead, other.key
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
