package fakes3

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/rclone/gofakes3/signature"
)

// Request is one request as it arrived, answered or refused. AccessKeyID is
// the key it claims to be signed with, empty for an unsigned one.
type Request struct {
	Method      string
	Path        string
	AccessKeyID string
}

type requestLog struct {
	mu  sync.Mutex
	all []Request
}

func (l *requestLog) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.all = append(l.all, Request{Method: r.Method, Path: r.URL.Path, AccessKeyID: claimedAccessKey(r)})
		l.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// Requests returns all requests so far in the order of their arrival.
func (s *Server) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return slices.Clone(s.requests.all)
}

func claimedAccessKey(r *http.Request) string {
	if auth := r.Header.Get("Authorization"); auth != "" {
		signed, _ := signature.ParseSignV4(auth)
		return signed.Credential.GetAccessKey()
	}
	key, _, _ := strings.Cut(r.URL.Query().Get("X-Amz-Credential"), "/")
	return key
}
