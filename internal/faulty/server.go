package faulty

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Call is a request that arrived, whatever became of it.
type Call struct {
	N      int // from 0
	Method string
	Path   string // with the query
	Body   []byte
}

// Server lets a stand-in answer, or something go wrong in its place, and notes
// what arrived. Its zero value is one with which nothing goes wrong.
type Server struct {
	// Fault decides what goes wrong with a call; nil, or a nil answer, is nothing.
	Fault func(Call) *Fault

	late  sync.WaitGroup
	mu    sync.Mutex
	calls []Call
}

// Calls are the requests so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Wait returns when the server has acted on all that it was late with.
func (s *Server) Wait() { s.late.Wait() }

// Serve notes a request, and lets act answer it unless something goes wrong. act
// may be called after the request has ended.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, act func(w http.ResponseWriter, body []byte)) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	call := Call{N: len(s.calls), Method: r.Method, Path: r.URL.RequestURI(), Body: body}
	s.calls = append(s.calls, call)
	s.mu.Unlock()
	var f *Fault
	if s.Fault != nil {
		f = s.Fault(call)
	}
	if f == nil {
		act(w, body)
		return
	}
	select {
	case <-time.After(f.Delay):
	case <-r.Context().Done():
		return
	}
	switch {
	case f.DropBefore:
		panic(http.ErrAbortHandler)
	case f.DropAfter:
		act(httptest.NewRecorder(), body)
		panic(http.ErrAbortHandler)
	case f.DropLate > 0:
		s.late.Go(func() {
			time.Sleep(f.DropLate)
			act(httptest.NewRecorder(), body)
		})
		panic(http.ErrAbortHandler)
	case f.DropUntil != nil:
		s.late.Go(func() {
			<-f.DropUntil
			act(httptest.NewRecorder(), body)
		})
		panic(http.ErrAbortHandler)
	case f.Status == 0:
		act(w, body)
	default:
		f.answer(w)
	}
}

// answer is what the client gets in place of the server's answer.
func (f *Fault) answer(w http.ResponseWriter) {
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/json")
	if f.Type != "" {
		w.Header().Set("Content-Type", f.Type)
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body)
}
