package access

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/submit"
)

// address is a base URL as somebody wrote it, with the login in it set aside.
type address struct {
	url    *url.URL
	login  *url.Userinfo
	origin string
}

// parseAddress reads the address of an API. Without a scheme it is https, as the
// Python clients have it, but for names of this machine and of the cluster, where
// nothing speaks TLS. What people copy from a browser or from a request is cut
// off: the fragment, the query, and the path from one of the roots of the API on.
func parseAddress(text, origin string, apiRoots ...string) (address, error) {
	wrong := func(what, advice string) (address, error) {
		return address{}, &submit.Error{
			Kind: submit.Invalid, Code: codeNotEndpoint, Advice: advice,
			Message: fmt.Sprintf("%s: %q %s", origin, secret.Address(strings.TrimSpace(text)), what),
		}
	}
	rest := strings.TrimSpace(text)
	scheme, after, found := strings.Cut(rest, "://")
	if found {
		rest = after
	}
	u, err := url.Parse("//" + rest)
	if err != nil || !validHost(u.Hostname()) || !validPort(u) {
		return wrong("is no address", "write "+origin+"=https://HOST[:PORT][/PATH]; a password in it is percent-encoded, or goes into --password-file")
	}
	switch u.Scheme = strings.ToLower(scheme); {
	case !found && isNear(u.Hostname()):
		u.Scheme = "http"
	case !found:
		u.Scheme = "https"
	case u.Scheme != "http" && u.Scheme != "https":
		return wrong("has a scheme that is neither http nor https", "write https:// in front of the host")
	}
	a := address{url: &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}, login: u.User, origin: origin}
	for _, root := range apiRoots {
		a.url.Path, _, _ = strings.Cut(a.url.Path, root)
	}
	// The dashboard of Kubeflow shows what is under /pipeline in a frame.
	a.url.Path = strings.Replace(strings.TrimRight(a.url.Path, "/"), "/_/pipeline", "/pipeline", 1)
	return a, nil
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$`)

// validHost takes names, as lenient as resolvers are, and addresses without a zone.
func validHost(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Zone() == "" || err != nil && len(host) <= 253 && hostName.MatchString(host)
}

// validPort takes a URL without a port, or with one that can be told from the host.
func validPort(u *url.URL) bool {
	if strings.HasSuffix(u.Host, ":") || strings.Contains(u.Hostname(), ":") && !strings.HasPrefix(u.Host, "[") {
		return false
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" || err == nil && port > 0
}

// isNear reports a host to which the way is not open to others: this machine, or a
// Service of the cluster.
func isNear(host string) bool { return isLoopback(host) || isService(host) }

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// isService reports the name of a Service: ml-pipeline, ml-pipeline.kubeflow.svc
// and what is longer. Two labels are left out, minio.mlops cannot be told from
// example.org, but for the Service of KFP.
func isService(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	return len(labels) == 1 || len(labels) == 2 && labels[0] == "ml-pipeline" || len(labels) > 2 && labels[2] == "svc"
}

// serviceIn names the Service and its namespace as far as the host does.
func serviceIn(host, namespace string) (service, ns string) {
	labels := strings.Split(host, ".")
	if len(labels) > 1 {
		return labels[0], labels[1]
	}
	return labels[0], namespace
}

// sameOrigin reports two URLs of one server.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
