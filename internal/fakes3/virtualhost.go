package fakes3

import (
	"net/http"
	"strings"
)

// bucketInHost moves the bucket from the Host header into the path, once the
// signature of the request as it was sent is verified.
func bucketInHost(domain string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := strings.Cut(r.Host, ":")
		if bucket, ok := strings.CutSuffix(host, "."+domain); ok && domain != "" {
			r.URL.Path, r.URL.RawPath = "/"+bucket+r.URL.Path, ""
		}
		next.ServeHTTP(w, r)
	})
}
