// Package fakeproxy is an HTTP proxy for tests. It forwards and tunnels, refuses
// as Squid does, and can sign TLS anew with an authority of its own.
package fakeproxy

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/flts-run/flts-run/internal/tlskit"
)

// Options say how the proxy behaves. The zero value lets everything through.
type Options struct {
	// To is the host:port to which everything goes, whatever its name; "" goes
	// where the client says.
	To string

	Status int    // what it answers instead of serving, 0 for none
	Login  string // "user:password" that it wants

	// Resign answers TLS in place of the server, with certificates of this
	// authority.
	Resign *tlskit.Authority
}

// Request is one request to the proxy.
type Request struct {
	Method string // CONNECT for a tunnel
	Target string // host:port
}

// Server is a running proxy. It serves until Close.
type Server struct {
	Options
	http    *httptest.Server
	serving sync.WaitGroup

	mu       sync.Mutex
	requests []Request
	open     map[net.Conn]bool
	closed   bool
}

// Start serves.
func Start(o Options) *Server {
	s := &Server{Options: o, open: map[net.Conn]bool{}}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.http.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.http.Start()
	return s
}

// Addr is host:port.
func (s *Server) Addr() string { return s.http.Listener.Addr().String() }

// URL is the proxy as a variable has it, with the login it wants.
func (s *Server) URL() string {
	if s.Login == "" {
		return s.http.URL
	}
	return "http://" + s.Login + "@" + s.Addr()
}

// Requests returns all requests so far in the order of their arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Close ends the proxy, its tunnels and its goroutines.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	s.serving.Wait()
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, Request{r.Method, r.Host})
	s.mu.Unlock()
	w.Header().Set("Via", "1.1 proxy (squid/5.7)")
	switch {
	case s.Login != "" && r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte(s.Login)):
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		s.refuse(w, http.StatusProxyAuthRequired, "ERR_CACHE_ACCESS_DENIED 0")
	case s.Status != 0:
		s.refuse(w, s.Status, "ERR_ACCESS_DENIED 0")
	case r.Method == http.MethodConnect:
		s.tunnel(w, r)
	default:
		s.forward(w, r)
	}
}

// refuse answers with a page of the proxy's own.
func (s *Server) refuse(w http.ResponseWriter, status int, squid string) {
	w.Header().Set("Server", "squid/5.7")
	w.Header().Set("X-Squid-Error", squid)
	w.Header().Set("Content-Type", "text/html;charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html><title>ERROR: The requested URL could not be retrieved</title><p>%d</html>", status)
}

// dial connects to the target; what it returns is closed with the server.
func (s *Server) dial(host, defaultPort string) (net.Conn, error) {
	to := s.To
	if to == "" {
		to = host
		if _, _, err := net.SplitHostPort(to); err != nil {
			to = net.JoinHostPort(to, defaultPort)
		}
	}
	conn, err := net.Dial("tcp", to)
	if err != nil {
		return nil, err
	}
	s.keep(conn)
	return conn, nil
}

func (s *Server) keep(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[conn] = true; s.closed {
		_ = conn.Close()
	}
}

func (s *Server) drop(conn net.Conn) {
	s.mu.Lock()
	delete(s.open, conn)
	s.mu.Unlock()
	_ = conn.Close()
}

func (s *Server) forward(w http.ResponseWriter, r *http.Request) {
	out, err := s.dial(r.Host, "80")
	if err != nil {
		s.refuse(w, http.StatusServiceUnavailable, "ERR_CONNECT_FAIL 111")
		return
	}
	defer s.drop(out)
	r.Header.Del("Proxy-Authorization")
	r.Close, r.RequestURI = true, ""
	if err := r.Write(out); err != nil {
		s.refuse(w, http.StatusBadGateway, "ERR_WRITE_ERROR 0")
		return
	}
	resp, err := http.ReadResponse(bufio.NewReader(out), r)
	if err != nil {
		s.refuse(w, http.StatusBadGateway, "ERR_ZERO_SIZE_OBJECT 0")
		return
	}
	defer func() { _ = resp.Body.Close() }()
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

func (s *Server) tunnel(w http.ResponseWriter, r *http.Request) {
	out, err := s.dial(r.Host, "443")
	if err != nil {
		s.refuse(w, http.StatusServiceUnavailable, "ERR_CONNECT_FAIL 111")
		return
	}
	defer s.drop(out)
	s.serving.Add(1) // before the HTTP server forgets the connection
	defer s.serving.Done()
	in, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	s.keep(in)
	defer s.drop(in)
	if _, err := io.WriteString(in, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	if s.Resign != nil {
		host, _, _ := net.SplitHostPort(r.Host)
		if in, out, err = s.resign(in, out, host); err != nil {
			return
		}
	}
	s.serving.Go(func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	})
	_, _ = io.Copy(in, out)
}

// resign ends the client's TLS here and begins another with the server.
func (s *Server) resign(in, out net.Conn, host string) (client, server net.Conn, err error) {
	leaf, err := s.Resign.Leaf(func(c *x509.Certificate) { c.DNSNames = []string{host} })
	if err != nil {
		return nil, nil, err
	}
	near := tls.Server(in, &tls.Config{Certificates: []tls.Certificate{leaf}})
	if err := near.Handshake(); err != nil {
		return nil, nil, err
	}
	far := tls.Client(out, &tls.Config{InsecureSkipVerify: true})
	return near, far, far.Handshake()
}
