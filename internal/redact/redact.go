// Package redact removes known secrets from text and from streams, in the forms
// in which output carries them.
//
// # What is found
//
// A Set holds secrets, and searches for each of them as it is, without white
// space and quotes around it, line by line, and for what it holds: the secret
// values of a JSON document or of assignments, the login of an address. Each of
// these is found raw, in hexadecimal, in base64 in both alphabets at any
// alignment and with line breaks, and with the escapes of JSON, URLs, Go and
// Python literals, command lines, SQL, CSV, XML and HTML. A header for basic
// authentication is found as base64 of the password; to have its user hidden as
// well, add "user:password". Credentials that are known by their looks alone can
// be searched for too, see Set.AddKnownShapes.
//
// # What is not found
//
//   - secrets shorter than MinLength and ordinary words: Set.Skipped names them
//   - a secret that is compressed, encrypted, hashed or in another encoding
//     (UTF-16, base32, quoted-printable, base64 of base64)
//   - a secret that is taken apart: one character per line, folded at the width
//     of a terminal (but for base64), with colours or the prefix of another
//     logger in it, a part of it alone
//   - a secret in which one writer escaped some characters and another the rest
//   - in base64 inside something longer: the one or two characters at each end
//     that neighbours have a part in, and up to three before a line break
//   - what a pause shows of it, and what the end cuts off: see Stream
//
// # The engine
//
// A secret has some forty forms, so twenty secrets and a key file are a thousand
// needles. With those, ways to search for all at once were measured beside each
// other on a log of 4 MiB: memory kept, speed and time to build, of processor
// time.
//
//	petar-dambovaliev/aho-corasick, NFA    11 MB    55 MB/s   0.1 s
//	petar-dambovaliev/aho-corasick, DFA    78 MB   200 MB/s   1.8 s
//	BobuSumisu/aho-corasick               222 MB   240 MB/s   0.3 s
//	cloudflare/ahocorasick                646 MB   280 MB/s    17 s
//	a filter and a trie, as here          0.4 MB   430 MB/s  0.01 s
//
// None of the libraries continues where the last write ended and reports matches
// that overlap. So the search is our own. Its weakness: an automaton looks at each
// byte once, this one up to as often as the text agrees with a needle. That is
// seen only with secrets that repeat themselves, in output that does so too. Of a
// plain repetition it takes note, see echo: 2,000 times the same letter are searched
// for at 10 MB/s, as forty are.
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

// maxLength is how many bytes of a secret are searched for. All forms together
// take about fifty times as much memory.
const maxLength = 16 << 10

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

// Skipped is a secret that is not searched for, or not as a whole.
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
			s.skip(name, reason)
			continue
		}
		if s.texts == nil {
			s.texts = map[string]bool{}
		}
		s.texts[text] = true
		if len(text) > maxLength {
			s.skip(name, tooLong)
			text = text[:maxLength]
		}
		s.fresh = append(s.fresh, needle{text, s.key(name)})
		s.built.Store(nil)
	}
}

func (s *Set) skip(name, reason string) {
	if one := (Skipped{name, reason}); !slices.Contains(s.skipped, one) {
		s.skipped = append(s.skipped, one)
	}
}

// AddKnownShapes makes what looks like a credential count as a secret, whoever
// it belongs to: ids of AWS access keys, JSON web tokens, private keys in PEM, tokens
// of GitHub and Slack, API keys of Google, logins in addresses.
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
	input := []byte(text)
	found := search{m: s.matcher(), text: input}
	at, h := found.next(0)
	if at == len(input) {
		return text
	}
	e := editor{masked: -1}
	for ; at < len(input); at, h = found.next(at + 1) {
		if h.n > 0 {
			e.hide(input, at+h.lead, at+h.n, h.key)
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
