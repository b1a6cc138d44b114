package endpoints_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakeproxy"
)

const inCluster = "gw.mlops.svc.cluster.local"

// proxied goes through the proxy; NO_PROXY is as given.
func proxied(proxy, noProxy string, zone names) endpoints.Env {
	return endpoints.Env{Resolver: zone, Task: map[string]string{"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": noProxy}}
}

// Through the proxy and without it: four outcomes.
func TestAProxyBeforeAServiceOfTheCluster(t *testing.T) {
	t.Parallel()
	server := serve(t, map[string]route{"*": {status: 200}})
	p := port(t, server.URL)
	zone := names{inCluster: {"127.0.0.1"}, "gw": {"127.0.0.1"}, "gw.example": {"127.0.0.1"}}
	serves := fakeproxy.Options{To: hostPort(t, server.URL)}
	hang := listen(t, drain)
	around := `export NO_PROXY="$NO_PROXY,.svc.cluster.local"`
	for name, c := range map[string]struct {
		host    string
		proxy   fakeproxy.Options
		hangs   bool
		direct  bool
		want    says
		hint    string
		through string // the evidence
	}{
		"neither": {host: inCluster, proxy: fakeproxy.Options{Status: 503}, want: says{"gateway.http", checklist.Fail, "FLTS-P05", "the proxy refuses to connect to HOST (503)"}, hint: around},
		"only the proxy": {
			host: inCluster, proxy: serves,
			want: says{"gateway.proxy", checklist.Pass, "", "goes through the proxy PROXY; there is no other way"},
		},
		"only without": {
			host: inCluster, proxy: fakeproxy.Options{Status: 403}, direct: true,
			want:    says{"gateway.http", checklist.Fail, "FLTS-P01", "the proxy PROXY is in the way: HOST takes connections directly"},
			hint:    "in-cluster traffic is proxied: " + around,
			through: "through the proxy: the proxy refuses to connect to HOST (403)",
		},
		"only without, the proxy hangs": {
			host: inCluster, hangs: true, direct: true,
			want:    says{"gateway.http", checklist.Fail, "FLTS-P01", "the proxy PROXY is in the way: HOST takes connections directly"},
			hint:    "in-cluster traffic is proxied: " + around,
			through: "through the proxy: HOST takes the request and does not answer",
		},
		"both": {
			host: inCluster, proxy: serves, direct: true,
			want: says{"gateway.proxy", checklist.Warn, "FLTS-P01", "goes through the proxy PROXY, although HOST takes connections directly"},
			hint: "in-cluster traffic is proxied: " + around,
		},
		"a short name": {
			host: "gw", proxy: fakeproxy.Options{Status: 403}, direct: true,
			want: says{"gateway.http", checklist.Fail, "FLTS-P01", "the proxy PROXY is in the way: HOST takes connections directly"},
			hint: `in-cluster traffic is proxied: export NO_PROXY="$NO_PROXY,gw"`,
		},
		"not in the cluster": {
			host: "gw.example", proxy: fakeproxy.Options{Status: 403}, direct: true,
			want:    says{"gateway.http", checklist.Fail, "FLTS-P05", "the proxy refuses to connect to HOST (403)"},
			hint:    `export NO_PROXY="$NO_PROXY,gw.example"`,
			through: "without the proxy HOST takes connections",
		},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := forwarder(t, c.proxy).Addr()
			if c.hangs {
				proxy = hang
			}
			env := proxied("http://"+proxy, "", zone)
			if !c.direct {
				env.Resolver = names{}
			}
			env.InPod, env.Thorough, env.Limits.Request = true, true, 500*time.Millisecond
			_, results := judge(t, gateway("http://"+c.host+":"+p).Checks(env))
			r := results[c.want.ID]
			even := strings.NewReplacer(proxy, "PROXY", c.host+":"+p, "HOST")
			require.Equal(t, c.want, says{r.ID, r.State, r.Code, even.Replace(r.Detail)})
			require.Equal(t, c.hint, r.Hint)
			require.False(t, r.Transient)
			if c.through != "" {
				require.Equal(t, c.through, even.Replace(r.Evidence[len(r.Evidence)-1]))
			}
		})
	}
}

