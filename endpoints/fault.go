package endpoints

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/flts-run/flts-run/checklist"
)

// fault makes the finding of an exchange without an answer. It looks at the
// kind of the error and never prints its text, which may hold what the server
// sent.
func (l *ladder) fault(err error, at stage) checklist.Finding {
	var (
		proxy *proxyRefusal
		dns   *net.DNSError
	)
	switch {
	case errors.As(err, &proxy):
		return l.proxyFault(proxy.status)
	case errors.As(err, &dns):
		return l.nameFault(dns.Name, err)
	case at == connecting && l.via != nil:
		return l.proxyDown("no connection through the proxy " + l.via.Host)
	case at == connecting:
		return l.connectFault(err)
	}
	if f, ok := l.tlsFault(err); ok {
		return f
	}
	target := l.addr.hostPort()
	switch {
	case isTimeout(err) && at == shakingHands:
		return l.fail(codeHangs, target+" does not answer the TLS handshake",
			"the server is overloaded or does not speak TLS; try "+l.addr.assignScheme("http"))
	case isTimeout(err):
		return l.fail(codeHangs, target+" takes the request and does not answer",
			"the server is overloaded or speaks another protocol: "+l.logs())
	case errors.Is(err, errLongHeader):
		return l.fail(codeUnexpected, target+" answers with a longer header than Python's clients read", "look at the answer: "+l.curl(""))
	case closedEarly(err):
		return transient(l.fail(codeReset, target+" closes the connection without an answer", l.meshHint()))
	}
	return l.fail(codeNotHTTP, target+" does not speak HTTP",
		"the port is another protocol's: MinIO has 9000, MLflow 5000; set "+l.addr.assign(l.addr.scheme, net.JoinHostPort(l.addr.host, "PORT")))
}

// faultOrTLS adds one look to the fault of plain http: a port that speaks TLS
// may hang up or answer with bytes that are no HTTP.
func (l *ladder) faultOrTLS(ctx context.Context, err error, at stage) checklist.Finding {
	f := l.fault(err, at)
	if l.addr.scheme == "http" && l.via == nil && (f.Code == codeReset || f.Code == codeNotHTTP) && l.speaksTLS(ctx) {
		return l.speaksOnlyTLS()
	}
	return f
}

func (l *ladder) speaksOnlyTLS() checklist.Finding {
	return l.fail(codeSpeaksTLS, l.addr.hostPort()+" speaks TLS, not plain http", "set "+l.addr.assignScheme("https"))
}

// unexpected is the finding of an answer that fits no known cause.
func (l *ladder) unexpected(a answer, what, pathAndQuery string) checklist.Finding {
	return l.fail(codeUnexpected, fmt.Sprintf("%s (%d)", what, a.status), "look at the answer: "+l.curl(pathAndQuery), a.seen())
}

// moved is the finding of a redirect away from the target.
func (l *ladder) moved(a answer) checklist.Finding {
	detail, hint := fmt.Sprintf("%s redirects (%d)", l.addr.hostPort(), a.status), "look where to: "+l.curl("")
	if to := a.location(); to != nil && validHost(to.Hostname()) {
		detail += " to " + to.Scheme + "://" + to.Host
		hint = "write the final address: " + l.addr.assign(to.Scheme, to.Host)
		if l.addr.form == hostport && to.Scheme != l.addr.scheme && l.addr.secureKey != "" {
			hint += " " + l.addr.assignScheme(to.Scheme)
		}
	}
	return l.fail(codeMoved, detail, hint, a.seen())
}
