package endpoints

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// nameFault tells apart why a name has no address, by what the system's
// resolver says of it.
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
	case isDNS && dns.IsNotFound && !l.env.InPod && isClusterName(host):
		return l.notInCluster(host)
	case isDNS && dns.IsNotFound:
		return transient(l.fail(codeNoSuchHost, "no such host: "+host, l.findService(host), evidence...))
	case isDNS && strings.Contains(dns.Err, "connection refused"):
		return l.noResolver(host, evidence...)
	case isDNS && dns.IsTimeout, errors.Is(err, context.DeadlineExceeded):
		return transient(l.fail(codeDNSSilent, "the name server does not answer for "+host, l.openDNS(), evidence...))
	case isDNS && dns.IsTemporary:
		return l.nameServerFails(host, evidence...)
	}
	return l.nameServerRefuses(host, evidence...)
}

// explanation is a cause that was found, kept for a while: a name that is
// waited for is looked up often, and each search for the cause costs dozens of
// queries.
type explanation struct {
	at      time.Time
	code    string // what the system's resolver said
	finding checklist.Finding
}

const explainEvery = 5 * time.Second

// explainName is nameFault with what the name servers say when they are asked
// for each candidate, for other names, and for names that must exist.
func (l *ladder) explainName(ctx context.Context, host string, err error) checklist.Finding {
	f := l.nameFault(host, err)
	if !l.env.asksItself || l.via != nil || f.Code == codeNotInCluster || ctx.Err() != nil {
		return f
	}
	if last := l.explained; last.code == f.Code && time.Since(last.at) < explainEvery {
		return last.finding
	}
	l.explained = explanation{at: time.Now(), code: f.Code}
	s := l.env.stub()
	s.conf.timeout = min(s.conf.timeout, perQuery)
	asked := s.all(ctx, s.conf.candidates(host))
	l.explained.finding = l.nameCause(ctx, s, host, f, asked)
	return l.explained.finding
}

// perQuery is how long one server may take over one question of a diagnosis.
const perQuery = 700 * time.Millisecond

func (l *ladder) nameCause(ctx context.Context, s stub, host string, otherwise checklist.Finding, asked []candidate) checklist.Finding {
	seen := s.evidence(asked)
	switch worst := telling(asked); worst.is {
	case answered:
		return l.answersLate(s, otherwise, worst, seen)
	case needsTCP:
		return transient(l.fail(codeNeedsTCP, "the addresses of "+host+" do not fit into UDP, and the name server does not take TCP",
			fmt.Sprintf("allow egress to port 53 over TCP as well as UDP: kubectl -n %s get networkpolicy -o yaml", l.ownNamespace()), seen))
	case dangling:
		return l.danglingAlias(worst, seen)
	case silent:
		return l.silence(ctx, s, host, seen)
	case noServer:
		return l.noResolver(host, seen)
	case servfail:
		return l.nameServerFails(strings.TrimSuffix(worst.name, "."), seen)
	case refusesUs:
		return l.nameServerRefuses(strings.TrimSuffix(worst.name, "."), seen)
	case noAddress:
		return l.withoutAddress(ctx, s, host, seen)
	}
	return l.missing(ctx, s, host, seen)
}

// answersLate is a name that resolves when it alone is asked for: a dead name
// server or the search list took all the time, or the name appeared this moment.
func (l *ladder) answersLate(s stub, f checklist.Finding, c candidate, seen string) checklist.Finding {
	switch first := s.conf.servers[0]; {
	case f.Code == codeDNSSilent && c.server != first:
		l.found = unmapped(c.addrs)
		return l.warn(codeDNSSilent, fmt.Sprintf("the name server %s does not answer, %s does: each lookup waits first", first, c.server),
			"take it out of /etc/resolv.conf (dnsConfig.nameservers in the pod spec), or bring it back", seen)
	case f.Code == codeDNSSilent:
		f.Code = codeSlowName
		f.Detail = fmt.Sprintf("the lookup takes more than %s, with a final dot %s", l.env.Limits.Resolve, inMillis(c.took))
		f.Hint = l.finalDot(c.name)
	}
	f.Evidence = append(f.Evidence, seen, fmt.Sprintf("%s answers in %s", c.name, inMillis(c.took)))
	return f
}

