// Package access is how a server with an API is reached and convinced: where it
// is, through which proxy, with which certificates and which credentials. What it
// opens is an ordinary http.Client that signs in by itself, reads a token file
// again when the server says 401, recognises a login page, and retries what is
// safe to retry.
//
// A request passes these layers, from the outside to the inside:
//
//	judge    a redirect, a login page, a 401, a broken connection become a *submit.Error
//	retrier  repeats what is safe to repeat
//	signer   puts the credentials on; after a 401 once more, with fresh ones
//	watch    ends a try that shows no sign of life
//
// and then net/http. HTTP/1.1 alone is spoken: every server here has it, and how
// it fails is known.
package access

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/submit"
)

// Access is a way to a server.
type Access struct {
	// Base is the address of the API, with the path in front of it if there is
	// one, and no slash at its end.
	Base *url.URL

	// Client signs in, retries and translates: errors of its transport are
	// *submit.Error where there is advice. It sends nothing to any other host, and
	// reads an answer as a whole before it is handed over, except under Stream.
	Client *http.Client

	// Origin says where the address came from: "--host", "KF_PIPELINES_ENDPOINT".
	Origin string

	// Pages is the address of the web pages for people, nil where none is known.
	Pages *url.URL

	// Namespace is the one that ~/.config/kfp/context.json names, for a multi-user
	// KFP that was not told another.
	Namespace string

	// Login is the user and password that were given, to be exchanged for a token
	// where the server wants that. The client sends them as basic authentication.
	Login *Login

	// Warnings are what is unwise about the way, one line each.
	Warnings []string

	link *link // a pointer, for fmt to stop at: a proxy's login is in there
}

// Login is a user with a password.
type Login struct {
	User     string
	Password secret.String
	Origin   string
}

// TokenSource gives the bearer token of a request. It is asked with fresh set once
// after the server refused the last one.
type TokenSource interface {
	Token(ctx context.Context, fresh bool) (string, error)
}

// SignedBy is the same way with the token of this source as the only credential,
// or with none at all for nil.
func (a *Access) SignedBy(source TokenSource) *Access {
	var creds []credential
	if source != nil {
		creds = append(creds, bearer("the login", source))
	}
	other := *a
	other.Client = a.link.client(creds)
	return &other
}

// Reason is the *submit.Error in what an http.Client returned, without the method
// and address that it puts in front; any other error is returned as it is.
func Reason(err error) error {
	if e, ok := errors.AsType[*submit.Error](err); ok {
		return e
	}
	return err
}

// link is what the credentials of a client do not change.
type link struct {
	target
	wire    wire
	limit   time.Duration // without a sign of life
	agent   string        // for User-Agent
	notice  func(string)
	learn   func(text string)
	renewed bool // the wire signs too, and renews that after a 401
}

// wire is where requests leave for the server.
type wire interface {
	http.RoundTripper
	CloseIdleConnections()
}

// client puts the layers together.
func (l *link) client(creds []credential) *http.Client {
	watched := &watch{next: l.wire, limit: l.limit}
	signed := &signer{next: watched, base: l.base, creds: creds, agent: l.agent, learn: l.learn, renewed: l.renewed}
	retried := &retrier{next: signed, host: l.base.Host, notice: l.notice}
	return &http.Client{
		Transport:     &judge{next: retried, target: l.target, creds: creds, wire: l.wire},
		CheckRedirect: l.checkRedirect,
	}
}
