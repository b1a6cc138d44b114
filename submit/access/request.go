package access

import (
	"context"
	"net/http"
	"sync/atomic"
)

// mark is a property of a request that its context carries, so that it survives a
// generated client.
type mark int

const (
	markSafe mark = iota
	markRaw
	markStream
)

// Safe marks requests that may be repeated although they are neither GET nor HEAD,
// because a second one changes nothing more.
func Safe(ctx context.Context) context.Context { return context.WithValue(ctx, markSafe, true) }

// Raw marks requests whose answer is handed over whatever it is: a redirect, a
// 401, a page. It is for finding out what a server is.
func Raw(ctx context.Context) context.Context { return context.WithValue(ctx, markRaw, true) }

// Stream marks requests whose answer may be long and come slowly, such as a log
// that is followed. It is not read ahead, and not repeated once it has begun: what
// ends it early is an error of its Read.
func Stream(ctx context.Context) context.Context { return context.WithValue(ctx, markStream, true) }

func marked(req *http.Request, m mark) bool { return req.Context().Value(m) != nil }

// reads reports a request that changes nothing.
func reads(req *http.Request) bool {
	return req.Method == "" || req.Method == http.MethodGet || req.Method == http.MethodHead
}

// repeatable reports a request that changes nothing more if it is sent twice.
func repeatable(req *http.Request) bool { return reads(req) || marked(req, markSafe) }

// trip is what the layers note about one request.
type trip struct {
	tries     int
	connected atomic.Bool // in the last try, so that the server may have read it
}

type tripKey struct{}

func withTrip(ctx context.Context) (context.Context, *trip) {
	t := &trip{}
	return context.WithValue(ctx, tripKey{}, t), t
}

func tripOf(req *http.Request) *trip {
	if t, ok := req.Context().Value(tripKey{}).(*trip); ok {
		return t
	}
	return &trip{}
}

// again is a copy of the request for one try, with its body from the start.
func again(req *http.Request) (*http.Request, error) {
	out := req.Clone(req.Context())
	if req.GetBody == nil {
		return out, nil
	}
	body, err := req.GetBody()
	out.Body = body
	return out, err
}
