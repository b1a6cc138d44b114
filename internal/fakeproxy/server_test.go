package fakeproxy_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeproxy"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// Go's client is the judge of the proxy.
func TestGoGoesThroughIt(t *testing.T) {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	plain, secure := httptest.NewServer(hello), httptest.NewTLSServer(hello)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	ca, err := tlskit.New(t.TempDir(), "proxy CA")
	require.NoError(t, err)
	at := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	for name, c := range map[string]struct {
		options fakeproxy.Options
		url     string
		want    string
		seen    fakeproxy.Request
	}{
		"forwards":  {fakeproxy.Options{To: at(plain)}, "http://web.example:8000/", "200 hello", fakeproxy.Request{Method: "GET", Target: "web.example:8000"}},
		"as named":  {fakeproxy.Options{}, plain.URL, "200 hello", fakeproxy.Request{Method: "GET", Target: at(plain)}},
		"tunnels":   {fakeproxy.Options{To: at(secure)}, "https://example.com/", "200 hello", fakeproxy.Request{Method: "CONNECT", Target: "example.com:443"}},
		"signs":     {fakeproxy.Options{To: at(secure), Resign: ca}, "https://other.example/", "200 hello", fakeproxy.Request{Method: "CONNECT", Target: "other.example:443"}},
		"refuses":   {fakeproxy.Options{Status: 403}, "http://web.example/", "403 ERR_ACCESS_DENIED 0", fakeproxy.Request{Method: "GET", Target: "web.example"}},
		"knows us":  {fakeproxy.Options{To: at(plain), Login: "u:p"}, "http://web.example/", "200 hello", fakeproxy.Request{Method: "GET", Target: "web.example"}},
		"no server": {fakeproxy.Options{To: "127.0.0.1:1"}, "http://web.example/", "503 ERR_CONNECT_FAIL 111", fakeproxy.Request{Method: "GET", Target: "web.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := fakeproxy.Start(c.options)
			t.Cleanup(proxy.Close)
			via, err := url.Parse(proxy.URL())
			require.NoError(t, err)
			roots := x509.NewCertPool()
			roots.AddCert(secure.Certificate())
			if c.options.Resign != nil {
				roots = x509.NewCertPool()
				roots.AddCert(ca.Certificate)
			}
			transport := &http.Transport{Proxy: http.ProxyURL(via), TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
			resp, err := (&http.Client{Transport: transport}).Get(c.url)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			said := resp.Status[:4]
			if e := resp.Header.Get("X-Squid-Error"); e != "" {
				require.Contains(t, string(body), "ERROR")
				said += e
			} else {
				said += string(body)
			}
			require.Equal(t, c.want, strings.TrimSpace(said))
			require.Equal(t, []fakeproxy.Request{c.seen}, proxy.Requests())
		})
	}
}

func TestALoginIsWanted(t *testing.T) {
	proxy := fakeproxy.Start(fakeproxy.Options{Login: "u:p"})
	t.Cleanup(proxy.Close)
	resp, err := (&http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: proxy.Addr()}), DisableKeepAlives: true}}).Get("http://web.example/")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusProxyAuthRequired, resp.StatusCode)
}
