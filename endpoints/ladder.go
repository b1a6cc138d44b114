package endpoints

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/secret"
)

// ladder holds what the rungs of one target pass on to each other. A rung
// writes before those that need it start.
type ladder struct {
	name     string
	advisory bool
	addr     address
	env      Env
	via      *url.URL // the proxy that applies, nil when none does
	caBundle string

	clientCert string // a PEM file with certificate and key, "" for none

	found    []netip.Addr // by resolve: the addresses of the hop
	answered netip.Addr   // by dial: the one that took the connection

	tlsConfig  *tls.Config // by the first that needs it
	certWanted atomic.Bool // the server asked for a client certificate
}

// newLadder fits the target into the environment. Whether a proxy applies is
// decided once, by the rules and variables that the task's clients follow.
func newLadder(name string, advisory bool, a address, caBundle string, env Env) *ladder {
	l := &ladder{name: name, advisory: advisory, addr: a, env: env.withDefaults(), caBundle: caBundle}
	if a.scheme != "tcp" {
		via, err := l.env.Proxy.ProxyFunc()(a.url(""))
		if err != nil {
			via = &url.URL{} // a proxy that cannot be used is no reason to go without
		}
		l.via = via
	}
	return l
}

// base are the checks that every target has: resolve, dial, and tls with
// https. The last of them is what the product's first check needs.
func (l *ladder) base() []checklist.Check {
	checks := []checklist.Check{
		l.check("resolve", checklist.Resolve, l.name+" has an address", l.env.Limits.Resolve, l.resolve),
		l.check("dial", checklist.Dial, l.name+" takes connections", l.env.Limits.Dial, l.dial),
	}
	if l.addr.scheme == "https" {
		checks = append(checks, l.check("tls", checklist.TLS, l.name+" has a certificate that clients accept", l.env.Limits.Dial, l.handshake))
	}
	return chain(checks)
}

func (l *ladder) check(id string, rung checklist.Rung, title string, timeout time.Duration, run runFunc) checklist.Check {
	return checklist.Check{
		ID: l.name + "." + id, Target: l.name, Rung: rung, Title: title,
		Advisory: l.advisory, Timeout: timeout, Run: run,
	}
}

// chain makes each check need the one before it.
func chain(checks []checklist.Check) []checklist.Check {
	for i := 1; i < len(checks); i++ {
		checks[i].Needs = []string{checks[i-1].ID}
	}
	return checks
}

// unparsed is the only check of a target of which not even the address can be
// read. The resolver refuses such values earlier; this is for callers that do
// not.
func unparsed(name string, advisory bool, bad *checklist.Finding) []checklist.Check {
	return []checklist.Check{{
		ID: name + ".parse", Target: name, Rung: checklist.Parse, Title: name + " has a well-formed address",
		Advisory: advisory, Run: always(*bad),
	}}
}

// hop is the host and port that a client connects to first: the proxy's or the
// target's.
func (l *ladder) hop() (host, port string) {
	if l.via == nil {
		return l.addr.host, l.addr.port
	}
	if port = l.via.Port(); port == "" {
		port = defaultProxyPort(l.via)
	}
	return l.via.Hostname(), port
}

// fail starts a finding with what is evidence in all of them: the setting and
// the proxy.
func (l *ladder) fail(code, detail, hint string, evidence ...string) checklist.Finding {
	lines := []string{l.addr.setting.evidence()}
	if l.via != nil {
		lines = append(lines, "proxy = "+secret.Open(l.via.String()).String())
	}
	return checklist.Finding{State: checklist.Fail, Code: code, Detail: detail, Hint: hint, Evidence: append(lines, evidence...)}
}

func pass(format string, args ...any) checklist.Finding {
	return checklist.Finding{State: checklist.Pass, Detail: fmt.Sprintf(format, args...)}
}

func transient(f checklist.Finding) checklist.Finding {
	f.Transient = true
	return f
}

func refused(f checklist.Finding) checklist.Finding {
	f.Refused = true
	return f
}
