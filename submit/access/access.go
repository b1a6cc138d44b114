// Package access is how a server with an API is reached and convinced: where it
// is, through which proxy, with which certificates and which credentials. What it
// opens is an ordinary http.Client that signs in by itself, reads a token file
// again when the server says 401, recognises a login page, and retries what is
// safe to retry.
package access

import (
	"context"
	"net/http"
	"net/url"
)

// Access is a way to a server.
type Access struct {
	// Base is the address of the API, with the path in front of it if there is
	// one, and no slash at its end.
	Base *url.URL

	// Client signs in, retries and translates: errors of its transport are
	// *submit.Error where there is advice.
	Client *http.Client

	// Origin says where the address came from: "--host", "KF_PIPELINES_ENDPOINT".
	Origin string
}

// TokenSource gives the bearer token of a request. It is asked with fresh set once
// after the server refused the last one.
type TokenSource interface {
	Token(ctx context.Context, fresh bool) (string, error)
}
