package access

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"time"
)

var (
	errSilent  = errors.New("no sign of life")
	errTooLong = errors.New("the answer is too long")
)

// mostAnswer is the longest answer that is read ahead, in bytes.
const mostAnswer = 64 << 20

// watch ends a try in which nothing moves for the limit: no connection, no byte of
// the request taken, none of the answer given. An upload that is slow and goes on
// is let alone.
type watch struct {
	next  http.RoundTripper
	limit time.Duration
}

func (w *watch) RoundTrip(req *http.Request) (*http.Response, error) {
	trip := tripOf(req)
	trip.connected.Store(false)
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(w.limit, func() { cancel(errSilent) })
	alive := func() { timer.Reset(w.limit) }
	end := func() { timer.Stop(); cancel(nil) }

	out := req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(httptrace.GotConnInfo) { trip.connected.Store(true); alive() },
		WroteRequest:         func(httptrace.WroteRequestInfo) { alive() },
		GotFirstResponseByte: alive,
	}))
	if req.Body != nil && req.Body != http.NoBody {
		out.Body = &pulse{req.Body, alive}
	}
	resp, err := w.next.RoundTrip(out)
	if err != nil {
		defer end()
		return nil, cause(ctx, err)
	}
	if marked(req, markStream) && resp.StatusCode < 300 && !isHTML(resp) {
		timer.Stop()
		resp.Body = &stream{resp.Body, end}
		return resp, nil
	}
	defer end()
	body, err := io.ReadAll(io.LimitReader(&pulse{resp.Body, alive}, mostAnswer+1))
	_ = resp.Body.Close() // it was read, or it broke
	if err == nil && len(body) > mostAnswer {
		err = errTooLong
	}
	if err != nil {
		return nil, cause(ctx, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// cause is why a try ended: net/http may say only that it was cancelled.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}

// pulse tells of each read that brought something.
type pulse struct {
	io.ReadCloser
	alive func()
}

func (p *pulse) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	if n > 0 {
		p.alive()
	}
	return n, err
}

// stream lets go of its request when it is closed.
type stream struct {
	io.ReadCloser
	end func()
}

func (s *stream) Close() error {
	defer s.end()
	return s.ReadCloser.Close()
}

func isHTML(resp *http.Response) bool { return mediaType(resp) == "text/html" }

func mediaType(resp *http.Response) string {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return kind
}
