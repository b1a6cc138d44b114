package fakeairflow

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// request is a request while it is answered.
type request struct {
	w    http.ResponseWriter
	r    *http.Request
	path string // escaped, without the prefix
	body []byte
	args []string // what the stars of the route stand for
}

// failure is an answer that refuses. Version 2 and 3 write it in their ways.
type failure struct {
	status int
	title  string // version 2 alone
	detail any    // a text or, for 422, a list
}

func fail(status int, detail any) *failure { return &failure{status: status, detail: detail} }

// route finds who answers.
func (s *Server) route(q *request) {
	path, below := strings.CutPrefix(q.path, s.api()+"/")
	if !below {
		s.outside(q)
		return
	}
	words := strings.Split(path, "/")
	for i, word := range words {
		plain, err := url.PathUnescape(word)
		if err != nil {
			s.noSuchPath(q)
			return
		}
		words[i] = plain
	}
	for _, route := range s.routes() {
		if route.method != q.r.Method || !q.match(route.path, words) {
			continue
		}
		if f := s.admit(q, route); f != nil {
			s.refuse(q, f)
			return
		}
		answer, f := route.answer(q)
		if f != nil {
			s.refuse(q, f)
			return
		}
		q.json(http.StatusOK, answer)
		return
	}
	s.noSuchPath(q)
}

type route struct {
	method, path string // a star is any word
	open         bool   // to all
	answer       func(*request) (any, *failure)
}

func (s *Server) routes() []route {
	return append([]route{
		{"GET", "version", true, s.version},
		{"GET", "dags", false, s.listDAGs},
		{"GET", "dags/*", false, s.getDAG},
		{"PATCH", "dags/*", false, s.patchDAG},
		{"GET", "dags/*/details", false, s.getDetails},
		{"GET", "importErrors", false, s.listImportErrors},
		{"GET", "dags/*/dagRuns", false, s.listRuns},
		{"POST", "dags/*/dagRuns", false, s.trigger},
		{"GET", "dags/*/dagRuns/*", false, s.getRun},
		{"PATCH", "dags/*/dagRuns/*", false, s.patchRun},
		{"POST", "dags/*/clearTaskInstances", false, s.clear},
		{"GET", "dags/*/dagRuns/*/taskInstances", false, s.listInstances},
		{"GET", "dags/*/dagRuns/*/taskInstances/*/logs/*", false, s.log},
	}, s.health(s)...)
}

func (q *request) match(pattern string, words []string) bool {
	parts := strings.Split(pattern, "/")
	if len(parts) != len(words) {
		return false
	}
	q.args = nil
	for i, part := range parts {
		if part == "*" {
			q.args = append(q.args, words[i])
		} else if part != words[i] {
			return false
		}
	}
	return true
}

func (q *request) json(status int, body any) {
	q.w.Header().Set("Content-Type", "application/json")
	q.w.WriteHeader(status)
	writeJSON(q.w, body)
}

// fields reads a body that is an object with no other fields than these.
func (s *Server) fields(q *request, allowed ...string) (map[string]any, *failure) {
	if len(bytes.TrimSpace(q.body)) == 0 {
		return nil, s.noBody()
	}
	d := json.NewDecoder(bytes.NewReader(q.body))
	d.UseNumber()
	var body map[string]any
	if err := d.Decode(&body); err != nil {
		return nil, s.noJSON()
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, s.noJSON()
	}
	for name, value := range body {
		if !slices.Contains(allowed, name) {
			return nil, s.unknownField(name, value)
		}
	}
	return body, nil
}
