package endpoints_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakeproxy"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// forwarder is a proxy that sends everything to one server, whatever its name.
func forwarder(t *testing.T, o fakeproxy.Options) *fakeproxy.Server {
	t.Helper()
	s := fakeproxy.Start(o)
	t.Cleanup(s.Close)
	return s
}

func through(proxy string) endpoints.Env {
	return endpoints.Env{Resolver: names{}, Task: map[string]string{"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": "direct.example"}}
}

func TestAProxyThatWorks(t *testing.T) {
	ca := newAuthority(t, "own CA")
	named := ca.leaf(t, func(c *x509.Certificate) { c.DNSNames = []string{"gw.example"} })
	secure := serveTLS(t, map[string]route{"*": {status: 200}}, &tls.Config{Certificates: []tls.Certificate{named}})
	plain := serve(t, map[string]route{"*": {status: 204}})
	for url, server := range map[string]*table{"http://gw.example:8000": plain, "https://gw.example:8443": secure} {
		proxy := forwarder(t, fakeproxy.Options{To: hostPort(t, server.URL), Login: "u:c4n4ry"})
		target := gateway(url)
		env := through(proxy.URL())
		env.Task["REQUESTS_CA_BUNDLE"] = ca.Path
		said, _ := judge(t, target.Checks(env))
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
	wants := forwarder(t, fakeproxy.Options{Login: "u:c4n4ry"}).Addr()
	refusing, closed := forwarder(t, fakeproxy.Options{Status: http.StatusForbidden}).Addr(), closedPort(t)
	login := "set HTTP_PROXY and HTTPS_PROXY to http://USER:PASSWORD@PROXY:PORT from a Secret, or go around it: " + around
	correct := "curl -v http://PROXY; correct HTTP_PROXY and HTTPS_PROXY, or go around it: " + around
	for name, c := range map[string]struct {
		url, login, proxy string
		want              finding
	}{
		"login, http":    {"http://gw.example", "u:wrong@", wants, finding{ID: "gateway.http", Code: "FLTS-P04", Detail: "the proxy wants a login (407)", Hint: login}},
		"login, https":   {"https://gw.example", "", wants, finding{ID: "gateway.tls", Code: "FLTS-P04", Detail: "the proxy wants a login (407)", Hint: login}},
		"half a login":   {"https://gw.example", "u@", wants, finding{ID: "gateway.tls", Code: "FLTS-P04", Detail: "the proxy wants a login (407)", Hint: login}},
		"refuses, http":  {"http://gw.example", "", refusing, finding{ID: "gateway.http", Code: "FLTS-P05", Detail: "the proxy refuses to connect to gw.example:80 (403)", Hint: around}},
		"refuses, https": {"https://gw.example", "", refusing, finding{ID: "gateway.tls", Code: "FLTS-P05", Detail: "the proxy refuses to connect to gw.example:443 (403)", Hint: around}},
		"refused":        {"http://gw.example", "u:c4n4ry@", closed, finding{ID: "gateway.dial", Code: "FLTS-P05", Detail: "connection refused at the proxy PROXY", Hint: correct}},
		"unknown name":   {"https://gw.example", "", "proxy.example:3128", finding{ID: "gateway.resolve", Code: "FLTS-P05", Detail: `the proxy's name "proxy.example" does not resolve`, Hint: correct}},
		"not this host":  {"http://direct.example", "", closed, finding{ID: "gateway.resolve", Code: "FLTS-D01", Detail: "no such host: direct.example", Hint: "nslookup direct.example", Transient: true}},
	} {
		t.Run(name, func(t *testing.T) {
			r := root(t, gateway(c.url).Checks(through("http://"+c.login+c.proxy)))
			even := strings.NewReplacer(c.proxy, "PROXY")
			r.Detail, r.Hint = even.Replace(r.Detail), even.Replace(r.Hint)
			require.Equal(t, c.want, found(r))
			if c.login != "" {
				require.Equal(t, "proxy = http://********@PROXY", even.Replace(r.Evidence[1]))
			}
			if name != "not this host" {
				require.Equal(t, "without the proxy it cannot be reached either", r.Evidence[len(r.Evidence)-1])
			}
		})
	}
}

// What Python's clients make of the variable, by their own code.
func TestAProxyThatPythonCannotUse(t *testing.T) {
	unknown := "could not look: requests goes through a SOCKS proxy only where PySocks is installed"
	for _, c := range []struct {
		proxy    string
		requests says
		boto     says
	}{
		{"socks5://127.0.0.1:1", says{"gateway.resolve", checklist.Unknown, "FLTS-P07", unknown}, says{"minio.resolve", checklist.Fail, "FLTS-P07", "boto3 cannot use the proxy that is set for http"}},
		{"ftp://proxy.example:21", says{"gateway.resolve", checklist.Fail, "FLTS-P07", "requests cannot use the proxy that is set for http"}, says{"minio.resolve", checklist.Fail, "FLTS-P07", "boto3 cannot use the proxy that is set for http"}},
		{"squid:3128", says{"gateway.resolve", checklist.Fail, "FLTS-P07", "requests cannot use the proxy that is set for http"}, says{"minio.resolve", checklist.Fail, "FLTS-P05", `the proxy's name "squid" does not resolve`}},
		{"http://u:4711/rest@proxy.example:1", says{"gateway.resolve", checklist.Fail, "FLTS-P07", "requests cannot use the proxy that is set for http"}, says{"minio.resolve", checklist.Fail, "FLTS-P07", "boto3 cannot use the proxy that is set for http"}},
		{"http://a b:1", says{"gateway.resolve", checklist.Fail, "FLTS-P07", "requests cannot use the proxy that is set for http"}, says{"minio.resolve", checklist.Fail, "FLTS-P07", "boto3 cannot use the proxy that is set for http"}},
		{"squid.example:3128", says{"gateway.resolve", checklist.Fail, "FLTS-P05", `the proxy's name "squid.example" does not resolve`}, says{"minio.resolve", checklist.Fail, "FLTS-P05", `the proxy's name "squid.example" does not resolve`}},
		{"//squid:3128", says{"gateway.resolve", checklist.Fail, "FLTS-P05", `the proxy's name "squid" does not resolve`}, says{"minio.resolve", checklist.Fail, "FLTS-P05", `the proxy's name "squid" does not resolve`}},
	} {
		env := endpoints.Env{Resolver: names{}, Task: map[string]string{"HTTP_PROXY": c.proxy}}
		said, _ := judge(t, gateway("http://gw.example").Checks(env))
		require.Equal(t, c.requests, said[0], c.proxy)
		said, results := judge(t, minio("s3.example:9000").Checks(env))
		require.Equal(t, c.boto, said[0], c.proxy)
		require.Contains(t, results["minio.resolve"].Hint, `export NO_PROXY="$NO_PROXY,s3.example"`, c.proxy)
	}
}

func TestAProxySpokenToWithTLSMustBeKnown(t *testing.T) {
	proxy := httptest.NewUnstartedServer(http.NotFoundHandler())
	proxy.Config.ErrorLog = quiet()
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	env := endpoints.Env{Resolver: names{}, Task: map[string]string{"HTTP_PROXY": proxy.URL, "HTTPS_PROXY": proxy.URL}}
	for scheme, id := range map[string]string{"https": "gateway.tls", "http": "gateway.http"} {
		r := root(t, gateway(scheme+"://gw.example").Checks(env))
		require.Equal(t, []string{id, "FLTS-P05"}, []string{r.ID, r.Code}, r.Detail)
	}
}
