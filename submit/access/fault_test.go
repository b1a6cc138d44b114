package access_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeproxy"
	"github.com/flts-run/flts-run/internal/tlskit"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// listen serves raw connections until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// readsRequest takes a request, whose body is "{}".
func readsRequest(conn net.Conn) {
	seen := ""
	for b := make([]byte, 512); !strings.HasSuffix(seen, "{}"); {
		n, err := conn.Read(b)
		if err != nil {
			return
		}
		seen += string(b[:n])
	}
}

func closedPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

const doneOrNot = ": it may have been done"

func TestFaultsOfTheConnection(t *testing.T) {
	look := "curl -v http://ADDR"
	for name, c := range map[string]struct {
		serve   func(net.Conn) // nil: nobody listens
		scheme  string
		method  string
		kind    submit.Kind
		code    string
		message string
		advice  string
	}{
		"nobody":       {nil, "http", "POST", submit.Unusable, "FLTS-T01", "nothing listens at ADDR (connection refused)", "start it again, such as kubectl -n kubeflow port-forward svc/ml-pipeline 8888:8888, or correct --host"},
		"closes, GET":  {readsRequest, "http", "GET", submit.Unusable, "FLTS-T03", "ADDR closes the connection before it has answered, 4 tries", look},
		"closes, POST": {readsRequest, "http", "POST", submit.Unsettled, "", "the connection to ADDR broke before the answer" + doneOrNot, "look before you send it again: fltsctl runs list"},
		"half an answer": {func(c net.Conn) {
			readsRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"+body)
		}, "http", "POST", submit.Unsettled, "", "the connection to ADDR broke before the answer" + doneOrNot, "look before you send it again: fltsctl runs list"},
		"half of a GET": {func(c net.Conn) {
			readsRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"+body)
		}, "http", "GET", submit.Unusable, "FLTS-T03", "ADDR closes the connection before it has answered, 4 tries", look},
		"no HTTP":           {func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-"+body+"\r\n"); readsRequest(c) }, "http", "GET", submit.Unusable, "FLTS-H13", "what answers at ADDR does not speak HTTP", "correct the port in --host"},
		"TLS":               {func(c net.Conn) { readsRequest(c); _, _ = io.WriteString(c, "\x15\x03\x01\x00\x02\x02\x0a") }, "http", "POST", submit.Unusable, "FLTS-L05", "ADDR speaks TLS, and the address says http", "--host=https://ADDR"},
		"no TLS":            {func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n"+body) }, "https", "POST", submit.Unusable, "FLTS-L06", "ADDR does not speak TLS, and the address says https", "--host=http://ADDR"},
		"silent, POST":      {func(c net.Conn) { readsRequest(c); _, _ = io.Copy(io.Discard, c) }, "http", "POST", submit.Unsettled, "", "the connection to ADDR broke before the answer" + doneOrNot, "look before you send it again: fltsctl runs list"},
		"silent, GET":       {func(c net.Conn) { readsRequest(c); _, _ = io.Copy(io.Discard, c) }, "http", "GET", submit.Unusable, "FLTS-T07", "ADDR takes the request and does not answer, 4 tries", look},
		"silent in the TLS": {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "https", "POST", submit.Unusable, "FLTS-T02", "ADDR does not answer when it is called", "check the VPN, the port, and firewalls on the way; curl -v https://ADDR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := closedPort(t)
			if c.serve != nil {
				addr = listen(t, c.serve)
			}
			a := kfp(t, access.Options{Host: c.scheme + "://" + addr, TokenFile: file(t, token), Timeout: 200 * time.Millisecond}, access.Surroundings{})
			_, err := do(t, t.Context(), a, c.method, "/x", "{}")
			want(t, c.kind, c.code, strings.ReplaceAll(c.message, "ADDR", addr), strings.ReplaceAll(c.advice, "ADDR", addr), err)
		})
	}
}

func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	ca, err := tlskit.New(dir, "right CA")
	require.NoError(t, err)
	other, err := tlskit.New(dir, "other CA")
	require.NoError(t, err)
	client, err := ca.Leaf(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	require.NoError(t, err)
	cert, key, err := tlskit.WritePair(dir, "client", client)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	mutual := func(c *tls.Config) { c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, pool }
	at := func(when time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(when-time.Hour), time.Now().Add(when+time.Hour)
		}
	}
	for name, c := range map[string]struct {
		leaf    func(*x509.Certificate)
		server  func(*tls.Config)
		options access.Options
		environ []string
		code    string // "" where it works
		message string
	}{
		"trusted":                 {nil, nil, access.Options{CAFile: ca.Path}, nil, "", ""},
		"trusted by a variable":   {nil, nil, access.Options{CAFile: other.Path}, []string{"REQUESTS_CA_BUNDLE=" + ca.Path}, "", ""},
		"trusted by another":      {nil, nil, access.Options{}, []string{"SSL_CERT_FILE=" + ca.Path}, "", ""},
		"a directory":             {nil, nil, access.Options{}, []string{"REQUESTS_CA_BUNDLE=" + filepath.Dir(ca.Path)}, "", ""},
		"not looked at":           {nil, nil, access.Options{Insecure: true}, nil, "", ""},
		"a client's":              {nil, mutual, access.Options{CAFile: ca.Path, ClientCert: cert, ClientKey: key}, nil, "", ""},
		"unknown":                 {nil, nil, access.Options{CAFile: other.Path}, nil, "FLTS-L01", "the certificate of ADDR comes from an authority that is not trusted"},
		"another name":            {func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"*.kf.example", body + "\n"} }, nil, access.Options{CAFile: ca.Path}, nil, "FLTS-L02", "the certificate of ADDR is for *.kf.example"},
		"expired":                 {at(-2 * time.Hour), nil, access.Options{CAFile: ca.Path}, nil, "FLTS-L03", "the certificate of ADDR expired on "},
		"not yet":                 {at(2 * time.Hour), nil, access.Options{CAFile: ca.Path}, nil, "FLTS-L04", "the certificate of ADDR is not valid before "},
		"no client's":             {nil, mutual, access.Options{CAFile: ca.Path}, nil, "FLTS-L07", "ADDR wants a client certificate, and does not accept what it got"},
		"no client's, before 1.3": {nil, func(c *tls.Config) { mutual(c); c.MaxVersion = tls.VersionTLS12 }, access.Options{CAFile: ca.Path}, nil, "FLTS-L07", "ADDR wants a client certificate, and does not accept what it got"},
		"an old version":          {nil, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }, access.Options{CAFile: ca.Path}, nil, "FLTS-L08", "ADDR and fltsctl do not agree on TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			leaf, err := ca.Leaf(c.leaf)
			require.NoError(t, err)
			s := newServer(ok)
			s.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}}
			if c.server != nil {
				c.server(s.TLS)
			}
			s.StartTLS()
			t.Cleanup(s.close)
			c.options.Host = s.URL
			a := kfp(t, c.options, access.Surroundings{Environ: c.environ})
			method := http.MethodPost
			if name == "no client's" {
				method = http.MethodGet
			}
			status, err := do(t, t.Context(), a, method, "/x", "{}")
			if c.code == "" {
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status)
				return
			}
			var e *submit.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.code, e.Code, e.Message)
			require.True(t, strings.HasPrefix(e.Message, strings.ReplaceAll(c.message, "ADDR", a.Base.Host)), e.Message)
			require.NotEmpty(t, e.Advice)
			require.Empty(t, s.requests)
		})
	}
	s := serveTLS(t, ok)
	a := kfp(t, access.Options{Host: s.URL, Insecure: true}, access.Surroundings{})
	require.Equal(t, []string{"--insecure: whoever is between here and " + a.Base.Host + " can read and change everything, the credentials too"}, a.Warnings)
}

