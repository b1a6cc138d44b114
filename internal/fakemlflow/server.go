// Package fakemlflow is a stand-in for an MLflow tracking server, in process.
//
// It answers what a check asks and what a small component needs, with the
// faults that real servers show: the Host check since 3.5 (with the default
// list of allowed hosts), basic authentication, a static prefix, and a login
// page in front of everything. As on the real server, /health is exempt from
// both the Host check and authentication, /version from the Host check only.
//
// What it does not do: it is not MLflow. It knows the eleven REST calls listed
// in api.go, checks no types beyond those of JSON, pages and filters nothing,
// stores no artifacts and no history of a metric (the last value counts), has
// one user with all permissions, and forgets everything on Close.
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
	// Username and Password turn basic authentication on.
	Username, Password string
	// StaticPrefix ("/mlflow") is where /health and /version are then found;
	// the REST API is served below it and at the root.
	StaticPrefix string
	// HealthAtRoot keeps /health and /version at the root in spite of a
	// StaticPrefix, as older servers do.
	HealthAtRoot bool
	// HTMLLogin answers everything with 200 and a login page, as a single
	// sign-on proxy does.
	HTMLLogin bool
	// Version is what /version says; empty is 3.5.0.
	Version string
	// ArtifactRoot is where the experiments' artifacts are; empty is
	// mlflow-artifacts:, the proxied store.
	ArtifactRoot string
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
	t := newTracking(cmp.Or(o.ArtifactRoot, "mlflow-artifacts:"))
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
	return o.checkHost(o.authenticate(o.routes(t)))
}

// Runs returns what the clients tracked, in the order of creation.
func (s *Server) Runs() []Run { return s.tracking.snapshot() }
