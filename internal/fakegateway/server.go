// Package fakegateway is a stand-in for the HTTP gateway of the stack: the
// service through which components read objects without S3 credentials of
// their own.
//
//	GET /health                  {"status":"ok"}
//	GET /objects/BUCKET/KEY      the object, or 404 with {"detail": …}
//
// The objects come from an S3 endpoint that the gateway asks with its own
// credentials, so it works only where the store really accepts them. What it
// does not do: it checks nobody's identity, lists nothing and writes nothing.
package fakegateway

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/flts-run/flts-run/internal/loopback"
)

// Options say where the objects are. Endpoint is host:port, spoken to in plain
// http.
type Options struct {
	Endpoint  string
	AccessKey string
	SecretKey string
}

// Server is a running gateway on 127.0.0.1. It serves until Close.
type Server struct {
	*loopback.Server
	objects   *minio.Client
	transport *http.Transport
}

// Request is one request as it arrived, answered or refused.
type Request = loopback.Request

// Start serves on a port of 127.0.0.1 that the kernel picks.
func Start(o Options) (*Server, error) {
	// Without a proxy from the environment, and bytes as they are stored.
	transport := &http.Transport{DisableCompression: true}
	objects, err := minio.New(o.Endpoint, &minio.Options{
		Creds:      credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""),
		Region:     "us-east-1", // else every bucket costs a question for it
		Transport:  transport,
		MaxRetries: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("fakegateway: %w", err)
	}
	s := &Server{objects: objects, transport: transport}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", s.health)
	mux.HandleFunc("GET /objects/{bucket}/{key...}", s.object)
	if s.Server, err = loopback.Start(mux); err != nil {
		return nil, fmt.Errorf("fakegateway: %w", err)
	}
	return s, nil
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (s *Server) object(w http.ResponseWriter, r *http.Request) {
	object, err := s.objects.GetObject(r.Context(), r.PathValue("bucket"), r.PathValue("key"), minio.GetObjectOptions{})
	if err != nil {
		refuse(w, err)
		return
	}
	defer object.Close()
	info, err := object.Stat()
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", info.ContentType)
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size, 10))
	w.Header().Set("ETag", strconv.Quote(info.ETag))
	// A store that fails from here on shows as a body that is too short.
	_, _ = io.Copy(w, object)
}

// refuse tells a missing object from a store that does not work: the first is
// the caller's matter, the second is ours.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadGateway
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
		status = http.StatusNotFound
	}
	answer(w, status, map[string]string{"detail": err.Error()})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Close ends the server, its connections and its goroutines.
func (s *Server) Close() {
	s.Server.Close()
	s.transport.CloseIdleConnections()
}
