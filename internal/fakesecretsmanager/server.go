// Package fakesecretsmanager is a stand-in for AWS Secrets Manager, and for what gives
// a pod its credentials: the JSON protocol of GetSecretValue, DescribeSecret and
// ListSecrets, AssumeRoleWithWebIdentity of STS, and the agent of a node. Requests must
// be signed, by credentials and for a region that it knows; its answers, also those to
// wrong requests, have the form and the codes of moto's, which a test of the peers tier
// compares; its messages and statuses are those of AWS, which moto's are not.
//
// What it does not do: policies, KMS (a fault stands for both), tags, pages of a list.
package fakesecretsmanager

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/flts-run/flts-run/internal/loopback"
)

// Options say who may ask. Empty fields are those of the defaults.
type Options struct {
	AccessKey string // AKIAEXAMPLE
	SecretKey string // example-secret
	Region    string // us-east-1
	Account   string // 123456789012
	Role      string // that a web identity may take: arn:aws:iam::ACCOUNT:role/pipelines
}

// Server is a running server on 127.0.0.1. It serves until Close.
type Server struct {
	*loopback.Server
	o Options

	mu        sync.Mutex
	secrets   map[string]*stored // by name
	faults    map[string]Fault   // by name
	calls     []Call
	tokens    map[string]string // session tokens by access key
	together  int               // calls that are being answered
	atOnce    int               // the most there were
	webTokens []string
}

// Call is one request for a secret.
type Call struct {
	Operation string // GetSecretValue
	ID        string // as it was asked for
	AccessKey string
}

// Fault is answered in place of a secret.
type Fault struct {
	Code    string // "AccessDeniedException"
	Message string
	Status  int           // 400 when 0
	Times   int           // so often, and then no more; 0 is for ever
	Delay   time.Duration // before the answer, with a Code or without
	Body    string        // in place of the whole answer
}

type stored struct {
	name, arn string
	deleted   bool
	rotation  time.Time // when it is rotated next; zero is never
	versions  []*version
}

type version struct {
	id      string
	text    *string
	binary  []byte
	stages  []string
	created time.Time
}

// Start serves on a port of 127.0.0.1 that the kernel picks.
func Start(o Options) (*Server, error) {
	o.AccessKey, o.SecretKey = cmp.Or(o.AccessKey, "AKIAEXAMPLE"), cmp.Or(o.SecretKey, "example-secret")
	o.Region, o.Account = cmp.Or(o.Region, "us-east-1"), cmp.Or(o.Account, "123456789012")
	o.Role = cmp.Or(o.Role, "arn:aws:iam::"+o.Account+":role/pipelines")
	s := &Server{o: o, secrets: map[string]*stored{}, faults: map[string]Fault{}, tokens: map[string]string{o.AccessKey: ""}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{$}", s.serve)
	mux.HandleFunc("GET /credentials", s.agent)
	var err error
	s.Server, err = loopback.Start(mux)
	return s, err
}

// Put makes a version of a secret the current one, and the secret if there is none.
func (s *Server) Put(name, text string) { s.put(name, &version{text: &text}) }

// PutBinary does the same with bytes.
func (s *Server) PutBinary(name string, data []byte) { s.put(name, &version{binary: data}) }

func (s *Server) put(name string, v *version) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.secrets[name]
	if one == nil {
		one = &stored{name: name, arn: "arn:aws:secretsmanager:" + s.o.Region + ":" + s.o.Account + ":secret:" + name + "-AbCdEf"}
		s.secrets[name] = one
	}
	for _, old := range one.versions {
		switch {
		case slices.Contains(old.stages, "AWSCURRENT"):
			old.stages = []string{"AWSPREVIOUS"}
		default:
			old.stages = nil
		}
	}
	v.id = fmt.Sprintf("%08x-0000-4000-8000-%012x", len(one.versions)+1, len(s.secrets))
	v.stages, v.created = []string{"AWSCURRENT"}, time.Now().UTC()
	one.versions = append(one.versions, v)
}

// ARN is the name of a secret everywhere.
func (s *Server) ARN(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secrets[name].arn
}

// Delete marks a secret for deletion.
func (s *Server) Delete(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[name].deleted = true
}

// Fail answers requests for a secret with a fault; with the zero Fault it is over.
func (s *Server) Fail(name string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[name] = f
}

