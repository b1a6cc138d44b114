// Package fakemlflow is a stand-in for an MLflow tracking server, in process.
//
// It answers what a check asks and what a small component needs, with the
// faults that real servers show: the Host check since 3.5 (with the default
// list of allowed hosts), basic authentication with permissions, a static
// prefix, artifacts that are proxied or not, and what stands in front: a login
// page, a limit of the size of bodies. Statuses, content types and error codes
// are those of MLflow 3.17.2, and with Before3 those of 2.9.2, as they were
// seen on the wire. /health is exempt from both the Host check and
// authentication, /version from the Host check only.
//
// What it does not do: it is not MLflow. It knows the REST calls listed in
// api.go, validates no more than what is tested there, pages and filters
// nothing, keeps no history of a metric (the last value counts), gives each user
// one permission for everything, and forgets everything on Close.
package fakemlflow

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/flts-run/flts-run/internal/loopback"
)

// Options are the faults and settings of the server; the zero value is a
// server as `mlflow server` starts it.
type Options struct {
	// AllowedHosts are patterns for the Host header, port included, in which *
	// stands for any text. Nil is MLflow's default: loopback and private
	// addresses, but no names of Services.
	AllowedHosts []string
	// Username and Password turn basic authentication on, and are those of a user
	// who may do everything.
	Username, Password string
	// Users are further ones, with a permission each.
	Users []User
	// StaticPrefix ("/mlflow") is where all paths are then found, and nothing at
	// the root.
	StaticPrefix string
	// Before3 is a server of version 2: a StaticPrefix moves the pages alone, and
	// /health, /version and the REST API stay at the root.
	Before3 bool
	// HTMLLogin answers everything with 200 and a login page, as a single
	// sign-on proxy does.
	HTMLLogin bool
	// MaxBody is the largest request, in bytes, that an ingress in front passes
	// on; 0 is any.
	MaxBody int64
	// Version is what /version says; empty is 3.5.0, or 2.9.2 with Before3.
	Version string
	// ArtifactRoot is where the experiments' artifacts are; empty is
	// mlflow-artifacts:, the proxied store.
	ArtifactRoot string
	// NoServeArtifacts answers calls of the artifact proxy with 503,
	// ArtifactsOnly all others.
	NoServeArtifacts, ArtifactsOnly bool
	// BrokenStore is a server that cannot use its own artifact store.
	BrokenStore bool
	// Experiments are there beside Default, which has the ID 0.
	Experiments []Experiment
}

// User is somebody who may log in. The Permission is that for every experiment:
// READ, EDIT or NO_PERMISSIONS. Only EDIT may create one.
type User struct{ Name, Password, Permission string }

// Experiment is one that is there from the start. IDs count from 1.
type Experiment struct {
	Name     string
	Location string // of its artifacts; empty is below ArtifactRoot
	Deleted  bool
}

// Server is a running server on 127.0.0.1; its URL is the tracking URI without a
// static prefix. It serves until Close.
type Server struct {
	*loopback.Server
	tracking *tracking
}

// Request is one request as it arrived, answered or refused.
type Request = loopback.Request

// Start serves on a port of 127.0.0.1 that the kernel picks.
func Start(o Options) (*Server, error) {
	t := newTracking(cmp.Or(o.ArtifactRoot, "mlflow-artifacts:"), o.Experiments)
	server, err := loopback.Start(o.handler(t))
	if err != nil {
		return nil, fmt.Errorf("fakemlflow: %w", err)
	}
	return &Server{server, t}, nil
}

func (o Options) handler(t *tracking) http.Handler {
	if o.HTMLLogin {
		return http.HandlerFunc(loginPage)
	}
	return o.limitBody(o.checkHost(o.authenticate(o.routes(t))))
}

// Runs returns what the clients tracked, in the order of creation.
func (s *Server) Runs() []Run { return s.tracking.snapshot() }

// Artifacts returns the paths of what was stored through the proxy, sorted.
func (s *Server) Artifacts() []string { return s.tracking.stored() }
