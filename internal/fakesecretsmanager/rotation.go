package fakesecretsmanager

import "time"

// Rotate says that a secret is rotated by itself, and when it is next.
func (s *Server) Rotate(name string, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[name].rotation = next
}
