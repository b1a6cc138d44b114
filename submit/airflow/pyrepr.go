package airflow

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// hostTexts reads a page of a log of version 2, which is how Python writes a list
// of pairs: [('worker', 'text'), …]. It is the texts, one behind the other. ok is
// false for anything else.
func hostTexts(page string) (text string, ok bool) {
	r := pyReader{rest: strings.TrimSpace(page)}
	var b strings.Builder
	if !r.take("[") {
		return "", false
	}
	for !r.take("]") {
		if !r.take("(") || !r.word(nil) || !r.take(", ") || !r.word(&b) || !r.take(")") {
			return "", false
		}
		if !r.take(", ") && !strings.HasPrefix(r.rest, "]") {
			return "", false
		}
	}
	return b.String(), r.rest == ""
}

// pyReader reads what Python's repr wrote.
type pyReader struct{ rest string }

func (r *pyReader) take(what string) bool {
	rest, ok := strings.CutPrefix(r.rest, what)
	if ok {
		r.rest = rest
	}
	return ok
}

// word reads a string in single or double quotes.
func (r *pyReader) word(to *strings.Builder) bool {
	if to == nil {
		to = &strings.Builder{}
	}
	if r.rest == "" || r.rest[0] != '\'' && r.rest[0] != '"' {
		return false
	}
	quote := r.rest[0]
	r.rest = r.rest[1:]
	for {
		i := strings.IndexAny(r.rest, string(quote)+`\`)
		if i < 0 {
			return false
		}
		to.WriteString(r.rest[:i])
		mark := r.rest[i]
		r.rest = r.rest[i+1:]
		if mark == quote {
			return true
		}
		if !r.escape(to) {
			return false
		}
	}
}

// escape reads what stands behind a backslash.
func (r *pyReader) escape(to *strings.Builder) bool {
	if r.rest == "" {
		return false
	}
	mark := r.rest[0]
	r.rest = r.rest[1:]
	if plain := strings.IndexByte(`\'"`, mark); plain >= 0 {
		to.WriteByte(mark)
		return true
	}
	switch mark {
	case 'n':
		to.WriteByte('\n')
	case 't':
		to.WriteByte('\t')
	case 'r':
		to.WriteByte('\r')
	case 'x':
		return r.code(2, to)
	case 'u':
		return r.code(4, to)
	case 'U':
		return r.code(8, to)
	default:
		return false
	}
	return true
}

// code reads the number of a character, in so many digits.
func (r *pyReader) code(digits int, to *strings.Builder) bool {
	if len(r.rest) < digits {
		return false
	}
	n, err := strconv.ParseUint(r.rest[:digits], 16, 32)
	if err != nil {
		return false
	}
	r.rest = r.rest[digits:]
	if n > utf8.MaxRune {
		n = utf8.RuneError
	}
	to.WriteRune(rune(n))
	return true
}
