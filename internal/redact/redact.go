// Package redact removes known secrets from text, in the forms in which text
// carries them: as they are, line by line, escaped for JSON, URLs, Go and shell
// strings, in hexadecimal and in base64 at any alignment.
package redact

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/flts-run/flts-run/internal/secret"
)

// MinLength is the shortest secret that is searched for, in bytes. A shorter
// one is part of ordinary words ("minio" is in every endpoint), and masking it
// would wreck the output without hiding it.
const MinLength = 6

// Masker replaces secrets in text. The zero value replaces nothing. It may be used
// by several goroutines at once.
type Masker struct {
	mu      sync.RWMutex
	needles []string // without duplicates
	known   map[string]bool
}

// Add registers secrets. Those shorter than MinLength are left out.
func (m *Masker) Add(secrets ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]bool{}
	}
	before := len(m.needles)
	for _, s := range secrets {
		if len(s) >= MinLength && !m.known[s] {
			m.known[s] = true
			m.needles = append(m.needles, forms(s)...)
		}
	}
	if len(m.needles) == before {
		return
	}
	slices.Sort(m.needles)
	m.needles = slices.Compact(m.needles)
}

// Mask returns the text with every stretch that holds a secret replaced by
// secret.Mask. Overlapping secrets are replaced as one stretch, so that no
// prefix or suffix of any of them is left.
func (m *Masker) Mask(text string) string {
	found := m.find(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	last := 0
	for _, f := range found {
		b.WriteString(text[last:f.start])
		b.WriteString(secret.Mask)
		last = f.end
	}
	b.WriteString(text[last:])
	return b.String()
}

type stretch struct{ start, end int }

// find returns the stretches to replace, in order and apart from each other.
func (m *Masker) find(text string) []stretch {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var all []stretch
	for _, n := range m.needles {
		// One byte further each time: a secret may overlap itself.
		for from := 0; ; {
			i := strings.Index(text[from:], n)
			if i < 0 {
				break
			}
			all = append(all, stretch{from + i, from + i + len(n)})
			from += i + 1
		}
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	merged := all[:0]
	for _, s := range all {
		if n := len(merged); n > 0 && s.start <= merged[n-1].end {
			merged[n-1].end = max(merged[n-1].end, s.end)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}
