package doctor

import (
	"cmp"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

// Codes of the ladder of every service, which the way to the API server has too.
const (
	codeNoSuchHost   = "FLTS-D01"
	codeNoNameServer = "FLTS-D04"
	codeRefused      = "FLTS-T01"
	codeUnknownCA    = "FLTS-L01"
	codeWrongName    = "FLTS-L02"
	codeExpired      = "FLTS-L03"
	codeNotYetValid  = "FLTS-L04"
	codeSpeaksTLS    = "FLTS-L05"
	codeSpeaksPlain  = "FLTS-L06"
	codeNoProxy      = "FLTS-P05"
)

// noWay is why the API server could not be asked at all: what was asked for was a look
// at the cluster, so that this is a failure and not merely unknown.
func (d *Doctor) noWay(err error) checklist.Finding {
	fault, ok := errors.AsType[*cluster.Fault](err)
	if !ok {
		return d.couldNotLook(err) // somebody does not want to know any more
	}
	if fault.Cause == cluster.Unauthorized {
		return d.refusedLogin()
	}
	o, known := obstacles[fault.Obstacle()]
	if !known {
		o = obstacle{code: codeUnreachable, detail: "the request to HOST failed for an unknown reason", hint: "KUBECTL cluster-info"}
	}
	f := fail(o.code, d.placed(o.detail, fault, asIs), d.asked()...)
	f.Transient, f.Refused = o.transient, o.code == codeLogin
	return hinted(f, d.placed(o.hint, fault, hint.ShellWord))
}

// obstacle is what is in the way, in words. In them HOST is the address of the API
// server with its port, NAME without it, PLUGIN the program that gives the login, DATE
// the end or the beginning of a certificate, and KUBECTL the begin of a command.
type obstacle struct {
	code, detail, hint string
	transient          bool
}

const inKubeconfig = "check the server in the kubeconfig: KUBECTL config view --minify"

var obstacles = map[cluster.Obstacle]obstacle{
	cluster.NoPlugin:     {code: codeLogin, detail: "the kubeconfig gets its login from PLUGIN, and there is no such program", hint: "install it, until this finds it: command -v PLUGIN"},
	cluster.PluginFailed: {code: codeLogin, detail: "PLUGIN, from which the kubeconfig gets its login, failed", hint: "log in again, until this works: KUBECTL auth whoami"},

	cluster.NoProxy:      {code: codeNoProxy, detail: "the proxy on the way to HOST cannot be reached, or refuses", hint: "check HTTPS_PROXY and proxy-url; to go around it: NO_PROXY=NAME KUBECTL cluster-info"},
	cluster.NoSuchHost:   {code: codeNoSuchHost, detail: "there is no host NAME", hint: "check the VPN and the server in the kubeconfig: KUBECTL config view --minify", transient: true},
	cluster.NoNameServer: {code: codeNoNameServer, detail: "the name server cannot say where NAME is", hint: "check the VPN: getent hosts NAME", transient: true},
	cluster.Refused:      {code: codeRefused, detail: "nothing listens at HOST (connection refused)", hint: "start the cluster or the tunnel to it, or choose another context: kubectl config get-contexts", transient: true},
	cluster.NoRoute:      {code: codeUnreachable, detail: "there is no route to HOST", hint: "check the VPN, then KUBECTL cluster-info", transient: true},
	cluster.Silent:       {code: codeUnreachable, detail: "HOST does not answer in time", hint: "check the VPN and firewalls on the way, then KUBECTL cluster-info", transient: true},
	cluster.Dropped:      {code: codeUnreachable, detail: "HOST closes the connection before it has answered", hint: "check the port, and what stands before the API server; then KUBECTL cluster-info", transient: true},

	cluster.SpeaksPlain:       {code: codeSpeaksPlain, detail: "HOST does not speak TLS, and the kubeconfig says https", hint: inKubeconfig},
	cluster.SpeaksTLS:         {code: codeSpeaksTLS, detail: "HOST speaks TLS, and the kubeconfig says http", hint: inKubeconfig},
	cluster.UnknownAuthority:  {code: codeUnknownCA, detail: "the certificate of HOST is of another authority than the kubeconfig says", hint: "get the kubeconfig of this cluster anew: its certificate-authority-data belongs to another cluster"},
	cluster.WrongName:         {code: codeWrongName, detail: "the certificate of HOST is for another host", hint: "openssl s_client -connect HOST </dev/null | openssl x509 -noout -ext subjectAltName"},
	cluster.Expired:           {code: codeExpired, detail: "the certificate of HOST expired on DATE", hint: "on the control plane: kubeadm certs check-expiration; our clock: date -u"},
	cluster.NotYetValid:       {code: codeNotYetValid, detail: "the certificate of HOST is not valid before DATE", hint: "compare the clocks: date -u; timedatectl status"},
	cluster.CertificateWanted: {code: codeLogin, detail: "HOST breaks off, because of the client certificate or the lack of one", hint: "log in again, until this works: KUBECTL auth whoami"},
	cluster.NoSharedTLS:       {code: codeUnreachable, detail: "we and HOST do not agree on TLS", hint: "openssl s_client -connect HOST </dev/null"},

	cluster.Busy:          {code: codeUnreachable, detail: "the API server at HOST, or what stands before it, cannot answer now", hint: "KUBECTL get --raw /readyz", transient: true},
	cluster.NotKubernetes: {code: codeUnreachable, detail: "what answers at HOST is no Kubernetes API", hint: inKubeconfig},
}

// placed fills in what the words stand for.
func (d *Doctor) placed(text string, fault *cluster.Fault, word func(string) string) string {
	address, plugin, dated := d.view.API.Address(), "", ""
	if p := d.view.API.Config().ExecProvider; p != nil {
		plugin = filepath.Base(p.Command)
	}
	if c := fault.Certificate(); c != nil {
		dated = date(c.NotAfter)
		if fault.Obstacle() == cluster.NotYetValid {
			dated = date(c.NotBefore)
		}
	}
	port := cmp.Or(address.Port(), map[string]string{"http": "80"}[address.Scheme], "443")
	return strings.NewReplacer(
		"HOST", word(net.JoinHostPort(address.Hostname(), port)), "NAME", word(address.Hostname()),
		"PLUGIN", word(plugin), "DATE", dated, "KUBECTL", d.kubectl(""),
	).Replace(text)
}

func asIs(word string) string { return word }

func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// refusedLogin is why a login may have been refused, by what it says of itself.
func (d *Doctor) refusedLogin() checklist.Finding {
	f := fail(codeLogin, "the API server does not accept the login (401)", d.asked()...)
	if why := d.loginEnded(); why != "" {
		f.Detail += ": " + why
	}
	if by, differ := d.clockDiffers(); differ {
		f.Evidence = append(f.Evidence, by)
	}
	f.Refused = true
	return hinted(f, "log in again, until this works: "+d.kubectl("")+" auth whoami; the contexts: kubectl config get-contexts")
}
