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

// otherAddresses is how long the rest may take once one address answered.
const otherAddresses = 250 * time.Millisecond

// dialled is what came of one address.
type dialled struct {
	addr netip.Addr
	err  error
	took time.Duration
}

// dial tries every address at once. One that answers is enough, the others are
// evidence: a client may try a dead one first.
func (l *ladder) dial(ctx context.Context) checklist.Finding {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, port := l.hop()
	addrs := l.found[:min(len(l.found), 8)]
	ended := make(chan dialled)
	for _, addr := range addrs {
		go func() {
			began := time.Now()
			conn, err := l.env.Dialer.DialContext(ctx, "tcp", net.JoinHostPort(addr.String(), port))
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
			defer time.AfterFunc(otherAddresses, cancel).Stop()
		}
	}
	if len(good) == 0 {
		return l.dialFault(bad)
	}
	l.answered = good[0].addr
	f := pass("%sdials in %s", l.throughProxy(), inMillis(good[0].took))
	f.Evidence = perAddress(bad, port)
	return f
}

func inMillis(d time.Duration) string {
	if d < time.Millisecond {
		return "<1 ms"
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// dialCause ranks the faults of dialling, the most telling first: a refusal comes
// from the other end, silence from anything between.
func dialCause(err error) int {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return 0
	case errors.Is(err, syscall.ECONNRESET):
		return 1
	case isTimeout(err), errors.Is(err, context.Canceled):
		return 2
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return 3
	}
	return 4
}

var dialWords = [...]string{"connection refused", "connection reset", "no answer", "no route", "cannot connect"}

// dialFault makes the finding of a target of which no address answers.
func (l *ladder) dialFault(bad []dialled) checklist.Finding {
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
	return l.connectFault(bad[0].err, evidence...)
}

// connectFault makes the finding of a connection to the target that did not
// come about.
func (l *ladder) connectFault(err error, evidence ...string) checklist.Finding {
	at := l.addr.hostPort()
	switch dialCause(err) {
	case 0:
		return transient(l.fail(codeRefused, "connection refused at "+at, l.whoListens(), evidence...))
	case 1:
		return transient(l.fail(codeReset, "connection reset by "+at, l.meshHint(), evidence...))
	case 2:
		return transient(l.fail(codeDialTimeout, "no answer to a connection attempt at "+at,
			fmt.Sprintf("packets are dropped: kubectl -n %s get networkpolicy", l.namespaceOf()), evidence...))
	case 3:
		return l.fail(codeNoRoute, "no route to "+at, "ip route; if only IPv6 fails, use a name with an A record", evidence...)
	}
	return l.fail(codeNoRoute, "cannot connect to "+at, l.curl(""), evidence...)
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
