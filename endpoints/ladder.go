package endpoints

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// ladder holds what the rungs of one target pass on to each other. A rung
// writes before those that need it start.
type ladder struct {
	name     string
	advisory bool
	addr     address
	env      Env
	client   library  // whose rules about proxies and certificates a pass promises
	via      *url.URL // the proxy that applies, nil when none does
	caBundle string

	clientCert string // a PEM file with certificate and key, "" for none

	found     []netip.Addr  // by resolve: the addresses of the hop
	answered  netip.Addr    // by dial: the one that took the connection
	explained explanation   // by resolve: the cause of its last failure
	control   controlSample // by whoever asked first; the rungs run one after the other

	trust      trust
	tlsConfig  *tls.Config // by the first that needs it, with trust
	certWanted atomic.Bool // the server asked for a client certificate
	leafSeen   []byte      // by tls: the certificate that was not accepted
	saidSlow   atomic.Bool
	python     func() python // of the task; looked for once
}

// newLadder fits the target into the environment. Whether a proxy applies is
// decided once, by the rules and variables that the task's client follows.
func newLadder(name string, advisory bool, a address, caBundle string, client library, env Env) *ladder {
	l := &ladder{name: name, advisory: advisory, addr: a, env: env.withDefaults(), caBundle: caBundle, client: client}
	l.python = sync.OnceValue(func() python { return pythonOf(l.env) })
	if a.scheme != "tcp" {
		l.via = pythonProxyURL(client.rules, PythonProxy(client.rules, env.Task, a.asWritten()))
	}
	return l
}

// base are the checks that every target has: resolve, dial, and tls with
// https; before them proxy, where the way itself is in question. The last of
// them is what the product's first check needs.
func (l *ladder) base() []checklist.Check {
	limits := l.env.Limits
	checks := append(l.proxyParity(),
		l.check("resolve", checklist.Resolve, l.name+" has an address", limits.Resolve+askAgain, l.resolve),
		l.check("dial", checklist.Dial, l.name+" takes connections", limits.Dial+controlTime, l.dial),
	)
	if l.addr.scheme == "https" {
		checks = append(checks, dispensable(l.check("tls", checklist.TLS, l.name+" has a certificate that clients accept", limits.Dial, l.handshake)))
	}
	chain(checks)
	checks[0].Needs = l.env.Needs
	return checks
}

// check makes a check of this target. Behind a proxy a failure is looked at
// again without it, in time of its own.
func (l *ladder) check(id string, rung checklist.Rung, title string, timeout time.Duration, run runFunc) checklist.Check {
	if l.via != nil {
		run = l.alsoDirect(timeout, run)
		timeout += directTime
	}
	return checklist.Check{
		ID: l.name + "." + id, Target: l.name, Rung: rung, Title: title,
		Advisory: l.advisory, Timeout: timeout, Run: l.unhurried(run),
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
		lines = append(lines, "proxy = "+l.proxyShown())
	}
	return checklist.Finding{State: checklist.Fail, Code: code, Detail: detail, Hint: hint, Evidence: append(lines, evidence...), Explains: consequences(code)}
}

// warn is a finding that lets the next rungs run.
func (l *ladder) warn(code, detail, hint string, evidence ...string) checklist.Finding {
	f := l.fail(code, detail, hint, evidence...)
	f.State = checklist.Warn
	return f
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
