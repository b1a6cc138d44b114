package endpoints

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// answer is what a server said, read whole up to the limit.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    bool      // there was more of it than the limit lets us read
	at     time.Time // our clock when the header arrived
}

// stage is how far an exchange came before it failed.
type stage int

const (
	connecting stage = iota
	shakingHands
	waiting // for the answer to a request that was written
)

// newGet makes a request for a path below the target, signed or authorized by
// the caller.
func (l *ladder) newGet(u *url.URL) *http.Request {
	return &http.Request{
		Method: http.MethodGet, URL: u, Host: l.hostHeader(u), Close: true,
		Header: http.Header{"User-Agent": {"flts-run"}},
	}
}

// hostHeader is the authority of a URL as the target's client sends it. urllib3 keeps
// a final dot to itself, and requests writes in small letters; botocore and minio-py
// send what they sign.
func (l *ladder) hostHeader(u *url.URL) string {
	host := strings.TrimSuffix(strings.Replace(u.Host, ".:", ":", 1), ".")
	if l.client.rules == Requests {
		return strings.ToLower(host)
	}
	return host
}

// get sends the request once and follows no redirect. The second value is the
// finding when there was no answer, or one from something that stands between.
func (l *ladder) get(ctx context.Context, req *http.Request) (answer, *checklist.Finding) {
	config, bad := l.clientTLS()
	if bad != nil {
		return answer{}, bad
	}
	a, at, err := l.exchange(ctx, req, config)
	if err != nil && at == shakingHands && l.connectsAnyway(err, l.fault(err, at)).State == checklist.Warn {
		a, at, err = l.exchange(ctx, req, config) // the tls rung was skipped, which sees to that
	}
	if err != nil {
		f := l.faultOrTLS(ctx, err, at)
		return answer{}, &f
	}
	return a, l.intermediary(a)
}

// exchange is one request on one connection. http.Transport is not used: it
// writes what a server says unasked to the process's log, reports a connection
// that ends early in several ways by chance, and leaves goroutines that end
// later than the check.
func (l *ladder) exchange(ctx context.Context, req *http.Request, config *tls.Config) (answer, stage, error) {
	ctx, cancel := context.WithTimeout(ctx, l.env.Limits.Request)
	defer cancel()
	var took pace
	defer func() { took.remember(ctx) }()
	began := time.Now()
	conn, err := l.connect(ctx, withPort(req.URL))
	took.connect = time.Since(began)
	if err != nil {
		return answer{}, connecting, err
	}
	defer func() { _ = conn.Close() }()
	defer deadlineOf(ctx, conn)()
	if req.URL.Scheme == "https" {
		began = time.Now()
		client, err := shake(ctx, conn, config, req.URL.Hostname())
		took.tls = time.Since(began)
		if err != nil {
			return answer{}, shakingHands, err
		}
		conn = client
	}
	// A server may refuse before it has read everything, so a failed write does
	// not mean that there is no answer.
	began = time.Now()
	writeErr := l.write(req, conn)
	received := &io.LimitedReader{R: conn, N: l.env.Limits.Body}
	resp, err := readResponse(ctx, received, req)
	took.firstByte = time.Since(began)
	if err != nil {
		if writeErr != nil && !errors.Is(err, errLongHeader) {
			err = writeErr
		}
		return answer{}, waiting, err
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header, at: l.env.Now()}
	a.body, err = io.ReadAll(resp.Body)
	if a.cut = received.N <= 0; a.cut {
		err = nil
	}
	return a, waiting, err
}

func shake(ctx context.Context, conn net.Conn, config *tls.Config, host string) (net.Conn, error) {
	config = config.Clone()
	config.ServerName = host
	client := tls.Client(conn, config)
	return client, client.HandshakeContext(ctx)
}

// write sends the request in the form that the other side, proxy or server,
// expects.
func (l *ladder) write(req *http.Request, conn net.Conn) error {
	if l.via == nil || req.URL.Scheme == "https" {
		return req.Write(conn)
	}
	l.proxyLogin(req)
	return req.WriteProxy(conn)
}

// What keeps an answer from being one. net/http gives a syntax error for all of
// them, because it takes what had come until then for a whole line.
var (
	errNotHTTP    = errors.New("the answer does not begin as one of HTTP")
	errLongHeader = errors.New("the header of the answer is too long")
)

// mostHeaders is what http.client of Python reads, below all of its clients, with
// 64 KiB for a line.
const mostHeaders = 100

// readResponse skips what is said on the way to the answer (100 to 199). What it
// reads from is limited by the caller: a header may have no end.
func readResponse(ctx context.Context, from *io.LimitedReader, req *http.Request) (*http.Response, error) {
	const begin = "HTTP/"
	r := bufio.NewReader(from)
	if start, _ := r.Peek(len(begin)); !strings.HasPrefix(begin, string(start)) {
		return nil, errNotHTTP
	}
	for {
		resp, err := http.ReadResponse(r, req)
		switch {
		case err != nil && from.N <= 0, err == nil && countOf(resp.Header) > mostHeaders:
			return nil, errLongHeader
		case err != nil && ctx.Err() != nil:
			return nil, os.ErrDeadlineExceeded
		case err != nil || resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols:
			return resp, err
		}
	}
}

func countOf(h http.Header) (n int) {
	for _, values := range h {
		n += len(values)
	}
	return n
}

// connect opens a connection to the other end of an exchange: the server, a
// tunnel to it, or the proxy that is to be asked in plain http.
func (l *ladder) connect(ctx context.Context, to string) (net.Conn, error) {
	if l.via == nil {
		return l.dialTo(ctx, to)
	}
	host, port := l.hop()
	conn, err := l.dialTo(ctx, net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	if l.via.Scheme == "https" {
		// At once, so that its certificate is not taken for the target's.
		if conn, err = shake(ctx, conn, &tls.Config{}, host); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	if l.addr.scheme == "https" {
		if err := l.tunnel(ctx, conn, to); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

// dialTo goes to the address that answered on the dial rung, and looks other
// names (a bucket in front of the host) up with the same resolver.
func (l *ladder) dialTo(ctx context.Context, to string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(to)
	if err != nil {
		return nil, err
	}
	ip := l.answered
	if hop, _ := l.hop(); host != hop {
		found, err := l.env.Resolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		ip = unmapped(found)[0]
	}
	return l.env.Dialer.DialContext(ctx, "tcp", net.JoinHostPort(ip.String(), port))
}

// deadlineOf ends reads and writes with the context. The function it returns
// lets go of the connection.
func deadlineOf(ctx context.Context, conn net.Conn) func() bool {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

func withPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = defaultPort(u.Scheme)
	}
	return net.JoinHostPort(u.Hostname(), port)
}