func (l *ladder) danglingAlias(c candidate, seen string) checklist.Finding {
	target := strings.TrimSuffix(c.alias, ".")
	if !validHost(target) {
		target = "TARGET"
	}
	hint := "nslookup " + target + ", then correct the alias"
	if s, ok := serviceOf(c.name, ""); ok {
		hint = fmt.Sprintf("nslookup %s; then kubectl -n %s edit svc %s (externalName)", target, s.namespace, s.name)
	}
	return transient(l.fail(codeDangling, fmt.Sprintf("%s is an alias of %s, which has no address", strings.TrimSuffix(c.name, "."), target), hint, seen))
}

func (l *ladder) withoutAddress(ctx context.Context, s stub, host, seen string) checklist.Finding {
	hint := "nslookup " + host
	if svc, ok := l.serviceNamed(host); ok && l.env.InPod {
		if f := l.missing(ctx, s, host, seen); f.Code != codeNoSuchHost {
			return f
		}
		hint = fmt.Sprintf("a headless Service has addresses only while its pods are ready: kubectl -n %s get endpointslices -l kubernetes.io/service-name=%s", svc.namespace, svc.name)
	}
	return transient(l.fail(codeNoAddress, host+" is a name without an address", hint, seen))
}

func (l *ladder) noResolver(host string, evidence ...string) checklist.Finding {
	return l.fail(codeResolverDown, "no name server answers for "+host,
		"kubectl -n kube-system get endpointslices -l kubernetes.io/service-name=kube-dns; resolver of this container: cat /etc/resolv.conf", evidence...)
}

func (l *ladder) nameServerFails(host string, evidence ...string) checklist.Finding {
	return transient(l.fail(codeServfail, "the name server failed on "+host+" (SERVFAIL)",
		"kubectl -n kube-system logs -l k8s-app=kube-dns --tail=50; at start-up: --wait 2m", evidence...))
}

func (l *ladder) nameServerRefuses(host string, evidence ...string) checklist.Finding {
	return l.fail(codeDNSRefused, "the name server refuses to answer for "+host,
		"look at cat /etc/resolv.conf; in a pod set dnsPolicy: ClusterFirst", evidence...)
}

func (l *ladder) openDNS() string {
	return fmt.Sprintf("allow egress to port 53, UDP and TCP: kubectl -n %s get networkpolicy", l.ownNamespace())
}

// silence tells a name server that nobody reaches from one that waits for
// another, and both from a pod that reaches nothing.
func (l *ladder) silence(ctx context.Context, s stub, host, seen string) checklist.Finding {
	const detail = "the name server does not answer for "
	if l.env.InPod {
		var (
			control candidate
			asking  sync.WaitGroup
		)
		asking.Go(func() { control = s.ask(ctx, controlName(s.conf, host)) })
		api := l.apiServer(ctx)
		asking.Wait()
		if control.is != silent && control.is != noServer {
			return transient(l.fail(codeDNSSilent, detail+host+", it does for "+control.name,
				"the server that the cluster's DNS forwards to is silent: kubectl -n kube-system get configmap coredns -o yaml (forward)", seen))
		}
		switch api {
		case apiSilent:
			return transient(l.fail(codeDNSSilent, detail+host+", and the API server of the cluster none either",
				fmt.Sprintf("nothing leaves this pod: a NetworkPolicy denies egress, or the network of the node is not ready: kubectl -n %s get networkpolicy", l.ownNamespace()), seen, l.apiEvidence()))
		case apiTakes, apiRefuses:
			seen += "; " + l.apiEvidence()
		}
	}
	return transient(l.fail(codeDNSSilent, detail+host, l.openDNS(), seen))
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
