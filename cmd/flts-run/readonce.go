package main

import "os"

// onceRead is what reading a file gave.
type onceRead struct {
	text []byte
	err  error
}

// readOnce reads a file the first time it is asked to. The configuration is read
// again while the task runs, and what is no file in a volume is not: a pipe gives
// its text once, and standard input is the task's by then.
func (s *settings) readOnce(path string) ([]byte, error) {
	if once, ok := s.read[path]; ok {
		return once.text, once.err
	}
	text, err := os.ReadFile(path)
	if s.read == nil {
		s.read = map[string]onceRead{}
	}
	s.read[path] = onceRead{text, err}
	return text, err
}
