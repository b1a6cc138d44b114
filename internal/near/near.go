// Package near finds the name that somebody meant.
package near

import (
	"strings"

	"github.com/xrash/smetrics"
)

// Name returns the candidate that is most like the name, or "" when none is
// within two typing errors. Case and '-' against '_' do not count as errors; that
// of letters beyond ASCII may.
func Name(name string, candidates []string) string {
	best, bestCost := "", 3
	for _, c := range candidates {
		if d := len(c) - len(name); d > 2 || d < -2 {
			continue
		}
		if !sameLetters(name, c) {
			continue
		}
		if cost := smetrics.WagnerFischer(Folded(name), Folded(c), 1, 1, 1); cost < bestCost {
			best, bestCost = c, cost
		}
	}
	// Two errors in a word of four letters are another word.
	if bestCost*3 > len(name) {
		return ""
	}
	return best
}

// DidYouMean is the hint for a name that is not known: the one that is most like
// it, or what to do otherwise.
func DidYouMean(name string, known []string, otherwise string) string {
	if n := Name(name, known); n != "" {
		return "did you mean " + n + "?"
	}
	return otherwise
}

// Folded is a name of a parameter as it is compared: gateway-url, GATEWAY_URL and
// gateway_url are one.
func Folded(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "-", "_")
}

// sameLetters reports whether two names have the same letters but for two, which
// is true of all names that are within two typing errors and of few others. It
// is what keeps a search among thousands of names cheap.
func sameLetters(a, b string) bool {
	var count [256]int8
	for i := range len(a) {
		count[folded(a[i])]++
	}
	for i := range len(b) {
		count[folded(b[i])]--
	}
	more, less := 0, 0
	for _, n := range count {
		more += int(max(n, 0))
		less += int(max(-n, 0))
	}
	return max(more, less) <= 2
}

// folded is a byte of a name as Folded writes it.
func folded(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A'
	case c == '-':
		return '_'
	}
	return c
}
