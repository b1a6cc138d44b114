package endpoints_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http/httpproxy"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// forwarder is a proxy that sends everything to one server, whatever its name,
// and answers with a status when it has one. It wants "u:c4n4ry" as login.
func forwarder(t *testing.T, to string, status int) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "Basic dTpjNG40cnk=" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		out, err := net.Dial("tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = out.Close() }()
		in, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = in.Close() }()
		if r.Method == http.MethodConnect {
			_, _ = in.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n"))
		} else {
			r.RequestURI, r.URL.Scheme, r.URL.Host = "", "", ""
			_ = r.Write(out)
		}
		go func() { _, _ = io.Copy(out, buffered) }()
		_, _ = io.Copy(in, out)
	}))
	s.Config.ErrorLog = quiet()
	t.Cleanup(s.Close)
	return s
}

func through(login, proxy string) endpoints.Env {
	url := "http://" + login + strings.TrimPrefix(proxy, "http://")
	return endpoints.Env{Resolver: names{}, Proxy: httpproxy.Config{HTTPProxy: url, HTTPSProxy: url, NoProxy: "direct.example"}}
}

func TestAProxyThatWorks(t *testing.T) {
	ca := newAuthority(t, "own CA")
	named := ca.leaf(t, func(c *x509.Certificate) { c.DNSNames = []string{"gw.example"} })
	secure := serveTLS(t, map[string]route{"*": {status: 200}}, &tls.Config{Certificates: []tls.Certificate{named}})
	plain := serve(t, map[string]route{"*": {status: 204}})
	for url, server := range map[string]*table{"http://gw.example:8000": plain, "https://gw.example:8443": secure} {
		proxy := forwarder(t, hostPort(t, server.URL), 0)
		target := gateway(url)
		target.CABundle = ca.Path
		said, _ := judge(t, target.Checks(through("u:c4n4ry@", proxy.URL)))
		for _, s := range said {
			require.Equal(t, checklist.Pass, s.State, "%+v", s)
		}
		require.Equal(t, "127.0.0.1 is an address", said[0].Detail)
		require.Regexp(t, `^proxy 127.0.0.1:\d+ dials in`, said[1].Detail)
		require.Len(t, server.requests(), 1)
	}
}

func TestAProxyThatDoesNot(t *testing.T) {
	const around = `export NO_PROXY="$NO_PROXY,gw.example"`
	refusing, closed := forwarder(t, "", http.StatusForbidden).URL, "http://"+closedPort(t)
	login := "set HTTP_PROXY and HTTPS_PROXY to http://USER:PASSWORD@PROXY:PORT from a Secret, or go around it: " + around
	correct := "curl -v http://PROXY; correct HTTP_PROXY and HTTPS_PROXY, or go around it: " + around
	for name, c := range map[string]struct {
		url, login, proxy string
		want              finding
	}{
		"login, http":   {"http://gw.example", "u:wrong@", refusing, finding{ID: "gateway.http", Code: "FLTS-P04", Detail: "the proxy wants a login (407)", Hint: login}},
		"login, https":  {"https://gw.example", "", refusing, finding{ID: "gateway.tls", Code: "FLTS-P04", Detail: "the proxy wants a login (407)", Hint: login}},
		"refuses":       {"https://gw.example", "u:c4n4ry@", refusing, finding{ID: "gateway.tls", Code: "FLTS-P05", Detail: "the proxy refuses to connect to gw.example:443 (403)", Hint: around}},
		"refused":       {"http://gw.example", "u:c4n4ry@", closed, finding{ID: "gateway.dial", Code: "FLTS-P05", Detail: "connection refused at the proxy PROXY", Hint: correct}},
		"unknown name":  {"https://gw.example", "", "http://proxy.example:3128", finding{ID: "gateway.resolve", Code: "FLTS-P05", Detail: `the proxy's name "proxy.example" does not resolve`, Hint: correct}},
		"not this host": {"http://direct.example", "", closed, finding{ID: "gateway.resolve", Code: "FLTS-D01", Detail: "no such host: direct.example", Hint: "nslookup direct.example", Transient: true}},
	} {
		t.Run(name, func(t *testing.T) {
			r := root(t, gateway(c.url).Checks(through(c.login, c.proxy)))
			even := strings.NewReplacer(hostPort(t, c.proxy), "PROXY")
			r.Detail, r.Hint = even.Replace(r.Detail), even.Replace(r.Hint)
			require.Equal(t, c.want, found(r))
			if c.login != "" {
				require.Equal(t, "proxy = http://********@PROXY", even.Replace(r.Evidence[1]))
			}
		})
	}
}

func TestAProxyThatIsNoHTTPProxyIsUnknown(t *testing.T) {
	for _, proxy := range []string{"socks5://127.0.0.1:1", "ftp://proxy:21"} {
		env := endpoints.Env{Resolver: names{}, Proxy: httpproxy.Config{HTTPProxy: proxy}}
		said, _ := judge(t, gateway("http://gw.example").Checks(env))
		require.Equal(t, says{"gateway.resolve", checklist.Unknown, "FLTS-P05", "could not look: the proxy is neither http nor https"}, said[0])
	}
}

func TestAProxySpokenToWithTLSMustBeKnown(t *testing.T) {
	proxy := httptest.NewUnstartedServer(http.NotFoundHandler())
	proxy.Config.ErrorLog = quiet()
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	env := endpoints.Env{Resolver: names{}, Proxy: httpproxy.Config{HTTPSProxy: proxy.URL}}
	r := root(t, gateway("https://gw.example").Checks(env))
	require.Equal(t, "gateway.tls", r.ID)
	require.Equal(t, "FLTS-P05", r.Code)
}
