package redact

import (
	"slices"
	"sync"
	"sync/atomic"
)

// MinLength is the shortest secret that is searched for, in bytes. A shorter
// one is part of ordinary words ("minio" is in every endpoint), and masking it
// would wreck the output without hiding it.
const MinLength = 6

// Set is a set of secrets, each with the name of its key. The zero value is
// empty. It may be used by several goroutines at once, also while streams run:
// a secret that was added is found in all that is written from then on.
//
// Adding is cheap: what is needed for searching is made by the first search.
type Set struct {
	mu      sync.Mutex
	names   []string
	texts   map[string]bool
	plain   []needle
	wrapped []needle
	shapes  []shape
	skipped []Skipped
	fresh   []needle // added, and their forms not made yet
	built   atomic.Pointer[matcher]
}

// Skipped is a secret that is not searched for, because it cannot be told from
// ordinary text.
type Skipped struct {
	Key    string
	Reason string // without the value
}

// Add adds secrets of one key. A text that several keys have counts for the one
// that had it first.
func (s *Set) Add(name string, texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range texts {
		if text == "" || s.texts[text] {
			continue
		}
		if reason := worth(text); reason != "" {
			if skip := (Skipped{name, reason}); !slices.Contains(s.skipped, skip) {
				s.skipped = append(s.skipped, skip)
			}
			continue
		}
		if s.texts == nil {
			s.texts = map[string]bool{}
		}
		s.texts[text] = true
		s.fresh = append(s.fresh, needle{text, s.key(name)})
		s.built.Store(nil)
	}
}

// AddKnownShapes makes what looks like a credential count as a secret, whoever
// it belongs to: ids of AWS access keys, JSON web tokens, private keys in PEM.
func (s *Set) AddKnownShapes() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.shapes) > 0 {
		return
	}
	for _, shape := range knownShapes() {
		shape.key = s.key(shape.name)
		s.shapes = append(s.shapes, shape)
	}
	s.built.Store(nil)
}

// Skipped lists what was added and is not searched for, in the order in which
// it was added.
func (s *Set) Skipped() []Skipped {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.skipped)
}

// Mask returns the text with every stretch that holds a secret replaced by
// secret.Mask. Overlapping secrets are replaced as one stretch, so that no
// prefix or suffix of any of them is left.
func (s *Set) Mask(text string) string {
	m := s.matcher()
	input := []byte(text)
	at, h := m.next(input, 0)
	if at == len(input) {
		return text
	}
	e := editor{masked: -1}
	for ; at < len(input); at, h = m.next(input, at+1) {
		if h.n > 0 {
			e.hide(input, at, at+h.n, h.key)
		}
	}
	e.show(input, len(input))
	return string(e.out)
}

// key is the number of a name.
func (s *Set) key(name string) key {
	i := slices.Index(s.names, name)
	if i < 0 {
		i = len(s.names)
		s.names = append(s.names, name)
	}
	return key(i)
}

func (s *Set) name(k key) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names[k]
}

// matcher returns what finds the secrets added so far.
func (s *Set) matcher() *matcher {
	if m := s.built.Load(); m != nil {
		return m
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.built.Load(); m != nil {
		return m
	}
	for _, n := range s.fresh {
		plain, wrapped := forms(n.text)
		s.plain = appendNeedles(s.plain, plain, n.key)
		s.wrapped = appendNeedles(s.wrapped, wrapped, n.key)
	}
	s.fresh = nil
	m := newMatcher(s.plain, s.wrapped, s.shapes)
	s.built.Store(m)
	return m
}

func appendNeedles(list []needle, texts []string, k key) []needle {
	slices.Sort(texts)
	for _, text := range slices.Compact(texts) {
		list = append(list, needle{text, k})
	}
	return list
}
