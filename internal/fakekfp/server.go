// Package fakekfp is a stand-in for the API server of Kubeflow Pipelines, for
// tests that need speed, faults, or a version other than 2.0.5. It speaks REST
// v2beta1 as far as submitting and watching runs goes: experiments, pipelines and
// their versions, uploads, runs, logs.
//
// It is stricter than it is whole. A request's fields, a filter's keys, a page's
// token and a pipeline's parameters are checked, and refused in the words of the
// real server; what 2.0.5 answers is held against its real handlers by a test of
// submit/kfp. What it does not do: it compiles nothing, so a pipeline with a
// mistake below the root component is accepted; recurring runs, artifacts,
// deleting and unarchiving are not there.
//
// Nothing runs: a run is PENDING until Report says what became of it. Ids are
// counted, so that transcripts stay the same.
package fakekfp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/flts-run/flts-run/internal/faulty"
)

// Options make a server. The zero value is a 2.17.0 for everybody.
type Options struct {
	// Version is what it says of itself. 2.0.x behaves as 2.0.5, all else as 2.17.0,
	// but that 1.x has nothing of v2beta1, and of v1beta1 its health alone.
	Version string

	// MultiUser asks who the caller is: the header kubeflow-userid names the user,
	// or a bearer token "token-of-USER" does. A user may use the namespace of that
	// name and no other.
	MultiUser bool

	// Now is the server's clock.
	Now func() time.Time

	// Fault decides what goes wrong with a call; nil, or a nil answer, is nothing.
	Fault func(Call) *Fault
}

// Server is the stand-in: an http.Handler for /apis.
type Server struct {
	faulty.Server
	o     Options
	newer bool // as 2.17.0: reads strictly, has literals

	mu          sync.Mutex
	ids         map[string]int
	experiments []object
	pipelines   []object
	versions    []object
	runs        []object
	reported    map[string]bool // runs whose workflow the server has heard of
	logs        map[string]string
}

// object is a stored thing, with the fields of the API.
type object map[string]any

// New makes a server with its default experiment.
func New(o Options) *Server {
	if o.Version == "" {
		o.Version = "2.17.0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		Server: faulty.Server{Fault: o.Fault}, o: o, newer: !strings.HasPrefix(o.Version, "2.0."),
		ids: map[string]int{}, reported: map[string]bool{}, logs: map[string]string{},
	}
	if !o.MultiUser {
		s.addExperiment("Default", "", "All runs created without specifying an experiment will be grouped here.")
	}
	return s
}

// Stored is a run as the server has it, or nil.
func (s *Server) Stored(id string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(s.runs, "run_id", id)
}

// RunIDs are the ids of all runs, the oldest first.
func (s *Server) RunIDs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for _, r := range s.runs {
		ids = append(ids, r.text("run_id"))
	}
	return ids
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, func(w http.ResponseWriter, body []byte) {
		s.mu.Lock()
		defer s.mu.Unlock()
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		s.route(w, again, body)
	})
}

