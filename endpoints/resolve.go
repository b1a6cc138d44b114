package endpoints

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

type runFunc = func(context.Context) checklist.Finding

func always(f checklist.Finding) runFunc {
	return func(context.Context) checklist.Finding { return f }
}

// resolve looks up the host that is connected to first.
func (l *ladder) resolve(ctx context.Context) checklist.Finding {
	if l.via != nil && !usableProxy(l.via) {
		return l.cannotProxy()
	}
	host, _ := l.hop()
	if ip, err := netip.ParseAddr(host); err == nil {
		l.found = []netip.Addr{ip}
		return pass("%s is an address", host)
	}
	addrs, err := l.env.Resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return l.nameFault(host, err)
	}
	l.found = unmapped(addrs)
	return pass("%sresolves to %s", l.throughProxy(), joinAddrs(l.found))
}

func (l *ladder) throughProxy() string {
	if l.via == nil {
		return ""
	}
	return "proxy " + l.via.Host + " "
}

// nameFault tells apart why a name has no address.
func (l *ladder) nameFault(host string, err error) checklist.Finding {
	var dns *net.DNSError
	isDNS := errors.As(err, &dns)
	var evidence []string
	if isDNS && dns.Server != "" {
		evidence = append(evidence, "asked the name server "+dns.Server)
	}
	if l.via != nil && host == l.via.Hostname() {
		return l.proxyDown(fmt.Sprintf("the proxy's name %q does not resolve", host))
	}
	switch {
	case isDNS && dns.IsNotFound:
		return transient(l.fail(codeNoSuchHost, "no such host: "+host, l.findService(host), evidence...))
	case isDNS && strings.Contains(dns.Err, "connection refused"):
		return l.fail(codeResolverDown, "no name server answers for "+host,
			"kubectl -n kube-system get endpointslices -l kubernetes.io/service-name=kube-dns; resolver of this container: cat /etc/resolv.conf", evidence...)
	case isDNS && dns.IsTimeout, errors.Is(err, context.DeadlineExceeded):
		return transient(l.fail(codeDNSSilent, "the name server does not answer for "+host,
			fmt.Sprintf("allow egress to port 53, UDP and TCP: kubectl -n %s get networkpolicy", l.ownNamespace()), evidence...))
	case isDNS && dns.IsTemporary:
		return transient(l.fail(codeServfail, "the name server failed on "+host+" (SERVFAIL)",
			"kubectl -n kube-system logs -l k8s-app=kube-dns --tail=50; at start-up: --wait 2m", evidence...))
	}
	return l.fail(codeDNSRefused, "the name server refuses to answer for "+host,
		"look at cat /etc/resolv.conf; in a pod set dnsPolicy: ClusterFirst", evidence...)
}

// findService is the command that shows under which name the thing really is.
func (l *ladder) findService(host string) string {
	s, ok := serviceOf(host, l.env.Namespace)
	if !ok {
		return "nslookup " + host
	}
	first, _, _ := strings.Cut(s.name, "-")
	return fmt.Sprintf("kubectl get svc -A | grep -i %s, then set %s", first, l.addr.assign(l.addr.scheme, "SVC.NS.svc.cluster.local:"+l.addr.port))
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