// Calls are the requests for secrets so far, in the order of their arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// AtOnce is how many requests for secrets were under way at the same time, at most.
func (s *Server) AtOnce() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.atOnce
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	target := r.Header.Get("X-Amz-Target")
	if target == "" {
		s.assumeRole(w, body)
		return
	}
	key, refusal := s.verify(r, body)
	if refusal != nil {
		refusal.answer(w)
		return
	}
	operation := strings.TrimPrefix(target, "secretsmanager.")
	var in struct{ SecretID, VersionID, VersionStage string } // the decoder takes SecretId
	if json.Unmarshal(body, &in) != nil {
		refuse("SerializationException", "").answer(w)
		return
	}
	f := s.enter(Call{operation, in.SecretID, key})
	defer s.leave()
	select {
	case <-time.After(f.Delay):
	case <-r.Context().Done():
		return
	}
	switch {
	case f.Body != "":
		w.WriteHeader(cmp.Or(f.Status, http.StatusOK))
		_, _ = io.WriteString(w, f.Body)
	case f.Code != "":
		(&refused{f.Code, f.Message, f.Status}).answer(w)
	default:
		s.perform(w, operation, in.SecretID, in.VersionID, in.VersionStage)
	}
}

// enter takes note of a call and says what is to go wrong with it.
func (s *Server) enter(c Call) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	s.together++
	s.atOnce = max(s.atOnce, s.together)
	f := s.faults[c.ID]
	if f.Times == 1 {
		delete(s.faults, c.ID)
	} else if f.Times > 1 {
		f.Times--
		s.faults[c.ID] = f
	}
	return f
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.together--
}

func (s *Server) perform(w http.ResponseWriter, operation, id, versionID, stage string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if operation == "ListSecrets" {
		var list []map[string]any
		for _, name := range slices.Sorted(maps.Keys(s.secrets)) {
			if !s.secrets[name].deleted {
				list = append(list, s.secrets[name].described("SecretVersionsToStages"))
			}
		}
		answer(w, http.StatusOK, map[string]any{"SecretList": list})
		return
	}
	one := s.find(id)
	if one == nil {
		refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.").answer(w)
		return
	}
	switch operation {
	case "DescribeSecret":
		answer(w, http.StatusOK, one.described("VersionIdsToStages"))
	case "GetSecretValue":
		one.value(w, versionID, cmp.Or(stage, "AWSCURRENT"))
	default:
		refuse("UnknownOperationException", "").answer(w)
	}
}

// find finds a secret by its name or its ARN, which may lack the six characters at
// its end.
func (s *Server) find(id string) *stored {
	for _, one := range s.secrets {
		if id == one.name || id == one.arn || id == one.arn[:len(one.arn)-len("-AbCdEf")] {
			return one
		}
	}
	return nil
}

func (one *stored) described(versions string) map[string]any {
	stages := map[string][]string{}
	for _, v := range one.versions {
		if v.stages != nil {
			stages[v.id] = v.stages
		}
	}
	first, last := one.versions[0].created, one.versions[len(one.versions)-1].created
	all := map[string]any{
		"ARN": one.arn, "Name": one.name, "CreatedDate": seconds(first), "LastChangedDate": seconds(last), versions: stages,
	}
	if one.deleted {
		all["DeletedDate"] = seconds(last)
	}
	if !one.rotation.IsZero() {
		all["RotationEnabled"], all["NextRotationDate"] = true, seconds(one.rotation)
	}
	return all
}

func (one *stored) value(w http.ResponseWriter, versionID, stage string) {
	if one.deleted {
		refuse("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.").answer(w)
		return
	}
	for _, v := range one.versions {
		if versionID != "" && v.id != versionID || versionID == "" && !slices.Contains(v.stages, stage) {
			continue
		}
		out := map[string]any{"ARN": one.arn, "Name": one.name, "VersionId": v.id, "VersionStages": v.stages, "CreatedDate": seconds(v.created)}
		if v.text != nil {
			out["SecretString"] = *v.text
		} else {
			out["SecretBinary"] = v.binary
		}
		answer(w, http.StatusOK, out)
		return
	}
	what := "staging label: " + stage
	if versionID != "" {
		what = "VersionId: " + versionID
	}
	refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for "+what).answer(w)
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// refused is an answer to a wrong request.
type refused struct {
	code, message string
	status        int
}

func refuse(code, message string) *refused { return &refused{code: code, message: message} }

func (e *refused) answer(w http.ResponseWriter) {
	w.Header().Set("X-Amzn-Errortype", e.code)
	answer(w, cmp.Or(e.status, http.StatusBadRequest), map[string]string{"__type": e.code, "message": e.message})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
