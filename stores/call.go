package stores

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"golang.org/x/net/http/httpproxy"

	"github.com/flts-run/flts-run/internal/pause"
)

const (
	attempts   = 3
	firstPause = 100 * time.Millisecond // doubled for each attempt, with jitter
	maxAnswer  = 1 << 20                // a secret has 64 KiB at most
)

// apiError is an answer that refuses. Its message is for telling findings apart and is
// never shown.
type apiError struct {
	code, message string
	status        int
}

func (e *apiError) Error() string { return "refused by the server" }

// errForeign is an answer that is none of AWS, with that HTTP status.
type errForeign struct{ status int }

func (e *errForeign) Error() string { return "no answer of AWS" }

// client trusts the authorities of AWS_CA_BUNDLE beside those of the system, and goes
// by the proxy variables, but not to the node: through a proxy it would be another one.
func (m SecretsManager) client() *http.Client {
	proxy := httpproxy.Config{
		HTTPProxy: m.either("HTTP_PROXY", "http_proxy"), HTTPSProxy: m.either("HTTPS_PROXY", "https_proxy"), NoProxy: m.either("NO_PROXY", "no_proxy"),
	}
	through := proxy.ProxyFunc()
	t := &http.Transport{Proxy: func(r *http.Request) (*url.URL, error) {
		if isOfTheNode(r.URL.Hostname()) {
			return nil, nil
		}
		return through(r.URL)
	}}
	if bundle := m.Environ["AWS_CA_BUNDLE"]; bundle != "" {
		t.TLSClientConfig = &tls.Config{RootCAs: authorities(bundle), MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// authorities are those of the system and of a file. One that cannot be read adds none,
// and then the certificate is not trusted, which is said.
func authorities(bundle string) *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if text, err := os.ReadFile(bundle); err == nil {
		pool.AppendCertsFromPEM(text)
	}
	return pool
}

func (m SecretsManager) either(names ...string) string {
	for _, name := range names {
		if v := m.Environ[name]; v != "" {
			return v
		}
	}
	return ""
}

// retried calls f until it succeeds, or fails for good. What the server said last is
// the error, also when the time is over before the next attempt.
func retried(ctx context.Context, f func() error) error {
	for n := range attempts {
		err := f()
		if err == nil || !passing(err) || n == attempts-1 {
			return err
		}
		wait := firstPause << n
		if pause.For(ctx, wait/2+rand.N(wait)) != nil {
			return err
		}
	}
	return nil // attempts is no 0
}

// passing reports what may be over at the next attempt.
func passing(err error) bool {
	var api *apiError
	var foreign *errForeign
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &api):
		return isThrottled(api.code) || api.status >= 500
	case errors.As(err, &foreign):
		return foreign.status >= 500
	}
	return true // of the network
}

// do sends a request and reads the whole answer. An error answer is an *apiError, in
// the JSON of Secrets Manager or the XML of STS.
func do(client *http.Client, r *http.Request) ([]byte, error) {
	got, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if got.StatusCode == http.StatusOK {
		return body, nil
	}
	var said struct {
		Type    string `json:"__type"`
		Message string `json:"message"` // the decoder takes Message too
	}
	if json.Unmarshal(body, &said) != nil {
		said.Type, said.Message = element(body, "Code"), element(body, "Message")
	}
	if said.Type == "" {
		return nil, &errForeign{got.StatusCode}
	}
	return nil, &apiError{said.Type[strings.LastIndexByte(said.Type, '#')+1:], said.Message, got.StatusCode}
}

// element is the text of an XML element that has no elements in it. The answers of STS
// are of such, and what is taken from them needs no escapes.
func element(body []byte, name string) string {
	_, rest, _ := strings.Cut(string(body), "<"+name+">")
	text, _, ok := strings.Cut(rest, "</"+name+">")
	if !ok {
		return ""
	}
	return text
}

// signed is a request with an AWS signature, version 4.
func signed(ctx context.Context, by aws.Credentials, service, region, address string, header http.Header, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header = header.Clone()
	sum := sha256.Sum256(body)
	return r, v4.NewSigner().SignHTTP(ctx, by, r, hex.EncodeToString(sum[:]), service, region, time.Now())
}
