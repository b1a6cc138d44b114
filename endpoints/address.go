package endpoints

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// address is where a target is, parsed from its setting.
type address struct {
	setting Setting
	form    form
	scheme  string // http, https or tcp
	host    string // without brackets
	port    string
	path    string // of a URL, without the final slash
	user    *url.Userinfo

	secureKey string // the key that says https, when the address itself has no scheme
}

// form is the type of the key that the address came from: hints are written in
// it.
type form int

const (
	hostport form = iota
	fullURL
)

// parseURL reads a key of type url.
func parseURL(s Setting) (address, *checklist.Finding) {
	text := s.Value.Reveal()
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		guess := "http://HOST:PORT"
		if host, port, err := net.SplitHostPort(text); err == nil && validHost(host) && validPort(port) {
			guess = "http://" + text
		}
		return address{}, badSetting(s, codeNoScheme, "is not an http or https URL", guess)
	}
	if !validHost(u.Hostname()) || u.Port() != "" && !validPort(u.Port()) || u.RawQuery != "" || u.Fragment != "" {
		return address{}, badSetting(s, codeNotEndpoint, "is not a URL of a server", u.Scheme+"://HOST:PORT")
	}
	a := address{setting: s, form: fullURL, scheme: u.Scheme, host: u.Hostname(), port: u.Port(), path: strings.TrimRight(u.EscapedPath(), "/"), user: u.User}
	if a.port == "" {
		a.port = defaultPort(a.scheme)
	}
	return a, nil
}

// parseHostPort reads a key of type hostport. A URL is taken too, because S3
// endpoints are handed around in both forms; its scheme then decides.
func parseHostPort(s Setting, scheme string) (address, *checklist.Finding) {
	text := s.Value.Reveal()
	if scheme != "tcp" && strings.Contains(text, "://") {
		a, bad := parseURL(s)
		if bad == nil && (a.path != "" || a.user != nil) {
			return address{}, badSetting(s, codeNotEndpoint, "is more than a server's address", "HOST:PORT")
		}
		return a, bad
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil && validHost(text) && scheme != "tcp" {
		host, port, err = text, defaultPort(scheme), nil
	}
	if err != nil || !validHost(host) || !validPort(port) {
		return address{}, badSetting(s, codeNotEndpoint, "is not host:port", "HOST:PORT")
	}
	return address{setting: s, form: hostport, scheme: scheme, host: host, port: port}, nil
}

func badSetting(s Setting, code, what, want string) *checklist.Finding {
	return &checklist.Finding{
		State: checklist.Fail, Code: code, Detail: s.Key + " " + what,
		Evidence: []string{s.evidence()},
		Hint:     fmt.Sprintf("set %s=%s", s.Key, want),
	}
}

// validHost admits names and addresses and nothing that a shell or a terminal
// would take for more: hosts are printed in hints that people paste.
func validHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == "" || madeOf(ip.Zone(), 32, lower+upper+digits+".-_") // a zone may be any text
	}
	return !strings.HasPrefix(host, "-") && madeOf(host, 253, lower+upper+digits+".-_")
}

func validPort(port string) bool {
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// hostPort is the address to dial.
func (a address) hostPort() string { return net.JoinHostPort(a.host, a.port) }

// authority is what the Host header holds: a default port is left out, as every
// client does.
func (a address) authority() string {
	if a.port != defaultPort(a.scheme) {
		return a.hostPort()
	}
	if strings.Contains(a.host, ":") {
		return "[" + a.host + "]"
	}
	return a.host
}

// url is the address of a path below the target. The path is escaped already.
func (a address) url(escapedPath string) *url.URL {
	u := &url.URL{Scheme: a.scheme, Host: a.authority()}
	full := a.path + escapedPath
	if plain, err := url.PathUnescape(full); err == nil {
		u.Path, u.RawPath = plain, full
	}
	return u
}

// isAt reports that a URL leads to the same server, whatever its path.
func (a address) isAt(u *url.URL) bool {
	return u.Scheme == a.scheme && strings.EqualFold(u.Hostname(), a.host) && withPort(u) == net.JoinHostPort(u.Hostname(), a.port)
}

// asWritten is the URL that a client is given: what it reads NO_PROXY with. A
// port is there when it was written.
func (a address) asWritten() *url.URL {
	text := a.setting.Value.Reveal()
	if u, err := url.Parse(text); err == nil && strings.Contains(text, "://") {
		return u
	}
	if text == a.host {
		text = a.authority()
	}
	return &url.URL{Scheme: a.scheme, Host: text}
}

// assign is the line that sets the key to another server, in the form that the
// key has.
func (a address) assign(scheme, hostPort string) string {
	if a.form == hostport {
		return a.setting.Key + "=" + hostPort
	}
	return fmt.Sprintf("%s=%s://%s%s", a.setting.Key, scheme, hostPort, a.path)
}

// assignScheme is the line that changes http to https or back.
func (a address) assignScheme(scheme string) string {
	if a.form == hostport && a.secureKey != "" {
		return fmt.Sprintf("%s=%t", a.secureKey, scheme == "https")
	}
	return a.assign(scheme, a.hostPort())
}

// isLocal reports an address of the pod itself.
func (a address) isLocal() bool {
	if a.host == "localhost" || strings.HasSuffix(a.host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(a.host)
	return err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}