// NO_PROXY in words that Python does not know. We go through the proxy as it
// does, and say so.
func TestNoProxyThatPythonReadsOtherwise(t *testing.T) {
	web := serve(t, map[string]route{"GET /health": healOK, search: jsonOK, "*": {status: 200}})
	proxy := forwarder(t, fakeproxy.Options{To: hostPort(t, web.URL)})
	zone := names{"mlflow.mlops.svc.cluster.local": {"127.0.0.1"}}
	for name, c := range map[string]struct {
		url, noProxy string
		want         says
		hint         string
	}{
		"a star": {"http://mlflow.mlops.svc.cluster.local:5000", "10.0.0.0/8,*.svc.cluster.local", says{
			"mlflow.proxy", checklist.Warn, "FLTS-P02", "NO_PROXY exempts mlflow.mlops.svc.cluster.local for Go and curl, Python's requests goes through the proxy",
		}, `Python takes host names and .domains, with few exceptions: export NO_PROXY="$NO_PROXY,.svc.cluster.local"`},
		"this machine": {"http://127.0.0.1:5000", "", says{
			"mlflow.proxy", checklist.Warn, "FLTS-P02", "Go and curl reach this machine directly, Python's requests goes through the proxy",
		}, `Python takes host names and .domains, with few exceptions: export NO_PROXY="$NO_PROXY,127.0.0.1"`},
		"a network of IPv6": {"http://[fd00::1]:5000", "fd00::/8", says{
			"mlflow.proxy", checklist.Warn, "FLTS-P02", "NO_PROXY exempts fd00::1 for Go and curl, Python's requests goes through the proxy",
		}, `Python takes host names and .domains, with few exceptions: export NO_PROXY="$NO_PROXY,fd00::1"`},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(proxy.Requests())
			said, results := judge(t, tracking(c.url).Checks(proxied(proxy.URL(), c.noProxy, zone)))
			require.Equal(t, c.want, said[0])
			require.Equal(t, c.hint, results["mlflow.proxy"].Hint)
			require.Equal(t, checklist.Pass, results["mlflow.api"].State, "the proxy serves")
			require.Len(t, proxy.Requests(), before+2, "as Python would, through the proxy")
		})
	}
	t.Run("boto and a network", func(t *testing.T) {
		env := proxied("http://"+closedPort(t), "10.0.0.0/8", nil)
		env.Dialer = dialer(func(context.Context, string) error { return errno(syscall.ECONNREFUSED) })
		said, results := judge(t, minio("10.96.4.2:9000").Checks(env))
		require.Equal(t, says{"minio.proxy", checklist.Warn, "FLTS-P02", "NO_PROXY exempts 10.96.4.2 for Go and curl, Python's boto3 goes through the proxy"}, said[0])
		require.Equal(t, "FLTS-P05", results["minio.dial"].Code)
		require.Equal(t, "gateway.resolve", gateway("http://10.96.4.2:8000").Checks(env)[0].ID, "requests knows networks")
	})
	t.Run("and the proxy is in the way", func(t *testing.T) {
		refusing := forwarder(t, fakeproxy.Options{Status: 403})
		addr := hostPort(t, web.URL)
		_, results := judge(t, tracking("http://"+addr).Checks(proxied(refusing.URL(), "", nil)))
		require.Equal(t, "FLTS-P02", results["mlflow.proxy"].Code)
		require.Equal(t, "FLTS-P01", results["mlflow.health"].Code)
	})
}

