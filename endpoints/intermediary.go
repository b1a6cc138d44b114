package endpoints

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// intermediary makes the finding of an answer that does not come from the
// product: a proxy, a mesh, an ingress, a login in front of it, or a TLS
// listener that was spoken to in plain http. nil means that the product may
// judge it.
func (l *ladder) intermediary(a answer) *checklist.Finding {
	for _, by := range []func(answer) *checklist.Finding{l.fromListener, l.fromMesh, l.fromIngress} {
		if f := by(a); f != nil {
			return f
		}
	}
	return nil
}

// fromListener is what the end of the connection says before it looks at the
// request.
func (l *ladder) fromListener(a answer) *checklist.Finding {
	var f checklist.Finding
	switch {
	case a.status == http.StatusProxyAuthRequired, l.via != nil && a.isFromProxy():
		f = l.proxyFault(a.status)
	case a.status == http.StatusBadRequest && a.saysAny(
		"Client sent an HTTP request to an HTTPS server", // Go, MinIO, Traefik
		"plain HTTP request was sent to HTTPS port",      // nginx
		"speaking plain HTTP to an SSL-enabled server",   // Apache
		"combination of host and port requires TLS",      // Tomcat
	):
		f = l.speaksOnlyTLS()
	case a.status == http.StatusBadRequest && a.saysAny("No required SSL certificate was sent", "The SSL certificate error"):
		f = l.wantsCertificate()
	default:
		return nil
	}
	return &f
}

// fromMesh is what Envoy says by itself, as a sidecar or a gateway of Istio.
func (l *ladder) fromMesh(a answer) *checklist.Finding {
	var f checklist.Finding
	// What Envoy passes on from behind it carries this header.
	own := strings.HasSuffix(a.server(), "envoy") && a.header.Get("X-Envoy-Upstream-Service-Time") == ""
	switch {
	case a.status == http.StatusForbidden && a.says("RBAC: access denied"):
		f = l.fail(codeMeshDenies, "an AuthorizationPolicy of the mesh refuses us",
			fmt.Sprintf("kubectl -n %s get authorizationpolicy -o yaml; add the service account of this pod", l.namespaceOf()), a.seen())
	case own && a.status == http.StatusNotFound && len(a.body) == 0:
		f = l.unrouted(a, fmt.Sprintf("kubectl get virtualservice,httproute -A | grep %s; add the host and the path", shellWord(l.addr.host)))
	default:
		return nil
	}
	return &f
}

// isMeshToken reports that Envoy misses a token, or refuses one. Only a product
// that never sends any may ask: another's client may have it where we do not.
func (a answer) isMeshToken() bool {
	return a.status == http.StatusUnauthorized && a.saysAny("Jwt is missing", "Jwt verification fails", "Jwt is expired", "Jwt issuer is not configured", "Audiences in Jwt are not allowed")
}

// fromIngress is what load balancers and ingress controllers say when there is
// nothing behind them, or too much before them.
func (l *ladder) fromIngress(a answer) *checklist.Finding {
	var f checklist.Finding
	switch {
	case a.isThrottled():
		f = l.throttled(a)
	case isNoBackend(a.status) && !a.isS3():
		f = transient(l.fail(codeNoBackend, fmt.Sprintf("nothing works behind %s (%d)", l.addr.hostPort(), a.status), l.whatIsBehind(), a.seen()))
	case a.status == http.StatusNotFound && a.says("default backend - 404"):
		f = l.unrouted(a, "kubectl get ingress -A; set the host and the path shown there")
	case a.isLogin():
		f = l.fail(codeLoginPage, fmt.Sprintf("a login page answers at %s (%d)", l.addr.hostPort(), a.status),
			"inside the cluster set "+l.addr.assign("http", "SVC.NS.svc.cluster.local:PORT"), a.seen())
	default:
		return nil
	}
	return &f
}

func isNoBackend(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

// unrouted is the finding of a front end that has no rule for us.
func (l *ladder) unrouted(a answer, hint string) checklist.Finding {
	return l.fail(codeUnrouted, fmt.Sprintf("no rule at %s leads to a server (404)", l.addr.hostPort()), hint, a.seen())
}

// isUnrouted knows the words of routers that servers of our own use as well:
// only a product that never says them may ask.
func (a answer) isUnrouted() bool {
	return a.status == http.StatusNotFound && strings.TrimSpace(string(a.body)) == "404 page not found"
}

// isThrottled reports a server that works and has had enough of us.
func (a answer) isThrottled() bool {
	code := a.document().code
	return a.status == http.StatusTooManyRequests || strings.HasPrefix(code, "SlowDown") || code == "ServerBusy" || code == "RequestLimitExceeded"
}

func (l *ladder) throttled(a answer) checklist.Finding {
	wait := "a little"
	if after := a.retryAfter(); after > 0 {
		wait = after.String()
	}
	return transient(l.warn(codeThrottled, fmt.Sprintf("%s throttles us (%d)", l.addr.hostPort(), a.status),
		fmt.Sprintf("wait %s, and start fewer pods at once: dsl.ParallelFor(…, parallelism=2)", wait), a.seen()))
}

func (a answer) saysAny(texts ...string) bool {
	for _, text := range texts {
		if a.says(text) {
			return true
		}
	}
	return false
}