func TestProxies(t *testing.T) {
	hello := serve(t, ok)
	secure := serveTLS(t, ok)
	for name, c := range map[string]struct {
		options fakeproxy.Options
		scheme  string
		code    string
		message string
	}{
		"forwards":         {fakeproxy.Options{To: hello.Listener.Addr().String()}, "http", "", ""},
		"tunnels":          {fakeproxy.Options{To: secure.Listener.Addr().String()}, "https", "", ""},
		"knows us":         {fakeproxy.Options{To: secure.Listener.Addr().String(), Login: "ada:" + password}, "https", "", ""},
		"refuses a tunnel": {fakeproxy.Options{Status: 403}, "https", "FLTS-P05", "the proxy refuses to connect to kf.example (403)"},
		"wants a login":    {fakeproxy.Options{Status: 407}, "https", "FLTS-P04", "the proxy wants a login (407)"},
		"for http too":     {fakeproxy.Options{Status: 407}, "http", "FLTS-P04", "the proxy wants a login (407)"},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := fakeproxy.Start(c.options)
			t.Cleanup(proxy.Close)
			for _, way := range []struct {
				flag    string
				environ []string
			}{{proxy.URL(), nil}, {"", []string{"https_proxy=" + proxy.URL(), "HTTP_PROXY=" + proxy.URL(), "NO_PROXY=other.example"}}} {
				a := kfp(t, access.Options{Host: c.scheme + "://kf.example", Proxy: way.flag, Insecure: true}, access.Surroundings{Environ: way.environ})
				status, err := do(t, t.Context(), a, http.MethodPost, "/x", "{}")
				if c.code != "" {
					want(t, submit.Unusable, c.code, c.message, reasonHint(err), err)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status)
			}
			require.NotEmpty(t, proxy.Requests())
		})
	}
	t.Run("is not there", func(t *testing.T) {
		a := kfp(t, access.Options{Host: "https://kf.example", Proxy: "http://ada:" + password + "@" + closedPort(t)}, access.Surroundings{})
		_, err := do(t, t.Context(), a, http.MethodPost, "/x", "{}")
		want(t, submit.Unusable, "FLTS-P05", "the proxy for kf.example cannot be reached", `check HTTPS_PROXY, HTTP_PROXY or --proxy; to go around it: export NO_PROXY="$NO_PROXY,kf.example"`, err)
	})
	t.Run("is no address", func(t *testing.T) {
		_, err := access.KFP(access.Options{Host: "https://kf.example"}, access.Surroundings{Environ: []string{"HTTPS_PROXY=http://ada:" + password + "@%zz"}})
		want(t, submit.Invalid, "FLTS-P05", "HTTPS_PROXY is no address of a proxy", "write http://HOST:PORT in HTTPS_PROXY", err)
	})
	t.Run("is gone around", func(t *testing.T) {
		a := kfp(t, access.Options{Host: hello.URL}, access.Surroundings{Environ: []string{"HTTP_PROXY=http://" + closedPort(t)}})
		_, err := get(t, a, "")
		require.NoError(t, err)
	})
}

