package fakes3

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// refusal is an S3 error.
type refusal struct {
	XMLName   xml.Name `xml:"Error"`
	status    int
	Code      string
	Message   string
	Resource  string
	RequestID string `xml:"RequestId"`
	Region    string `xml:"Region,omitempty"`
}

func refuse(status int, code, message string) *refusal {
	return &refusal{status: status, Code: code, Message: message}
}

func (f *refusal) write(w http.ResponseWriter, r *http.Request) {
	if f.Region != "" {
		w.Header().Set("X-Amz-Bucket-Region", f.Region)
	}
	f.Resource, f.RequestID = r.URL.Path, w.Header().Get("X-Amz-Request-Id")
	if r.Method == http.MethodHead {
		f.describe(w.Header())
		w.WriteHeader(f.status)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(f.status)
	// A client that went away needs no answer.
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(f)
}

// describe says in headers what the answer to a HEAD has no body for. MinIO
// does so, AWS does not.
func (f *refusal) describe(h http.Header) {
	h.Set("X-Minio-Error-Code", f.Code)
	h.Set("X-Minio-Error-Desc", `"`+f.Message+`"`)
}

// answerAsMinIO gives every answer the headers by which MinIO is known, also
// those answers that gofakes3 signs with another name.
func (s *Server) answerAsMinIO(ahead time.Duration, next http.Handler) http.Handler {
	var ids atomic.Uint64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &minioWriter{ResponseWriter: w, ahead: ahead, id: fmt.Sprintf("%016X", ids.Add(1))}
		if r.Method == http.MethodHead {
			out.missing = func() *refusal { return s.missing(r) }
		}
		out.brand()
		next.ServeHTTP(out, r)
		if !out.begun {
			out.WriteHeader(http.StatusOK)
		}
	})
}

type minioWriter struct {
	http.ResponseWriter
	ahead   time.Duration
	id      string
	missing func() *refusal
	begun   bool
}

func (w *minioWriter) brand() {
	h := w.Header()
	h.Set("Server", "MinIO")
	h.Set("X-Amz-Request-Id", w.id)
	if w.ahead != 0 {
		h.Set("Date", time.Now().Add(w.ahead).UTC().Format(http.TimeFormat))
	}
}

func (w *minioWriter) WriteHeader(status int) {
	w.begun = true
	w.brand()
	if status == http.StatusNotFound && w.missing != nil {
		w.missing().describe(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *minioWriter) Write(p []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// missing says what a HEAD did not find.
func (s *Server) missing(r *http.Request) *refusal {
	if !s.hasBucket(r) {
		return refuse(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	}
	return refuse(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}
