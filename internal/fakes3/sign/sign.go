// Package sign signs S3 requests as a test wants them, rightly or wrongly: by
// a clock that is off, for another body, beside a stale token. Clients do not
// allow that, and what is verified should not be signed by the same code.
package sign

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// By says who signs and how.
type By struct {
	AccessKey    string
	SecretKey    string
	SessionToken string
	// Region is the one signed for, us-east-1 when empty.
	Region string
	// ClockAhead is how far the signer's clock is off.
	ClockAhead time.Duration
}

// Request adds the headers of an AWS signature, version 4, for a request whose
// body is said to be body.
func (b By) Request(r *http.Request, body string) {
	now := time.Now().UTC().Add(b.ClockAhead)
	r.Header.Set("X-Amz-Date", now.Format("20060102T150405Z"))
	r.Header.Set("X-Amz-Content-Sha256", digest(body))
	names := []string{"host", "x-amz-content-sha256", "x-amz-date"}
	if b.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", b.SessionToken)
		names = append(names, "x-amz-security-token")
	}
	scope := now.Format("20060102") + "/" + cmp.Or(b.Region, "us-east-1") + "/s3/aws4_request"
	text := strings.Join([]string{"AWS4-HMAC-SHA256", now.Format("20060102T150405Z"), scope, digest(canonical(r, names))}, "\n")
	key := []byte("AWS4" + b.SecretKey)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x",
		b.AccessKey, scope, strings.Join(names, ";"), mac(key, text)))
}

func canonical(r *http.Request, names []string) string {
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	lines := []string{r.Method, r.URL.EscapedPath(), query}
	for _, name := range names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		lines = append(lines, name+":"+value)
	}
	lines = append(lines, "", strings.Join(names, ";"), r.Header.Get("X-Amz-Content-Sha256"))
	return strings.Join(lines, "\n")
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
