package endpoints

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// otherAddresses is how long the rest may take once one address answered. Only
// with time to be thorough one that takes longer is called dead.
const (
	otherAddresses = 250 * time.Millisecond
	deadAddress    = time.Second
)

// dialled is what came of one address.
type dialled struct {
	addr netip.Addr
	err  error
	took time.Duration
}

// dial tries every address at once. One that answers is enough, the others are
// evidence: a client may try a dead one first.
func (l *ladder) dial(ctx context.Context) checklist.Finding {
	dialling, cancel := context.WithTimeout(ctx, l.env.Limits.Dial)
	defer cancel()
	_, port := l.hop()
	addrs := l.found[:min(len(l.found), 8)]
	ended := make(chan dialled)
	for _, addr := range addrs {
		go func() {
			began := time.Now()
			conn, err := l.env.Dialer.DialContext(dialling, "tcp", net.JoinHostPort(addr.String(), port))
			if err == nil {
				err = conn.Close()
			}
			ended <- dialled{addr, err, time.Since(began)}
		}()
	}
	var good, bad []dialled
	for range addrs {
		d := <-ended
		if d.err != nil {
			bad = append(bad, d)
			continue
		}
		if good = append(good, d); len(good) == 1 {
			defer time.AfterFunc(l.patience(), cancel).Stop()
		}
	}
	if len(good) == 0 {
		return l.dialFault(ctx, bad)
	}
	l.answered = good[0].addr
	if dead, ok := l.triedFirst(addrs, good, bad); ok {
		return l.deadAddress(dead, perAddress(bad, port))
	}
	f := pass("%sdials in %s", l.throughProxy(), inMillis(good[0].took))
	f.Evidence = perAddress(bad, port)
	return f
}

func (l *ladder) patience() time.Duration {
	if l.env.Thorough {
		return deadAddress
	}
	return otherAddresses
}

// triedFirst is a silent address that comes before all that answer. Go and curl
// race the addresses; Python's libraries take them in the order of the resolver
// and wait at each for the whole connect timeout.
func (l *ladder) triedFirst(addrs []netip.Addr, good, bad []dialled) (netip.Addr, bool) {
	for _, addr := range addrs {
		is := func(d dialled) bool { return d.addr == addr }
		if slices.ContainsFunc(good, is) {
			break
		}
		i := slices.IndexFunc(bad, is)
		if l.env.Thorough && bad[i].took >= deadAddress && dialCause(bad[i].err) == causeSilence {
			return addr, true
		}
	}
	return netip.Addr{}, false
}

func (l *ladder) deadAddress(dead netip.Addr, evidence []string) checklist.Finding {
	hint := "take it out of the DNS: nslookup " + shellWord(l.addr.host)
	if s, ok := l.service(); ok {
		hint = fmt.Sprintf("kubectl -n %s get endpointslices -l kubernetes.io/service-name=%s, and end the pod or node that is gone", s.namespace, s.name)
	}
	return l.warn(codeDeadAddress, fmt.Sprintf("Python would try %s first and wait: it does not answer within %s, another address does", dead, deadAddress), hint, evidence...)
}

func inMillis(d time.Duration) string {
	if d < time.Millisecond {
		return "<1 ms"
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// The faults of dialling, the most telling first: a refusal comes from the
// other end, silence from anything between.
const (
	causeRefused = iota
	causeReset
	causeSilence
	causeNoRoute
	causeOther
)

func dialCause(err error) int {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return causeRefused
	case errors.Is(err, syscall.ECONNRESET):
		return causeReset
	case isTimeout(err), errors.Is(err, context.Canceled):
		return causeSilence
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return causeNoRoute
	}
	return causeOther
}

var dialWords = [...]string{"connection refused", "connection reset", "no answer", "no route", "cannot connect"}

// dialFault makes the finding of a target of which no address answers.
func (l *ladder) dialFault(ctx context.Context, bad []dialled) checklist.Finding {
	slices.SortFunc(bad, func(a, b dialled) int {
		return 10*(dialCause(a.err)-dialCause(b.err)) + a.addr.Compare(b.addr)
	})
	host, port := l.hop()
	var evidence []string
	if len(bad) > 1 || len(bad) == 1 && bad[0].addr.String() != host {
		evidence = perAddress(bad, port)
	}
	if len(bad) == 0 {
		bad = []dialled{{err: errors.New("no address")}}
	}
	if l.via != nil {
		f := l.proxyDown(fmt.Sprintf("%s at the proxy %s", dialWords[dialCause(bad[0].err)], l.via.Host))
		f.Evidence = append(f.Evidence, evidence...)
		return f
	}
	f := l.connectFault(bad[0].err, evidence...)
	switch f.Code {
	case codeRefused, codeDialTimeout:
		return l.compareWithAPI(ctx, f)
	case codeNoRoute:
		return l.compareFamilies(f)
	}
	return f
}

// connectFault makes the finding of a connection to the target that did not
// come about.
func (l *ladder) connectFault(err error, evidence ...string) checklist.Finding {
	at := l.addr.hostPort()
	switch dialCause(err) {
	case causeRefused:
		return transient(l.fail(codeRefused, "connection refused at "+at, l.whoListens(), evidence...))
	case causeReset:
		return transient(l.fail(codeReset, "connection reset by "+at, l.meshHint(), evidence...))
	case causeSilence:
		return transient(l.fail(codeDialTimeout, "no answer to a connection attempt at "+at, l.whoDrops(), evidence...))
	case causeNoRoute:
		return l.fail(codeNoRoute, "no route to "+at, "ip route; if only IPv6 fails, use a name with an A record", evidence...)
	}
	return l.fail(codeNoRoute, "cannot connect to "+at, l.curl(""), evidence...)
}

// whoDrops is the command that shows which rule drops packets to the target.
func (l *ladder) whoDrops() string {
	hint := fmt.Sprintf("packets are dropped: kubectl -n %s get networkpolicy", l.namespaceOf())
	if s, ok := l.service(); ok && s.name == "seaweedfs" {
		hint += fmt.Sprintf("; that of Kubeflow Pipelines admits namespaces with a label: kubectl label ns %s app.kubernetes.io/part-of=kubeflow-profile", l.ownNamespace())
	}
	return hint
}

func (l *ladder) meshHint() string {
	return `if a mesh demands mTLS: kubectl get peerauthentication -A, and label the pod sidecar.istio.io/inject: "true"; by hand: ` + l.curl("")
}

func perAddress(bad []dialled, port string) []string {
	var lines []string
	for _, d := range bad {
		lines = append(lines, fmt.Sprintf("%s: %s", net.JoinHostPort(d.addr.String(), port), dialWords[dialCause(d.err)]))
	}
	return lines
}

// isTimeout covers a deadline of ours and one of the kernel.
func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
