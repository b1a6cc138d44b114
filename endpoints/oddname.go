package endpoints

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// slowLookup is what a person notices in each call that opens a connection.
const slowLookup = 500 * time.Millisecond

// oddName looks a second time at a name that resolves: from where, how slowly,
// and whether anything would have resolved there. It costs queries, so it is
// left out before the start of a task.
func (l *ladder) oddName(ctx context.Context, host string, took time.Duration) *checklist.Finding {
	if !l.env.Thorough || !l.env.asksItself || l.via != nil || host == "localhost" {
		return nil
	}
	s := l.env.stub()
	s.conf.timeout = min(s.conf.timeout, perQuery)
	names := s.conf.candidates(host)
	if written := inHostsFile(s.hosts, host); written != nil {
		return l.shadowed(ctx, s, host, names, written)
	}
	plain := strings.TrimSuffix(host, ".") + "."
	if took < slowLookup && (len(names) < 2 || names[0] == plain) {
		return nil
	}
	alone := s.ask(ctx, plain)
	if took >= slowLookup {
		if f := l.slowName(s, names, alone, took); f != nil {
			return f
		}
	}
	if len(names) < 2 || alone.is == answered && overlap(alone.addrs, l.found) {
		return nil
	}
	return l.wildcard(ctx, s, host, names, alone)
}

// slowName compares the time of the lookup with that of the name alone.
func (l *ladder) slowName(s stub, names []string, alone candidate, took time.Duration) *checklist.Finding {
	before := slices.Index(names, alone.name)
	var f checklist.Finding
	switch {
	case before > 0 && alone.is == answered && alone.took < took/2:
		f = l.warn(codeSlowName, fmt.Sprintf("the lookup takes %s: %d candidates of the search list are asked first; with a final dot %s", inMillis(took), before, inMillis(alone.took)),
			l.finalDot(alone.name), s.evidence([]candidate{alone}))
	case took >= time.Second:
		f = l.warn(codeSlowName, "the lookup takes "+inMillis(took),
			"the name server is slow, or one that comes first is silent: cat /etc/resolv.conf; kubectl -n kube-system top pods -l k8s-app=kube-dns", s.evidence([]candidate{alone}))
	default:
		return nil
	}
	return &f
}

func (l *ladder) finalDot(name string) string {
	const ndots = `in the pod spec dnsConfig: {options: [{name: ndots, value: "2"}]} (not with musl)`
	if l.client.rules == Botocore {
		return ndots + "; no final dot: boto3 signs it and does not send it"
	}
	return fmt.Sprintf("write the full name with a final dot: set %s; or "+ndots, l.addr.assign(l.addr.scheme, name+":"+l.addr.port))
}

// shadowed compares /etc/hosts, which every client reads first, with the DNS.
func (l *ladder) shadowed(ctx context.Context, s stub, host string, names []string, written []netip.Addr) *checklist.Finding {
	asked := s.all(ctx, names)
	i := slices.IndexFunc(asked, func(c candidate) bool { return c.is == answered })
	if i < 0 || overlap(asked[i].addrs, written) {
		return nil
	}
	f := l.warn(codeHostsFile, fmt.Sprintf("%s has %s for %s, the name server says %s", s.hosts, joinAddrs(written), host, joinAddrs(asked[i].addrs)),
		"if the entry is old, remove it from hostAliases in the pod spec, or from extra_hosts of the container: grep "+shellWord(host)+" "+shellWord(s.hosts), s.evidence(asked[i:i+1]))
	return &f
}

// wildcard finds the domain of the search list under which everything resolves,
// by asking for a name that nobody has made.
func (l *ladder) wildcard(ctx context.Context, s stub, host string, names []string, alone candidate) *checklist.Finding {
	invented := fmt.Sprintf("flts-%08x", rand.Uint32())
	asked := s.all(ctx, append(slices.Clone(names), searched(s.conf, invented)...))
	for i, domain := range s.conf.search {
		if made := asked[len(names)+i]; made.is != answered || !overlap(made.addrs, l.found) {
			continue
		}
		detail := fmt.Sprintf("%s is no name of its own: everything under %s resolves to %s", host, domain, joinAddrs(l.found))
		if alone.is == answered {
			detail = fmt.Sprintf("%s is shadowed: everything under %s, which is searched first, resolves to %s", host, domain, joinAddrs(l.found))
		}
		hint := "take " + domain + " out of the search list: dnsConfig.searches in the pod spec"
		if l.client.rules != Botocore {
			hint = "write the full name with a final dot: set " + l.addr.assign(l.addr.scheme, strings.TrimSuffix(host, ".")+".:"+l.addr.port) + "; or " + hint
		}
		f := l.warn(codeWildcard, detail, hint, s.evidence(asked[:len(names)]))
		return &f
	}
	return nil
}

// searched is a name below each domain of the search list.
func searched(conf resolvConf, name string) []string {
	var all []string
	for _, domain := range conf.search {
		all = append(all, name+"."+domain+".")
	}
	return all
}

func overlap(a, b []netip.Addr) bool {
	return slices.ContainsFunc(a, func(addr netip.Addr) bool { return slices.Contains(b, addr) })
}