func TestTheHintNamesTheVariableThatCounts(t *testing.T) {
	env := proxied("http://"+closedPort(t), "", names{})
	env.Task["no_proxy"] = "other"
	require.Contains(t, root(t, gateway("http://gw.example").Checks(env)).Hint, `export no_proxy="$no_proxy,gw.example"`)
	_, results := judge(t, minio("[::1]:9000").Checks(env))
	require.Contains(t, results["minio.dial"].Hint, `export no_proxy="$no_proxy,[::1]"`)
}

func TestWhoSignedTheCertificate(t *testing.T) {
	own, proxies := newAuthority(t, "own CA"), newAuthority(t, "proxy CA")
	named := own.leaf(t, func(c *x509.Certificate) { c.DNSNames = []string{inCluster, "s3.example"} })
	server := serveTLS(t, map[string]route{"*": {status: 200}}, &tls.Config{Certificates: []tls.Certificate{named}})
	_, p, err := net.SplitHostPort(hostPort(t, server.URL))
	require.NoError(t, err)
	to := hostPort(t, server.URL)
	around := `, or go around it: export NO_PROXY="$NO_PROXY,s3.example"`
	mount := "mount the CA and set AWS_CA_BUNDLE=PATH REQUESTS_CA_BUNDLE=PATH SSL_CERT_FILE=PATH"
	its := "mount its CA and set AWS_CA_BUNDLE=PATH REQUESTS_CA_BUNDLE=PATH SSL_CERT_FILE=PATH" + around
	for name, c := range map[string]struct {
		resign, reachable bool
		want              finding
		issuer            string
	}{
		"the proxy":          {true, true, finding{Code: "FLTS-P06", Detail: "the proxy PROXY signs TLS with an authority of its own", Hint: its}, `issuer "proxy CA"`},
		"the proxy, I guess": {true, false, finding{Code: "FLTS-P06", Detail: "unknown authority behind the proxy PROXY, which may sign TLS itself", Hint: its}, `issuer "proxy CA"`},
		"the server":         {false, true, finding{Code: "FLTS-L01", Detail: "the certificate of HOST comes from an unknown authority", Hint: mount}, `issuer "own CA"`},
	} {
		t.Run(name, func(t *testing.T) {
			o := fakeproxy.Options{To: to}
			if c.resign {
				o.Resign = proxies.Authority
			}
			proxy := forwarder(t, o)
			zone := names{}
			if c.reachable {
				zone["s3.example"] = []string{"127.0.0.1"}
			}
			env := proxied(proxy.URL(), "", zone)
			r := root(t, gateway("https://s3.example:"+p).Checks(env))
			r.Detail = strings.NewReplacer(proxy.Addr(), "PROXY", "s3.example:"+p, "HOST").Replace(r.Detail)
			c.want.ID = "gateway.tls"
			require.Equal(t, c.want, found(r))
			require.Contains(t, strings.Join(r.Evidence, "\n"), c.issuer)
		})
	}
	t.Run("whose CA is mounted", func(t *testing.T) {
		proxy := forwarder(t, fakeproxy.Options{To: to, Resign: proxies.Authority})
		target := gateway("https://s3.example:" + p)
		target.CABundle = proxies.Path
		said, _ := judge(t, target.Checks(proxied(proxy.URL(), "", names{})))
		require.Equal(t, says{"gateway.http", checklist.Pass, "", "GET / answers 200"}, said[3])
	})
}

// Before a task, a proxy that serves is asked for the same few requests.
func TestAProxyCostsNoMoreRequests(t *testing.T) {
	server := serve(t, map[string]route{"*": {status: 200}})
	proxy := forwarder(t, fakeproxy.Options{To: hostPort(t, server.URL)})
	judge(t, gateway("http://"+inCluster).Checks(proxied(proxy.URL(), "", names{})))
	require.Equal(t, []fakeproxy.Request{{Method: http.MethodGet, Target: inCluster}}, proxy.Requests())
	require.Equal(t, []string{"GET /"}, server.requests())
}