// route is the gateway: it finds who answers.
func (s *Server) route(w http.ResponseWriter, r *http.Request, body []byte) {
	if log, ok := strings.CutPrefix(r.URL.Path, "/apis/v1alpha1/runs/"); ok {
		s.log(w, log)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/apis/v2beta1/")
	if strings.HasPrefix(s.o.Version, "1.") {
		path, ok = "healthz", r.URL.Path == "/apis/v1beta1/healthz"
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	if path == "healthz" {
		answer(w, map[string]any{"commit_sha": "0", "tag_name": s.o.Version, "multi_user": s.o.MultiUser})
		return
	}
	q := &request{Request: r, body: body, user: userOf(r)}
	if s.o.MultiUser && q.user == "" {
		s.refuse(w, errorf(codeUnauthenticated, "Request header error: there is no user identity header.", "Failed to authorize with API: Unauthenticated: "))
		return
	}
	words := strings.Split(path, "/")
	last, verb, _ := strings.Cut(words[len(words)-1], ":")
	words[len(words)-1] = last
	for _, route := range s.routes() {
		if route.method == r.Method && route.verb == verb && q.match(route.path, words) {
			got, err := route.answer(q)
			switch {
			case err == nil:
				answer(w, got)
			case route.upload:
				refuseUpload(w, err)
			default:
				s.refuse(w, err)
			}
			return
		}
	}
	http.Error(w, "Not Found", http.StatusNotFound)
}

type route struct {
	method, path, verb string
	answer             func(*request) (any, *failure)
	upload             bool
}

func (s *Server) routes() []route {
	return []route{
		{method: "GET", path: "experiments", answer: s.listExperiments},
		{method: "POST", path: "experiments", answer: s.createExperiment},
		{method: "GET", path: "experiments/*", answer: s.getExperiment},
		{method: "GET", path: "pipelines", answer: s.listPipelines},
		{method: "POST", path: "pipelines", answer: s.createPipeline},
		{method: "GET", path: "pipelines/names/*", answer: s.pipelineByName},
		{method: "POST", path: "pipelines/upload_version", answer: s.uploadVersion, upload: true},
		{method: "GET", path: "pipelines/*", answer: s.getPipeline},
		{method: "GET", path: "pipelines/*/versions", answer: s.listVersions},
		{method: "GET", path: "pipelines/*/versions/*", answer: s.getVersion},
		{method: "GET", path: "runs", answer: s.listRuns},
		{method: "POST", path: "runs", answer: s.createRun},
		{method: "GET", path: "runs/*", answer: s.getRun},
		{method: "POST", path: "runs/*", verb: "terminate", answer: s.terminate},
		{method: "POST", path: "runs/*", verb: "retry", answer: s.retry},
		{method: "POST", path: "runs/*", verb: "archive", answer: s.archive},
	}
}

// request is one call on its way through a handler.
type request struct {
	*http.Request
	body []byte
	user string
	ids  []string // what the stars of the path stand for
}

func (q *request) match(pattern string, words []string) bool {
	parts := strings.Split(pattern, "/")
	if len(parts) != len(words) {
		return false
	}
	q.ids = nil
	for i, part := range parts {
		if part == "*" {
			q.ids = append(q.ids, words[i])
		} else if part != words[i] {
			return false
		}
	}
	return true
}

func userOf(r *http.Request) string {
	if user := r.Header.Get("kubeflow-userid"); user != "" {
		return user
	}
	user, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer token-of-")
	if user == r.Header.Get("Authorization") {
		return ""
	}
	return user
}

// may holds a user against a namespace.
func (s *Server) may(q *request, namespace string) *failure {
	if !s.o.MultiUser || namespace == q.user {
		return nil
	}
	return errorf(codePermissionDenied, fmt.Sprintf("User '%s' is not authorized in namespace %s", q.user, namespace), "Failed to authorize with API: PermissionDenied: ")
}

// fields reads a body. A newer server refuses fields that it does not know, an
// older one drops them; both read camel case too.
func (s *Server) fields(q *request, known ...string) (object, *failure) {
	decoder := json.NewDecoder(bytes.NewReader(q.body))
	decoder.UseNumber()
	var sent map[string]any
	if err := decoder.Decode(&sent); err != nil {
		return nil, errorf(codeInvalid, "invalid character in the body", "")
	}
	read := object{}
	for name, value := range sent {
		snake := snakeCase(name)
		if slices.Contains(known, snake) {
			read[snake] = value
		} else if s.newer {
			return nil, errorf(codeInvalid, fmt.Sprintf("proto: (line 1:2): unknown field %q", name), "")
		}
	}
	return read, nil
}

func snakeCase(name string) string {
	var b strings.Builder
	for _, r := range name {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// newID counts what is of one kind.
func (s *Server) newID(kind int) string {
	key := fmt.Sprint(kind)
	s.ids[key]++
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, s.ids[key])
}

const (
	kindExperiment = 0xe0000000
	kindPipeline   = 0xb0000000
	kindVersion    = 0xd0000000
	kindRun        = 0xa0000000
	kindTask       = 0xc0000000
)

func (s *Server) now() string { return s.o.Now().UTC().Format(time.RFC3339) }

func (*Server) find(all []object, field, value string) object {
	for _, o := range all {
		if o[field] == value {
			return o
		}
	}
	return nil
}

func (o object) text(name string) string {
	text, _ := o[name].(string)
	return text
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
}
