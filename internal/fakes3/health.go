package fakes3

import (
	"net/http"
	"slices"
	"strings"
)

var healthPaths = []string{"/minio/health/live", "/minio/health/ready", "/minio/health/cluster", "/minio/health/cluster/read"}

// serveHealth answers MinIO's health paths, which need no credentials and have
// an empty body. Every other path below /minio goes the way of objects.
func (f Faults) serveHealth(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !slices.Contains(healthPaths, r.URL.Path):
			next.ServeHTTP(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			refuse(http.StatusBadRequest, "BadRequest", "An error occurred when parsing the HTTP request").write(w, r)
		case f.NoQuorum && strings.HasPrefix(r.URL.Path, "/minio/health/cluster"):
			w.Header().Set("X-Minio-Write-Quorum", "3")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusOK)
		}
	})
}
