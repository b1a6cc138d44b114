// Package fakes3 is an S3 server in process that checks credentials.
//
// It answers like MinIO where a client can see the difference between causes:
// it verifies the AWS signature (version 4, in the header or in the query) with
// the secret of the access key that signed, refuses unsigned requests, a clock
// that is more than 15 minutes off, a session token beside a static key and a
// body whose SHA-256 is not the signed one, applies a small policy per user,
// and serves MinIO's health paths without credentials. Status and S3 error code
// are held equal to the real server's by the parity test in internal/teststack.
//
// What it does not do: the signatures of the single chunks of a streaming
// upload are not verified (the one of its header is), signature version 2, STS,
// conditions in policies other than a prefix to list, locks, and anything that
// lasts: objects live in memory and end with Close.
package fakes3

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

// Options says who may do what on which buckets. AccessKey with SecretKey is
// the root user, who may do everything; at least one user is needed, because a
// server that knows nobody verifies nothing.
type Options struct {
	AccessKey string
	SecretKey string
	Users     []User
	Buckets   []string
	// TLS makes the server speak https with these certificates.
	TLS *tls.Config
	// ClockAhead moves the server's clock, as far as it can be seen from
	// outside: the Date header and the comparison with the time of signing.
	ClockAhead time.Duration
	// Region is the one that signatures must be for; empty takes any, as MinIO
	// does.
	Region string
	// Domain is the name behind a bucket's in the Host header: BUCKET.DOMAIN.
	// Buckets in the path work all the same.
	Domain string
	// Faults make it a worse server than MinIO.
	Faults Faults
}

// User is an access key with what it may do. Allow maps a bucket to "r" (list
// and get), "w" (put and delete) or "rw"; nil allows everything, an empty map
// nothing.
type User struct {
	AccessKey string
	SecretKey string
	Allow     map[string]string
	// Prefix limits lists, as the condition s3:prefix does, and objects.
	Prefix string
	// Disabled keeps the user and refuses what is signed by it.
	Disabled bool
}

// Server is a running server on 127.0.0.1. It serves until Close.
type Server struct {
	http     *httptest.Server
	backend  buckets
	requests requestLog
}

// Start serves on a port of 127.0.0.1 that the kernel picks.
func Start(o Options) (*Server, error) {
	users, err := o.users()
	if err != nil {
		return nil, err
	}
	s := &Server{backend: buckets{s3mem.New()}}
	objects := gofakes3.New(s.backend, gofakes3.WithTimeSkewLimit(0)).Server()
	if err := makeBuckets(objects, o.Buckets); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fakes3: %w", err)
	}
	s.http = &httptest.Server{Listener: listener, TLS: o.TLS, Config: &http.Server{
		Handler:           s.handler(users, o, objects),
		ReadHeaderTimeout: time.Minute,
		// A refused handshake is what a test wants to see, not a complaint.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}}
	if o.TLS != nil {
		s.http.StartTLS()
	} else {
		s.http.Start()
	}
	return s, nil
}

// handler joins the layers in the order in which MinIO asks: health needs no
// credentials, then who signed, then what that user may do, then the object.
func (s *Server) handler(users map[string]User, o Options, objects http.Handler) http.Handler {
	gate := gate{users: users, ahead: o.ClockAhead, region: o.Region, next: bucketInHost(o.Domain, enforcePolicy(o.Faults.apply(s.verifyBody(adapt(objects)))))}
	return s.requests.record(s.answerAsMinIO(o.ClockAhead, o.Faults.serveHealth(gate)))
}

func (o Options) users() (map[string]User, error) {
	all := o.Users
	if o.AccessKey != "" || o.SecretKey != "" {
		all = append([]User{{AccessKey: o.AccessKey, SecretKey: o.SecretKey}}, all...)
	}
	if len(all) == 0 {
		return nil, errors.New("fakes3: no user given: the server would have nobody to verify")
	}
	users := make(map[string]User, len(all))
	for _, u := range all {
		if len(u.AccessKey) < 3 || u.SecretKey == "" {
			return nil, fmt.Errorf("fakes3: user %q needs an access key of 3 letters and a secret key", u.AccessKey)
		}
		if _, twice := users[u.AccessKey]; twice {
			return nil, fmt.Errorf("fakes3: user %q is given twice", u.AccessKey)
		}
		users[u.AccessKey] = u
	}
	return users, nil
}

// makeBuckets makes them as a client would, so that their names are judged.
func makeBuckets(objects http.Handler, names []string) error {
	for _, name := range names {
		answer := httptest.NewRecorder()
		objects.ServeHTTP(answer, httptest.NewRequest(http.MethodPut, "/"+url.PathEscape(name), nil))
		if answer.Code != http.StatusOK {
			return fmt.Errorf("fakes3: make bucket %q: %s", name, answer.Body)
		}
	}
	return nil
}

// Endpoint is host:port, the form of MINIO_ENDPOINT.
func (s *Server) Endpoint() string { return s.http.Listener.Addr().String() }

// URL is the endpoint with its scheme.
func (s *Server) URL() string { return s.http.URL }

// Close ends the server, its connections and its goroutines.
func (s *Server) Close() {
	s.http.CloseClientConnections()
	s.http.Close()
}
