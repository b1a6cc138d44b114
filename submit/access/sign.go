package access

import (
	"context"
	"net/http"
	"net/url"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/submit"
)

const authorization = "Authorization"

// credential is one header that convinces the server.
type credential struct {
	noun   string // "token", "cookie", "header", "password"
	origin string // "--token-file FILE"
	name   string // of the header
	login  *Login // of basic authentication

	// value of the header for a request. refused is the header of the request that
	// got a 401, nil before that.
	value func(ctx context.Context, refused http.Header) (secret.String, error)
}

func (c credential) String() string { return "the " + c.noun + " from " + c.origin }

// fixed is a credential that never changes.
func fixed(noun, origin, name, value string) credential {
	kept := secret.New(value)
	return credential{noun: noun, origin: origin, name: http.CanonicalHeaderKey(name), value: func(context.Context, http.Header) (secret.String, error) { return kept, nil }}
}

// signer puts the credentials on a request. After a 401 it asks for them once
// more, and repeats the request if they are others: the server has not acted on
// the first.
type signer struct {
	next    http.RoundTripper
	base    *url.URL
	creds   []credential
	agent   string
	learn   func(text string)
	renewed bool
}

func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	if !sameOrigin(req.URL, s.base) {
		return nil, &submit.Error{Kind: submit.Invalid, Message: "refused to send a request to another server than " + s.base.Host}
	}
	first, _, err := s.sign(req, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.next.RoundTrip(first)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	second, changed, err := s.sign(req, first.Header)
	if err == nil && !changed && !s.renewed {
		return resp, nil
	}
	_ = resp.Body.Close() // it goes to nobody
	if err != nil {
		return nil, err
	}
	return s.next.RoundTrip(second)
}

// sign makes a request with the credentials, and reports whether one of them is
// another than the refused.
func (s *signer) sign(req *http.Request, refused http.Header) (signed *http.Request, changed bool, err error) {
	if signed, err = again(req); err != nil {
		return nil, false, err
	}
	signed.Header.Set("User-Agent", s.agent)
	for _, c := range s.creds {
		value, err := c.value(req.Context(), refused)
		if err != nil {
			return nil, false, err
		}
		s.tell(value.Reveal())
		changed = changed || refused.Get(c.name) != value.Reveal()
		signed.Header.Set(c.name, value.Reveal())
	}
	return signed, changed, nil
}
