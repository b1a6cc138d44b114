package redact

// Needles are all that a Set searches for, as they are and with line breaks.
func (s *Set) Needles() (plain, wrapped []string) {
	s.matcher()
	for _, n := range s.plain {
		plain = append(plain, n.text)
	}
	for _, n := range s.wrapped {
		wrapped = append(wrapped, n.text)
	}
	return plain, wrapped
}

// Kept is how many bytes a Stream keeps.
func (s *Stream) Kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.text)
}

// Timed reports whether a Stream ever needed its timer.
func (s *Stream) Timed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.timer != nil
}
