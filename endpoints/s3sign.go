package endpoints

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"

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
	var err *checklist.Finding
	if len(s.Buckets) > 0 {
		s.first, err = s.signed(ctx, s.listURL(s.Buckets[0].Name))
	} else {
		s.first, err = s.signed(ctx, s.addr.url("/"))
	}
	if err != nil {
		return *err
	}
	return pass("credentials accepted")
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
	req := s.newGet(u)
	if err := s.addSignature(ctx, req); err != nil {
		f := s.fail(codeUnexpected, "the request cannot be signed", "report this; the settings are shown by: flts-run config")
		return answer{}, &f
	}
	a, bad := s.get(ctx, req)
	if bad == nil {
		bad = s.refusal(a)
	}
	return a, bad
}

const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func (s *s3) addSignature(ctx context.Context, req *http.Request) error {
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	credentials := aws.Credentials{
		AccessKeyID:     s.AccessKey.Value.Reveal(),
		SecretAccessKey: s.SecretKey.Value.Reveal(),
		SessionToken:    s.SessionToken.Value.Reveal(),
	}
	req.Header.Set("X-Amz-Content-Sha256", emptySHA256)
	return signer.SignHTTP(ctx, credentials, req, emptySHA256, "s3", s.Region, s.env.Now())
}

func (s *s3) listURL(bucket string) *url.URL {
	u := s.objectURL(bucket, "")
	u.RawQuery = "list-type=2&max-keys=1"
	return u
}

// objectURL puts the bucket where the client would: an address has no names in
// front of it, whatever the style.
func (s *s3) objectURL(bucket, key string) *url.URL {
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
