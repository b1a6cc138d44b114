package endpoints

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

type runFunc = func(context.Context) checklist.Finding

func always(f checklist.Finding) runFunc {
	return func(context.Context) checklist.Finding { return f }
}

// askAgain is what the search for a cause may take after the lookup itself.
const askAgain = 2 * time.Second

// resolve looks up the host that is connected to first, as the task's clients
// will: with the system's configuration and within the usual time. Only when
// that fails, or when there is time to be thorough, name servers are asked
// directly.
func (l *ladder) resolve(ctx context.Context) checklist.Finding {
	if l.via != nil && !usableProxy(l.via) {
		return l.cannotProxy()
	}
	host, _ := l.hop()
	if ip, err := netip.ParseAddr(host); err == nil {
		l.found = []netip.Addr{ip}
		return pass("%s is an address", host)
	}
	lookup, cancel := context.WithTimeout(ctx, l.env.Limits.Resolve)
	defer cancel()
	began := time.Now()
	addrs, err := l.env.Resolver.LookupNetIP(lookup, "ip", host)
	took := time.Since(began)
	if err != nil {
		return l.explainName(ctx, host, err)
	}
	l.found = unmapped(addrs)
	f := pass("%sresolves to %s", l.throughProxy(), joinAddrs(l.found))
	if odd := l.oddName(ctx, host, took); odd != nil {
		return *odd
	}
	return f
}

func (l *ladder) throughProxy() string {
	if l.via == nil {
		return ""
	}
	return "proxy " + l.via.Host + " "
}

func (l *ladder) ownNamespace() string {
	if l.env.Namespace != "" {
		return l.env.Namespace
	}
	return "NS"
}

// unmapped turns ::ffff:10.0.0.1 into the address people know.
func unmapped(addrs []netip.Addr) []netip.Addr {
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	return addrs
}

// joinAddrs shows a few addresses; a name with many is somebody's CDN.
func joinAddrs(addrs []netip.Addr) string {
	var shown []string
	for i, a := range addrs {
		if i == 4 {
			shown = append(shown, fmt.Sprintf("%d more", len(addrs)-i))
			break
		}
		shown = append(shown, a.String())
	}
	return strings.Join(shown, ", ")
}
