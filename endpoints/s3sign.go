package endpoints

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/flts-run/flts-run/checklist"
)

// sign sends the first signed request: the list of the first bucket, because
// listing all buckets is a right that a task seldom has.
func (s *s3) sign(ctx context.Context) checklist.Finding {
	if bad := s.unusableCredentials(); bad != nil {
		return *bad
	}
	if bad := s.signsAnotherHost(); bad != nil {
		return *bad
	}
	u := s.addr.url("/")
	if len(s.Buckets) > 0 {
		u = s.listURL(s.Buckets[0])
	}
	a, bad := s.signed(ctx, u)
	switch {
	case bad == nil:
		s.first = &a
		return pass("credentials accepted")
	case bad.Code == codeRegion && a.document().code == "AuthorizationHeaderMalformed":
		return s.signAgain(ctx, u, a, *bad)
	case bad.Refused && s.env.Thorough:
		return s.orEncoded(ctx, u, *bad)
	}
	return *bad
}

// signAgain does what boto3 does: it signs for the region that the server named.
func (s *s3) signAgain(ctx context.Context, u *url.URL, a answer, was checklist.Finding) checklist.Finding {
	s.Region = s.region(a)
	a, bad := s.signed(ctx, u)
	if bad != nil && a.document().code == "AuthorizationHeaderMalformed" {
		return was
	}
	if bad != nil {
		return *bad
	}
	s.first = &a
	was.State = checklist.Warn
	was.Detail += "; boto3 and MLflow sign again and succeed, pyarrow, DuckDB and others do not"
	return was
}

// unusableCredentials are those with which no request can be made.
func (s *s3) unusableCredentials() *checklist.Finding {
	if s.CredentialsFrom != "" {
		return &checklist.Finding{
			State: checklist.Unknown, Detail: "not signed: the credentials come from " + s.CredentialsFrom,
		}
	}
	for _, half := range []Setting{s.AccessKey, s.SecretKey} {
		if half.Value.IsEmpty() {
			f := s.fail(codeHalfPair, half.Key+" is missing", "set both "+s.AccessKey.Key+" and "+s.SecretKey.Key+" in the same Secret")
			return &f
		}
	}
	for _, part := range []Setting{s.AccessKey, s.SessionToken} {
		if part.hasControl() {
			f := refused(s.fail(codeUnsendable, part.Key+" holds a control character, clients cannot send it", s.rewrite(part), part.evidence()))
			return &f
		}
	}
	return nil
}

// signed sends a signed GET. The finding is everything that keeps a client from
// working with any bucket; a refusal of this bucket is an answer.
func (s *s3) signed(ctx context.Context, u *url.URL) (answer, *checklist.Finding) {
	return s.signedBy(ctx, s.credentials(), s.newGet(u))
}

func (s *s3) signedBy(ctx context.Context, who aws.Credentials, req *http.Request) (answer, *checklist.Finding) {
	a, bad := s.sendSigned(ctx, who, req, emptySHA256)
	if bad == nil {
		bad = s.refusal(a)
	}
	return a, bad
}

// sendSigned leaves the answer to the caller.
func (s *s3) sendSigned(ctx context.Context, who aws.Credentials, req *http.Request, payload string) (answer, *checklist.Finding) {
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	req.Header.Set("X-Amz-Content-Sha256", payload)
	if err := signer.SignHTTP(ctx, who, req, payload, "s3", s.Region, s.env.Now()); err != nil {
		f := s.fail(codeUnexpected, "the request cannot be signed", "report this; the settings are shown by: flts-run config")
		return answer{}, &f
	}
	return s.get(ctx, req)
}

const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func sha256Of(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

func (s *s3) credentials() aws.Credentials {
	return aws.Credentials{
		AccessKeyID:     s.AccessKey.Value.Reveal(),
		SecretAccessKey: s.SecretKey.Value.Reveal(),
		SessionToken:    s.SessionToken.Value.Reveal(),
	}
}

// newPut makes a request that stores a body.
func (s *s3) newPut(u *url.URL, body string) *http.Request {
	req := s.newGet(u)
	req.Method, req.Body, req.ContentLength = http.MethodPut, io.NopCloser(strings.NewReader(body)), int64(len(body))
	return req
}

// listURL asks for one key of those that the task works with: a policy may allow
// the list of a prefix alone.
func (s *s3) listURL(b Bucket) *url.URL {
	u := s.objectURL(b.Name, "")
	u.RawQuery = "list-type=2&max-keys=1"
	if b.Prefix != "" {
		u.RawQuery += "&prefix=" + escapeS3(b.Prefix)
	}
	return u
}

// objectURL puts the bucket where the client would: an address has no names in
// front of it, whatever the style.
func (s *s3) objectURL(bucket, key string) *url.URL {
	key = strings.ReplaceAll(escapeS3(key), "%2F", "/")
	if _, err := netip.ParseAddr(s.addr.host); s.PathStyle || err == nil {
		path := "/" + url.PathEscape(bucket)
		if key != "" {
			path += "/" + key
		}
		return s.addr.url(path)
	}
	u := s.addr.url("/" + key)
	u.Host = bucket + "." + u.Host
	return u
}

// escapeS3 escapes as signatures want it: everything but unreserved characters.
func escapeS3(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
