package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// screen is a terminal that understands what the tree of a run needs, and fails
// the test on anything else. In a window that becomes narrower it folds its lines,
// as most terminals do.
type screen struct {
	t             *testing.T
	columns, rows int
	lines         [][]rune // from the first that was written; the last rows of them are seen
	row, column   int      // of the cursor
	noWrap        bool
	coloured      bool // some text was
}

func newScreen(t *testing.T, columns, rows int) *screen {
	return &screen{t: t, columns: columns, rows: rows, lines: [][]rune{nil}}
}

func (s *screen) size() (columns, rows int, ok bool) { return s.columns, s.rows, true }

func (s *screen) Write(p []byte) (int, error) {
	text := string(p)
	for text != "" {
		if strings.HasPrefix(text, "\x1b") {
			text = s.escape(text)
			continue
		}
		r := []rune(text)[0]
		text = text[len(string(r)):]
		s.put(r)
	}
	return len(p), nil
}

// escape obeys a sequence and returns the text behind it.
func (s *screen) escape(text string) string {
	end := strings.IndexFunc(text[2:], func(r rune) bool { return r >= 'A' && r <= 'z' }) + 2
	argument, verb := text[2:end], text[end]
	switch verb {
	case 'A':
		n, err := strconv.Atoi(argument)
		require.NoError(s.t, err)
		s.row = max(s.row-n, len(s.lines)-s.rows, 0)
	case 'K':
		s.lines[s.row] = s.lines[s.row][:min(s.column, len(s.lines[s.row]))]
	case 'J':
		s.lines = s.lines[:s.row+1]
		s.lines[s.row] = s.lines[s.row][:min(s.column, len(s.lines[s.row]))]
	case 'm':
		s.coloured = true
	case 'l', 'h':
		require.Equal(s.t, "?7", argument)
		s.noWrap = verb == 'l'
	default:
		s.t.Fatalf("the screen does not know %q", text[:end+1])
	}
	return text[end+1:]
}

func (s *screen) put(r rune) {
	switch r {
	case '\r':
		s.column = 0
		return
	case '\n':
		s.down()
		return
	}
	if s.column == s.columns {
		if s.noWrap {
			s.column--
		} else {
			s.down()
		}
	}
	line := s.lines[s.row]
	for len(line) <= s.column {
		line = append(line, ' ')
	}
	line[s.column] = r
	s.lines[s.row] = line
	s.column++
}

func (s *screen) down() {
	s.row, s.column = s.row+1, 0
	if s.row == len(s.lines) {
		s.lines = append(s.lines, nil)
	}
}

func (s *screen) resize(columns, rows int) {
	var folded [][]rune
	for _, line := range s.lines {
		for len(line) > columns {
			folded = append(folded, line[:columns:columns])
			line = line[columns:]
		}
		folded = append(folded, line)
	}
	require.Equal(s.t, len(s.lines)-1, s.row, "the cursor is not behind the last line")
	s.lines, s.row, s.columns, s.rows = folded, len(folded)-1, columns, rows
}

// String is everything that was ever on it, as one scrolls back.
func (s *screen) String() string {
	var b strings.Builder
	for _, line := range s.lines {
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
