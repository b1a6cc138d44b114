package endpoints

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/flts-run/flts-run/internal/hint"
)

// service is a Kubernetes Service that a host name stands for.
type service struct{ name, namespace string }

// serviceOf reads an in-cluster name: SVC.NS.svc, SVC.NS.svc.DOMAIN, or a bare
// SVC when our own namespace is known. Two labels are left alone: minio.mlops
// cannot be told from example.org.
func serviceOf(host, ownNamespace string) (service, bool) {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if _, err := netip.ParseAddr(host); err == nil || host == "localhost" {
		return service{}, false
	}
	switch {
	case len(labels) >= 3 && labels[2] == "svc":
		return service{labels[0], labels[1]}, true
	case len(labels) == 1 && ownNamespace != "":
		return service{labels[0], ownNamespace}, true
	}
	return service{}, false
}

// whoListens is the command that shows why nobody answers at the address.
func (l *ladder) whoListens() string {
	if l.addr.isLocal() {
		return fmt.Sprintf("localhost in a pod is the pod itself: set %s, or look here with: ss -ltn | grep :%s",
			l.addr.assign(l.addr.scheme, "SVC.NS.svc.cluster.local:"+l.addr.port), l.addr.port)
	}
	if s, ok := l.service(); ok {
		return fmt.Sprintf("kubectl -n %s get endpointslices -l kubernetes.io/service-name=%s", s.namespace, s.name)
	}
	return l.curl("")
}

// logs is the command that shows what the server says.
func (l *ladder) logs() string {
	if s, ok := l.service(); ok && !l.addr.isLocal() {
		return fmt.Sprintf("kubectl -n %s logs deploy/%s --tail=50", s.namespace, s.name)
	}
	return l.curl("")
}

// whatIsBehind is the command that shows why what answers has nobody to ask.
// Something does listen, so on this machine the place to look is what it says.
func (l *ladder) whatIsBehind() string {
	if l.addr.isLocal() {
		return "what listens there is a proxy or a tunnel without its server; look at its log, and at the answer: " + l.curl("")
	}
	return l.whoListens()
}

// curl is the command that repeats a request by hand, without its credentials.
func (l *ladder) curl(pathAndQuery string) string {
	if l.addr.scheme == "tcp" {
		return fmt.Sprintf("nc -vz -w 3 %s %s", l.addr.host, l.addr.port)
	}
	path, query, _ := strings.Cut(pathAndQuery, "?")
	u := l.addr.url(path)
	u.RawQuery = query
	ca := ""
	if u.Scheme == "https" && l.caBundle != "" {
		ca = "--cacert " + shellWord(l.caBundle) + " " // curl does not read the variables of Python
	}
	return "curl -v " + ca + shellWord(u.String())
}

func (l *ladder) service() (service, bool) { return serviceOf(l.addr.host, l.env.Namespace) }

// namespaceOf is the namespace for a command, a placeholder when unknown.
func (l *ladder) namespaceOf() string {
	if s, ok := l.service(); ok {
		return s.namespace
	}
	return "NS"
}

// rewrite is how a value gets into a Secret without an extra character.
func (l *ladder) rewrite(s Setting) string {
	return "write " + s.named() + " again without the final newline: " + l.patchSecret(s.Key)
}

func (l *ladder) patchSecret(key string) string { return hint.PatchSecret(l.ownNamespace(), key) }

// shellWord quotes a text that a shell would not take as one word.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/:.-_@%+,=[]", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
