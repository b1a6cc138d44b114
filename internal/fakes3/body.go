package fakes3

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
)

const contentHash = "X-Amz-Content-Sha256"

// verifyBody compares the body with the hash that was signed, which gofakes3
// does not, and gives the body back for those who store it. Like MinIO it does
// so only where a body is read: not for a GET, and not when there is no bucket
// to put it into, which is said first.
func (s *Server) verifyBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signed := r.Header.Get(contentHash)
		hashed := len(signed) == hex.EncodedLen(sha256.Size) // else unsigned, or in frames
		if !hashed || !writes(r) || !s.hasBucket(r) {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			refuse(http.StatusBadRequest, "IncompleteBody", "The request body ended early.").write(w, r)
			return
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != signed {
			refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.").write(w, r)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}