func reasonHint(err error) string {
	e, _ := errors.AsType[*submit.Error](err)
	return e.Advice
}

func TestWhoCancelsKnowsWhy(t *testing.T) {
	asked := make(chan struct{}, 2)
	addr := listen(t, func(c net.Conn) { readsRequest(c); asked <- struct{}{}; _, _ = io.Copy(io.Discard, c) })
	for method, kind := range map[string]error{http.MethodGet: context.Canceled, http.MethodPost: submit.Unsettled} {
		a := kfp(t, access.Options{Host: "http://" + addr}, access.Surroundings{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-asked; cancel() }()
		_, err := do(t, ctx, a, method, "/x", "{}")
		require.ErrorIs(t, err, kind)
		require.ErrorIs(t, err, context.Canceled, "the cause is kept")
		cancel()
	}
}

// A slow upload and a slow answer are no silence.
func TestSlowIsNotSilent(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 8 {
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	})
	a := kfp(t, access.Options{Host: s.URL, Timeout: 200 * time.Millisecond}, access.Surroundings{})
	_, err := get(t, a, "")
	require.NoError(t, err)
}

func TestPlainHTTPIsWarnedOf(t *testing.T) {
	path := file(t, token)
	for host, warned := range map[string]bool{
		"http://kf.example": true, "https://kf.example": false, "http://localhost:8888": false, "http://127.0.0.1": false, "http://10.0.0.1:8888": true,
		"http://ml-pipeline.kubeflow.svc.cluster.local:8888": false, "ml-pipeline.kubeflow:8888": false, "http://svc.example": true,
	} {
		a := kfp(t, access.Options{Host: host, TokenFile: path}, access.Surroundings{})
		require.Equal(t, warned, len(a.Warnings) == 1, "%s %v", host, a.Warnings)
		noSecret(t, a.Warnings)
		require.Empty(t, kfp(t, access.Options{Host: host}, access.Surroundings{}).Warnings, "nothing to lose")
	}
}

func TestTheProcessIsNotRead(t *testing.T) {
	t.Setenv("KF_PIPELINES_ENDPOINT", "http://other.example")
	t.Setenv("HTTP_PROXY", "http://"+closedPort(t))
	t.Setenv("FLTSCTL_TOKEN", token)
	s := serve(t, ok)
	_, err := get(t, kfp(t, access.Options{}, access.Surroundings{Environ: []string{"KF_PIPELINES_ENDPOINT=" + s.URL}}), "")
	require.NoError(t, err)
	require.Equal(t, []string{""}, s.sent("Authorization"))
	require.NoError(t, os.Unsetenv("FLTSCTL_TOKEN"))
}
