package doctor_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/fakedns"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// way is a way to an API, and what is said of it. HOST in its texts is the address of
// the server, NAME its host without the port.
type way struct {
	change  func(t *testing.T, c *rest.Config) // of the administrator's
	options func(o *doctor.Options)
	want    checklist.Finding
}

func (w way) run(t *testing.T) {
	ns := kubetest.New(t)
	config := kubetest.Config(t, ns.Admin())
	if w.change != nil {
		w.change(t, config)
	}
	s := scenario{only: []string{"api.reach"}, options: w.options}
	got := s.look(t, ns, config).Results[0].Finding
	base, err := url.Parse(config.Host)
	require.NoError(t, err)
	said := strings.NewReplacer("NAME", base.Hostname(), "HOST", base.Host)
	w.want.Detail, w.want.Hint = said.Replace(w.want.Detail), said.Replace(w.want.Hint)
	dates := regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`)
	got.Detail = dates.ReplaceAllString(got.Detail, "DATE")
	if w.want.Evidence == nil {
		w.want.Evidence = []string{"server " + config.Host, "the current context"}
	}
	for i := range w.want.Evidence {
		w.want.Evidence[i] = strings.ReplaceAll(w.want.Evidence[i], "HOST", base.Host)
	}
	require.Equal(t, w.want, got)
}

// answer leads the config to a server that says this to everything.
func answer(status int, contentType, text string) func(*testing.T, *rest.Config) {
	return func(t *testing.T, c *rest.Config) {
		answers(t, c, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		})
	}
}

// answers leads the config to a server of the test.
func answers(t *testing.T, c *rest.Config, handler http.HandlerFunc) {
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	c.Host, c.TLSClientConfig = s.URL, rest.TLSClientConfig{}
}

// silent is for servers whose clients break off.
var silent = log.New(io.Discard, "", 0)

// certified leads the config to a server with a certificate of an authority that it
// trusts, or of another one.
func certified(trusted bool, change func(*x509.Certificate)) func(*testing.T, *rest.Config) {
	return func(t *testing.T, c *rest.Config) {
		authority, err := tlskit.New(t.TempDir(), "cluster")
		require.NoError(t, err)
		leaf, err := authority.Leaf(change)
		require.NoError(t, err)
		s := httptest.NewUnstartedServer(http.NotFoundHandler())
		s.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}}
		s.Config.ErrorLog = silent
		s.StartTLS()
		t.Cleanup(s.Close)
		c.Host = s.URL
		if trusted {
			c.CAData, c.CAFile = nil, authority.Path
		}
	}
}

// plugged has the login come from a program.
func plugged(program string) func(*testing.T, *rest.Config) {
	return func(_ *testing.T, c *rest.Config) {
		c.CertFile, c.KeyFile = "", ""
		c.ExecProvider = &clientcmdapi.ExecConfig{APIVersion: "client.authentication.k8s.io/v1", Command: program, InteractiveMode: clientcmdapi.NeverExecInteractiveMode}
	}
}

// resolving has host names looked up in a zone.
func resolving(host string, zone fakedns.Zone) func(*testing.T, *rest.Config) {
	return func(t *testing.T, c *rest.Config) {
		dns, err := fakedns.Start(fakedns.Options{Zone: zone})
		require.NoError(t, err)
		t.Cleanup(dns.Close)
		resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, dns.Addr())
		}}
		c.Host, c.Dial = "https://"+host+":6443", (&net.Dialer{Resolver: resolver}).DialContext
	}
}

// mute leads the config to a server that takes connections, does something with them
// and says nothing.
func mute(scheme string, then func(net.Conn)) func(*testing.T, *rest.Config) {
	return func(t *testing.T, c *rest.Config) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				t.Cleanup(func() { conn.Close() })
				then(conn)
			}
		}()
		c.Host = scheme + "://" + l.Addr().String()
	}
}

// impatient has a server that never answers, and does not wait long.
func impatient(t *testing.T, c *rest.Config) {
	mute("https", func(net.Conn) {})(t, c)
	c.Timeout = 300 * time.Millisecond
}

// bearing logs in with a token in the place of the certificate.
func bearing(token func(t *testing.T) string) func(*testing.T, *rest.Config) {
	return func(t *testing.T, c *rest.Config) {
		c.CertFile, c.KeyFile, c.BearerToken = "", "", token(t)
	}
}

// gone is a token that the API gave, of a service account that is no more.
func gone(t *testing.T) string {
	ns := kubetest.New(t)
	ns.Kubectl("create", "serviceaccount", "gone")
	token, err := ns.Token(t.Context(), ns.Name, "gone")
	require.NoError(t, err)
	ns.Kubectl("delete", "serviceaccount", "gone")
	return token
}

// expired is that token with another end, long ago.
func expired(t *testing.T) string {
	parts := strings.Split(gone(t), ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	var claims map[string]any
	require.NoError(t, json.Unmarshal(text, &claims))
	claims["exp"] = time.Now().Add(-time.Hour).Unix()
	text, err = json.Marshal(claims)
	require.NoError(t, err)
	parts[1] = base64.RawURLEncoding.EncodeToString(text)
	return strings.Join(parts, ".")
}

// lapsed logs in with a certificate that has ended.
func lapsed(t *testing.T, c *rest.Config) {
	dir := t.TempDir()
	authority, err := tlskit.New(dir, "users")
	require.NoError(t, err)
	leaf, err := authority.Leaf(func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	})
	require.NoError(t, err)
	c.CertFile, c.KeyFile, err = tlskit.WritePair(dir, "user", leaf)
	require.NoError(t, err)
}

func at(d time.Duration) func(o *doctor.Options) {
	return func(o *doctor.Options) { o.Now = func() time.Time { return time.Now().Add(d) } }
}

func closedPort(t *testing.T, c *rest.Config) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	c.Host = "https://" + l.Addr().String()
}

func TestTheWayToTheAPI(t *testing.T) {
	const login = "log in again, until this works: kubectl auth whoami"
	refused := func(detail string) checklist.Finding {
		return checklist.Finding{State: checklist.Fail, Code: "FLTS-K10", Refused: true, Detail: detail, Hint: login + "; the contexts: kubectl config get-contexts"}
	}
	no := func(code, detail, hint string) checklist.Finding {
		return checklist.Finding{State: checklist.Fail, Code: code, Detail: detail, Hint: hint, Refused: code == "FLTS-K10"}
	}
	soon := func(f checklist.Finding) checklist.Finding { f.Transient = true; return f }
	const kubeconfig = "check the server in the kubeconfig: kubectl config view --minify"
	for name, w := range map[string]way{
		"open": {want: checklist.Finding{State: checklist.Pass, Detail: "Kubernetes 1.34 answers"}},
		"a context": {
			options: func(o *doctor.Options) { o.Context = "prod cluster" }, change: closedPort,
			want: soon(checklist.Finding{
				State: checklist.Fail, Code: "FLTS-T01", Detail: "nothing listens at HOST (connection refused)", Evidence: []string{"server https://HOST", `context "prod cluster"`},
				Hint: "start the cluster or the tunnel to it, or choose another context: kubectl config get-contexts",
			}),
		},
		"version denied": {
			change: answer(403, "application/json", `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"details":{}}`),
			want:   checklist.Finding{State: checklist.Pass, Detail: "it answers, and does not say which version it is"},
		},

		"nobody there":     {change: closedPort, want: soon(no("FLTS-T01", "nothing listens at HOST (connection refused)", "start the cluster or the tunnel to it, or choose another context: kubectl config get-contexts"))},
		"no such host":     {change: resolving("no-such-host.test", nil), want: soon(no("FLTS-D01", "there is no host NAME", "check the VPN and the server in the kubeconfig: kubectl config view --minify"))},
		"name server down": {change: resolving("api.test", fakedns.Zone{"*": {RCode: 2}}), want: soon(no("FLTS-D04", "the name server cannot say where NAME is", "check the VPN: getent hosts NAME"))},
		"silent":           {change: impatient, want: soon(no("FLTS-K17", "HOST does not answer in time", "check the VPN and firewalls on the way, then kubectl cluster-info"))},
		"dropped":          {change: mute("https", func(c net.Conn) { c.Close() }), want: soon(no("FLTS-K17", "HOST closes the connection before it has answered", "check the port, and what stands before the API server; then kubectl cluster-info"))},
		"no proxy": {
			change: func(t *testing.T, c *rest.Config) {
				proxy := rest.Config{}
				closedPort(t, &proxy)
				u, err := url.Parse(strings.Replace(proxy.Host, "https", "http", 1))
				require.NoError(t, err)
				c.Proxy = http.ProxyURL(u)
			},
			want: no("FLTS-P05", "the proxy on the way to HOST cannot be reached, or refuses", "check HTTPS_PROXY and proxy-url; to go around it: NO_PROXY=NAME kubectl cluster-info"),
		},

		"another authority": {change: certified(false, nil), want: no("FLTS-L01", "the certificate of HOST is of another authority than the kubeconfig says", "get the kubeconfig of this cluster anew: its certificate-authority-data belongs to another cluster")},
		"another name": {
			change: certified(true, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"api.test"}, nil }),
			want:   no("FLTS-L02", "the certificate of HOST is for another host", "openssl s_client -connect HOST </dev/null | openssl x509 -noout -ext subjectAltName"),
		},
		"certificate ended": {
			change: certified(true, func(c *x509.Certificate) {
				c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
			}),
			want: no("FLTS-L03", "the certificate of HOST expired on DATE", "on the control plane: kubeadm certs check-expiration; our clock: date -u"),
		},
		"certificate to come": {
			change: certified(true, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }),
			want:   no("FLTS-L04", "the certificate of HOST is not valid before DATE", "compare the clocks: date -u; timedatectl status"),
		},
		"http to TLS": {
			change: func(_ *testing.T, c *rest.Config) {
				c.Host, c.TLSClientConfig = strings.Replace(c.Host, "https", "http", 1), rest.TLSClientConfig{}
			},
			want: no("FLTS-L05", "HOST speaks TLS, and the kubeconfig says http", kubeconfig),
		},
		"https to none": {
			change: mute("https", func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2\r\n")) }),
			want:   no("FLTS-L06", "HOST does not speak TLS, and the kubeconfig says https", kubeconfig),
		},
		"client certificate wanted": {
			change: func(t *testing.T, c *rest.Config) {
				s := httptest.NewUnstartedServer(http.NotFoundHandler())
				s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}
				s.Config.ErrorLog = silent
				s.StartTLS()
				t.Cleanup(s.Close)
				c.Host, c.TLSClientConfig = s.URL, rest.TLSClientConfig{Insecure: true}
			},
			want: no("FLTS-K10", "HOST breaks off, because of the client certificate or the lack of one", login),
		},

		"a web page":  {change: answer(200, "text/html", "<html>log in</html>"), want: no("FLTS-K17", "what answers at HOST is no Kubernetes API", kubeconfig)},
		"other JSON":  {change: answer(200, "application/json", `{"major":"2.3.1","status":"OK"}`), want: no("FLTS-K17", "what answers at HOST is no Kubernetes API", kubeconfig)},
		"a 403 page":  {change: answer(403, "text/html", "<html>not from here</html>"), want: no("FLTS-K17", "what answers at HOST is no Kubernetes API", kubeconfig)},
		"not found":   {change: answer(404, "text/plain", "404 page not found"), want: no("FLTS-K17", "what answers at HOST is no Kubernetes API", kubeconfig)},
		"no backends": {change: answer(503, "text/html", "no healthy upstream"), want: soon(no("FLTS-K17", "the API server at HOST, or what stands before it, cannot answer now", "kubectl get --raw /readyz"))},
		"a banner":    {change: mute("http", func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2\r\n")) }), want: no("FLTS-K17", "what answers at HOST is no Kubernetes API", kubeconfig)},

		"a token of nobody":        {change: bearing(gone), want: refused("the API server does not accept the login (401)")},
		"a token that has expired": {change: bearing(expired), want: refused("the API server does not accept the login (401): its token expired on DATE")},
		"a certificate that has":   {change: lapsed, want: refused("the API server does not accept the login (401): its client certificate expired on DATE")},
		"and the clock is wrong": {
			change: bearing(gone), options: at(-20 * time.Minute),
			want: func() checklist.Finding {
				f := refused("the API server does not accept the login (401)")
				f.Evidence = []string{"server https://HOST", "the current context", "our clock is 20m behind that of the API server"}
				return f
			}(),
		},
		"no plugin":       {change: plugged("no-such-login-plugin"), want: no("FLTS-K10", "the kubeconfig gets its login from no-such-login-plugin, and there is no such program", "install it, until this finds it: command -v no-such-login-plugin")},
		"a failed plugin": {change: plugged("false"), want: no("FLTS-K10", "false, from which the kubeconfig gets its login, failed", login)},

		"clock behind":      {options: at(-90 * time.Minute), want: checklist.Finding{State: checklist.Warn, Code: "FLTS-A06", Detail: "our clock is 90m behind that of the API server", Hint: "on the machine whose clock is wrong: timedatectl set-ntp true"}},
		"clock far ahead":   {options: at(72 * time.Hour), want: checklist.Finding{State: checklist.Warn, Code: "FLTS-A06", Detail: "our clock is 3d ahead of that of the API server", Hint: "on the machine whose clock is wrong: timedatectl set-ntp true"}},
		"clock nearly good": {options: at(4 * time.Minute), want: checklist.Finding{State: checklist.Pass, Detail: "Kubernetes 1.34 answers"}},
	} {
		t.Run(name, w.run)
	}
}

func TestNamespace(t *testing.T) {
	const id = "api.namespace"
	other := func(name string) func(o *doctor.Options) { return func(o *doctor.Options) { o.Namespace = name } }
	explains := []string{"configmap/*", "secret/*", "policy/*", "egress/*", "readers/*", "pods/*", "account/*", "pipeline/*", "security/*", "kfp/FLTS-K05", "kfp/FLTS-K59", "kfp/FLTS-K58", "service.minio/*", "service.mlflow/*", "service.gateway/*", "service.postgres/*"}
	server := kubetest.Config(t, kubetest.New(t).Admin()).Host
	for _, s := range []scenario{
		{name: "there", want: []checklist.Finding{{State: checklist.Pass, Detail: "namespace NS exists"}}},
		{
			name: "not there", options: other("no-such-namespace"),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K20", Detail: "there is no namespace no-such-namespace", Evidence: []string{"server " + server, "the current context"},
				Hint: "kubectl get namespaces; another cluster? kubectl config get-contexts", Explains: explains,
			}},
		},
		{
			name: "misspelled", options: other("kube-sytem"),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K20", Detail: "there is no namespace kube-sytem", Evidence: []string{"server " + server, "the current context"},
				Hint: "did you mean kube-system? fltsctl doctor -n kube-system", Explains: explains,
			}},
		},
		{
			name: "may not look", as: " ",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get namespaces NS", Hint: "kubectl -n NS auth can-i get namespaces/NS"}},
		},
		{
			name: "a Role is enough", as: `- {apiGroups: [""], resources: [namespaces], verbs: [get]}`,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "namespace NS exists"}},
		},
	} {
		s.only = []string{id}
		t.Run(s.name, s.run)
	}
}

// Finalizers keep a namespace that is being deleted.
func TestNamespaceIsBeingDeleted(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, finalizers: [flts.test/held]}")
	ns.Kubectl("delete", "namespace", ns.Name, "--wait=false")
	t.Cleanup(func() {
		_, err := ns.Cluster.Kubectl(context.WithoutCancel(t.Context()), ns.Admin(), "", "-n", ns.Name, "patch", "configmap", "held", "--type=json", "-p", `[{"op":"remove","path":"/metadata/finalizers"}]`)
		require.NoError(t, err)
	})
	f := scenario{only: []string{"api.namespace"}}.examine(t, ns, ns.Admin()).Results[1].Finding
	require.Equal(t, checklist.Fail, f.State)
	require.Equal(t, "FLTS-K21", f.Code)
	require.Regexp(t, `^the namespace `+ns.Name+` is being deleted, since [-\d]+ [:\d]+ UTC: nothing new can be made in it$`, f.Detail)
	require.Equal(t, "kubectl get namespace "+ns.Name+" -o jsonpath='{.status.conditions}'", f.Hint)
}

func TestIdentity(t *testing.T) {
	ns := kubetest.New(t)
	see := func(t *testing.T, config *rest.Config) checklist.Result {
		return scenario{only: []string{"api.identity"}}.look(t, ns, config).Results[1]
	}
	t.Run("known", func(t *testing.T) {
		require.Equal(t, checklist.Finding{State: checklist.Pass, Detail: "we are examiner-" + ns.Name, Evidence: []string{"groups system:authenticated"}},
			see(t, kubetest.Config(t, ns.Reader("examiner", ""))).Finding)
	})
	t.Run("in many groups", func(t *testing.T) {
		kubeconfig, err := ns.User("member-"+ns.Name, "g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9")
		require.NoError(t, err)
		require.Equal(t, []string{"groups g1, g2, g3, g4, g5, g6, g7, g8 and 2 more"}, see(t, kubetest.Config(t, kubeconfig)).Evidence)
	})
	nobody := kubetest.Config(t, ns.Admin())
	nobody.CertFile, nobody.KeyFile = "", ""
	t.Run("nobody", func(t *testing.T) {
		r := see(t, nobody)
		require.True(t, r.Failed)
		require.Equal(t, checklist.Finding{
			State: checklist.Warn, Code: "FLTS-K10", Detail: "the API takes us for system:anonymous: the kubeconfig gives no login",
			Evidence: []string{"server " + nobody.Host, "the current context"}, Hint: "kubectl config view --minify", Explains: []string{"FLTS-K09"},
		}, r.Finding)
	})
	t.Run("an old server", func(t *testing.T) {
		old := rest.CopyConfig(nobody)
		answers(t, old, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/version" {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(`{"major":"1","minor":"24+"}`))
				return
			}
			http.NotFound(w, r)
		})
		require.Equal(t, checklist.Finding{State: checklist.Skip, Detail: "this Kubernetes does not say who asks; it does since 1.28"}, see(t, old).Finding)
	})
}
