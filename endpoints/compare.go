package endpoints

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/flts-run/flts-run/checklist"
)

// compareWithAPI holds a connection that failed against one that every pod may
// make. What fails in the same way there is not the target's.
func (l *ladder) compareWithAPI(ctx context.Context, f checklist.Finding) checklist.Finding {
	state := l.apiServer(ctx)
	if state == apiUnknown {
		return f
	}
	f.Evidence = append(f.Evidence, l.apiEvidence())
	switch {
	case f.Code == codeRefused && state == apiRefuses:
		f.Code = codeSidecar
		f.Detail += ", and at the API server of the cluster: everything is refused"
		f.Hint = "a sidecar that has not started yet refuses all connections: " + startFirst
	case f.Code == codeDialTimeout && state == apiSilent:
		f.Detail += ", and none from the API server of the cluster"
		f.Hint = fmt.Sprintf("nothing leaves this pod: a NetworkPolicy denies egress, or the network of the node is not ready: kubectl -n %s get networkpolicy", l.ownNamespace())
	}
	return f
}

// compareFamilies names the cause of a missing route that no route can mend:
// addresses of a family that this container does not have.
func (l *ladder) compareFamilies(f checklist.Finding) checklist.Finding {
	theirs, ours := familiesOf(l.found), l.families()
	if ours == (families{}) || theirs.v4 && ours.v4 || theirs.v6 && ours.v6 {
		return f
	}
	has, wants := "IPv4", "IPv6"
	if ours.v6 {
		has, wants = wants, has
	}
	f.Code = codeFamily
	f.Detail = fmt.Sprintf("%s has only %s addresses, this container only %s", l.addr.host, wants, has)
	f.Hint = fmt.Sprintf("use a name or address of %s", has)
	if s, ok := l.service(); ok {
		f.Hint = fmt.Sprintf(`kubectl -n %s patch svc %s -p '{"spec":{"ipFamilyPolicy":"PreferDualStack"}}'`, s.namespace, s.name)
	}
	return f
}

type families struct{ v4, v6 bool }

func familiesOf(addrs []netip.Addr) families {
	var f families
	for _, a := range addrs {
		f.v4 = f.v4 || a.Is4()
		f.v6 = f.v6 || a.Is6()
	}
	return f
}

// families are those in which this container can talk to others: addresses of
// loopback and of one link do not count.
func (l *ladder) families() families {
	all, err := l.env.Interfaces()
	if err != nil {
		return families{}
	}
	var addrs []netip.Addr
	for _, a := range all {
		network, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		if ip, ok := netip.AddrFromSlice(network.IP); ok && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
			addrs = append(addrs, ip.Unmap())
		}
	}
	return familiesOf(addrs)
}
