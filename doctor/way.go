package doctor

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
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
	o := d.obstacle(fault)
	f := fail(o.code, o.detail, d.asked()...)
	f.Transient, f.Refused = o.transient, o.code == codeLogin
	return hinted(f, o.hint)
}

// obstacle is what is in the way, in words.
type obstacle struct {
	code, detail, hint string
	transient          bool
}

func (d *Doctor) obstacle(fault *cluster.Fault) obstacle {
	host := d.view.API.Address().Host
	look := d.kubectl("") + " cluster-info"
	inKubeconfig := d.kubectl("") + " config view --minify"
	switch fault.Obstacle() {
	case cluster.NoPlugin:
		name := d.plugin()
		return obstacle{code: codeLogin, detail: "the kubeconfig gets its login from " + name + ", and there is no such program", hint: "install it, until this finds it: command -v " + hint.ShellWord(name)}
	case cluster.PluginFailed:
		return obstacle{code: codeLogin, detail: d.plugin() + ", from which the kubeconfig gets its login, failed", hint: "log in again, until this works: " + d.whoami()}
	case cluster.NoProxy:
		return obstacle{code: codeNoProxy, detail: "the proxy on the way to " + host + " cannot be reached, or refuses", hint: "check HTTPS_PROXY and proxy-url; to go around it: NO_PROXY=" + hint.ShellWord(d.view.API.Address().Hostname()) + " " + look}
	case cluster.NoSuchHost:
		return obstacle{code: codeNoSuchHost, detail: "there is no host " + d.view.API.Address().Hostname(), hint: "check the VPN and the server in the kubeconfig: " + inKubeconfig, transient: true}
	case cluster.NoNameServer:
		return obstacle{code: codeNoNameServer, detail: "the name server cannot say where " + d.view.API.Address().Hostname() + " is", hint: "check the VPN: getent hosts " + hint.ShellWord(d.view.API.Address().Hostname()), transient: true}
	case cluster.Refused:
		return obstacle{code: codeRefused, detail: "nothing listens at " + host + " (connection refused)", hint: "start the cluster or the tunnel to it, or choose another context: kubectl config get-contexts", transient: true}
	case cluster.NoRoute:
		return obstacle{code: codeUnreachable, detail: "there is no route to " + host, hint: "check the VPN, then " + look, transient: true}
	case cluster.Silent:
		return obstacle{code: codeUnreachable, detail: host + " does not answer in time", hint: "check the VPN and firewalls on the way, then " + look, transient: true}
	case cluster.Dropped:
		return obstacle{code: codeUnreachable, detail: host + " closes the connection before it has answered", hint: "check the port, and what stands before the API server; then " + look, transient: true}
	case cluster.Busy:
		return obstacle{code: codeUnreachable, detail: "the API server at " + host + ", or what stands before it, cannot answer now", hint: d.kubectl("") + " get --raw /readyz", transient: true}
	case cluster.NotKubernetes:
		return obstacle{code: codeUnreachable, detail: "what answers at " + host + " is no Kubernetes API", hint: "check the server in the kubeconfig: " + inKubeconfig}
	case cluster.CertificateWanted:
		return obstacle{code: codeLogin, detail: host + " breaks off, because of the client certificate or the lack of one", hint: "log in again, until this works: " + d.whoami()}
	case cluster.SpeaksPlain:
		return obstacle{code: codeSpeaksPlain, detail: host + " does not speak TLS, and the kubeconfig says https", hint: "check the server in the kubeconfig: " + inKubeconfig}
	case cluster.SpeaksTLS:
		return obstacle{code: codeSpeaksTLS, detail: host + " speaks TLS, and the kubeconfig says http", hint: "check the server in the kubeconfig: " + inKubeconfig}
	case cluster.NoSharedTLS:
		return obstacle{code: codeUnreachable, detail: "we and " + host + " do not agree on TLS", hint: d.showCertificate()}
	}
	return d.certificateObstacle(fault, look)
}

// certificateObstacle is what is wrong with the certificate of the API server.
func (d *Doctor) certificateObstacle(fault *cluster.Fault, look string) obstacle {
	host, certificate := d.view.API.Address().Host, fault.Certificate()
	switch kind := fault.Obstacle(); {
	case kind == cluster.UnknownAuthority:
		return obstacle{code: codeUnknownCA, detail: "the certificate of " + host + " is of another authority than the kubeconfig says", hint: "get the kubeconfig of this cluster anew: its certificate-authority-data belongs to another cluster"}
	case kind == cluster.WrongName:
		return obstacle{code: codeWrongName, detail: "the certificate of " + host + " is for another host", hint: d.showCertificate() + " | openssl x509 -noout -ext subjectAltName"}
	case kind == cluster.Expired && certificate != nil:
		return obstacle{code: codeExpired, detail: "the certificate of " + host + " expired on " + date(certificate.NotAfter), hint: "on the control plane: kubeadm certs check-expiration; our clock: date -u"}
	case kind == cluster.NotYetValid && certificate != nil:
		return obstacle{code: codeNotYetValid, detail: "the certificate of " + host + " is not valid before " + date(certificate.NotBefore), hint: "compare the clocks: date -u; timedatectl status"}
	}
	return obstacle{code: codeUnreachable, detail: "the request to " + host + " failed for an unknown reason", hint: look}
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func (d *Doctor) showCertificate() string {
	u := d.view.API.Address()
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return "openssl s_client -connect " + hint.ShellWord(net.JoinHostPort(u.Hostname(), port)) + " </dev/null"
}

func (d *Doctor) whoami() string { return d.kubectl("") + " auth whoami" }

func (d *Doctor) plugin() string {
	if p := d.view.API.Config().ExecProvider; p != nil {
		return filepath.Base(p.Command)
	}
	return "a program"
}

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
	return hinted(f, fmt.Sprintf("log in again, until this works: %s; the contexts: kubectl config get-contexts", d.whoami()))
}
