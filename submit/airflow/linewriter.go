package airflow

import (
	"io"
	"strings"
)

// lineWriter writes lines of logs, or at first keeps those of the end.
type lineWriter struct {
	w    io.Writer
	tail int // lines to keep until the first flush; 0 is all
	kept []string
	any  bool // a line was there
}

func (l *lineWriter) line(text string) error {
	l.any = true
	if l.tail == 0 {
		_, err := io.WriteString(l.w, text+"\n")
		return err
	}
	if l.kept = append(l.kept, text); len(l.kept) >= 2*l.tail {
		l.kept = append(l.kept[:0], l.kept[len(l.kept)-l.tail:]...)
	}
	return nil
}

// flush writes what was kept. From then on all is written.
func (l *lineWriter) flush() error {
	kept := l.kept[max(len(l.kept)-l.tail, 0):]
	l.kept, l.tail = nil, 0
	for _, text := range kept {
		if err := l.line(text); err != nil {
			return err
		}
	}
	return nil
}

// lineSplitter makes lines of a text that comes in parts.
type lineSplitter struct {
	to     *lineWriter
	prefix string
	rest   string // of a line that has not ended
}

func (s *lineSplitter) write(text string) error {
	lines := strings.Split(s.rest+text, "\n")
	s.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		if err := s.line(line); err != nil {
			return err
		}
	}
	return nil
}

// end writes a line that ended without saying so.
func (s *lineSplitter) end() error {
	rest := s.rest
	s.rest = ""
	if rest == "" {
		return nil
	}
	return s.line(rest)
}

func (s *lineSplitter) line(text string) error {
	text = strings.TrimSuffix(text, "\r")
	// Version 2 has its folds behind the time and the level.
	if isFold(text) || strings.Contains(text, " - ::group::") || strings.Contains(text, " - ::endgroup::") {
		return nil
	}
	return s.to.line(s.prefix + text)
}
