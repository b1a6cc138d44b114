// Package loopback is the part that HTTP stand-ins have in common: a server on a
// port of 127.0.0.1 that the kernel picks, which remembers the requests it got.
package loopback

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Server is a running server. It serves until Close.
type Server struct {
	http *httptest.Server

	mu       sync.Mutex
	requests []Request
}

// Request is one request as it arrived, answered or refused.
type Request struct {
	Method string
	Path   string
}

// Start serves the handler. What net/http complains of is dropped: a refused
// client is what a test wants to see.
func Start(handler http.Handler) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("no port on loopback: %w", err)
	}
	s := &Server{}
	s.http = &httptest.Server{Listener: listener, Config: &http.Server{
		Handler:           s.record(handler),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}}
	s.http.Start()
	return s, nil
}

func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, Request{Method: r.Method, Path: r.URL.Path})
		s.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// Requests returns all requests so far in the order of their arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Endpoint is host:port.
func (s *Server) Endpoint() string { return s.http.Listener.Addr().String() }

// URL is the endpoint with its scheme.
func (s *Server) URL() string { return s.http.URL }

// Close ends the server, its connections and its goroutines.
func (s *Server) Close() {
	s.http.CloseClientConnections()
	s.http.Close()
}
