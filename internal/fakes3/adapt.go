package fakes3

import "net/http"

// adapt rewrites, once the signature is verified, what clients send and
// gofakes3 takes for something else.
func adapt(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(contentHash) == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" {
			// Known by its other name only, it would store the frames as data.
			r.Header.Set(contentHash, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
		}
		// It names the checksum that follows, and would be read as a checksum.
		r.Header.Del("X-Amz-Checksum-Algorithm")
		if query := r.URL.Query(); query.Has("delimiter") && query.Get("delimiter") == "" {
			// An empty delimiter would fold everything below the prefix.
			query.Del("delimiter")
			r.URL.RawQuery = query.Encode()
		}
		next.ServeHTTP(w, r)
	})
}
