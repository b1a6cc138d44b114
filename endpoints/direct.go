package endpoints

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/flts-run/flts-run/checklist"
)

// directTime is how long the way without the proxy may take.
const directTime = time.Second

// meantDirect reports a target that somebody wanted to keep from the proxy, by
// the rules of Go and curl: it is in NO_PROXY, or on this machine.
func (l *ladder) meantDirect() bool {
	noProxy := l.env.Task["NO_PROXY"]
	if noProxy == "" {
		noProxy = l.env.Task["no_proxy"]
	}
	const some = "http://proxy.invalid"
	config := httpproxy.Config{HTTPProxy: some, HTTPSProxy: some, NoProxy: noProxy}
	via, err := config.ProxyFunc()(l.addr.asWritten())
	return err == nil && via == nil
}

// isInside reports a target that no proxy need lead to: in the cluster, or in
// the pod.
func (l *ladder) isInside() bool {
	short := l.env.InPod && !strings.ContainsAny(l.addr.host, ".:")
	return short || isClusterName(l.addr.host) || l.addr.isLocal()
}

// proxyParity is a check of its own for a target that goes through the proxy
// although it should not. We go where the Python client goes, so that the other
// checks of the target are true whatever this one says.
func (l *ladder) proxyParity() []checklist.Check {
	if l.via == nil || !usableProxy(l.via) {
		return nil
	}
	run := l.needlessProxy
	switch {
	case l.meantDirect():
		run = l.pythonGoesThrough
	case !l.env.Thorough || !l.isInside():
		return nil
	}
	return []checklist.Check{{
		ID: l.name + ".proxy", Target: l.name, Rung: checklist.Parse, Title: l.name + " is reached the way that was meant",
		Advisory: l.advisory, Timeout: directTime, Needs: l.env.Needs, Run: run,
	}}
}

func (l *ladder) pythonGoesThrough(context.Context) checklist.Finding {
	why := "NO_PROXY exempts " + l.addr.host + " for Go and curl"
	if l.addr.isLocal() {
		why = "Go and curl reach this machine directly"
	}
	return l.warn(codePythonNoProxy, fmt.Sprintf("%s, Python's %s goes through the proxy", why, l.client.rules),
		"Python takes host names and .domains, with few exceptions: "+l.exempt())
}

func (l *ladder) needlessProxy(ctx context.Context) checklist.Finding {
	conn, err := l.dialDirect(ctx)
	if err != nil {
		return pass("goes through the proxy %s; there is no other way", l.via.Host)
	}
	_ = conn.Close()
	return l.warn(codeNeedlessProxy, fmt.Sprintf("goes through the proxy %s, although %s takes connections directly", l.via.Host, l.addr.hostPort()),
		"in-cluster traffic is proxied: "+l.exempt())
}

// alsoDirect looks at a failure again without the proxy.
func (l *ladder) alsoDirect(limit time.Duration, run runFunc) runFunc {
	return func(ctx context.Context) checklist.Finding {
		through, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		f := run(through)
		if f.State != checklist.Fail || ctx.Err() != nil {
			return f
		}
		ctx, cancel = context.WithTimeout(ctx, directTime)
		defer cancel()
		switch f.Code {
		case codeUnknownCA:
			return l.whoSigned(ctx, f)
		case codeProxyLogin, codeProxyDown, codePythonProxy, codeReset, codeHangs, codeLoginPage, codeNoBackend, codeNotHTTP, codeUnexpected:
			return l.withoutProxy(ctx, f)
		}
		return f
	}
}

// withoutProxy says whether the target can be reached without the proxy. For
// one inside the cluster, that it can is the repair.
func (l *ladder) withoutProxy(ctx context.Context, f checklist.Finding) checklist.Finding {
	conn, err := l.dialDirect(ctx)
	if err != nil {
		f.Evidence = append(f.Evidence, "without the proxy it cannot be reached either")
		return f
	}
	_ = conn.Close()
	f.Evidence = append(f.Evidence, "without the proxy "+l.addr.hostPort()+" takes connections")
	if usableProxy(l.via) && (l.isInside() || l.meantDirect()) {
		f.Evidence = append(f.Evidence, "through the proxy: "+f.Detail)
		f.Code, f.Transient = codeNeedlessProxy, false
		f.Detail = fmt.Sprintf("the proxy %s is in the way: %s takes connections directly", l.via.Host, l.addr.hostPort())
		f.Hint = "in-cluster traffic is proxied: " + l.exempt()
	}
	return f
}

// whoSigned tells a proxy that signs TLS anew from a server with a CA of its
// own: without the proxy, the server shows what it has. Where there is no other
// way, the proxy is the likelier one.
func (l *ladder) whoSigned(ctx context.Context, f checklist.Finding) checklist.Finding {
	through, direct := l.leafSeen, l.directLeaf(ctx)
	if through == nil || bytes.Equal(through, direct) {
		return f
	}
	f.Code = codeProxyResigns
	f.Detail = fmt.Sprintf("the proxy %s signs TLS with an authority of its own", l.via.Host)
	if direct == nil {
		f.Detail = fmt.Sprintf("unknown authority behind the proxy %s, which may sign TLS itself", l.via.Host)
	}
	f.Hint = "mount its CA and set " + l.client.trustSettings() + ", or go around it: " + l.exempt()
	return f
}

// directLeaf is the server's certificate as it is seen without the proxy.
func (l *ladder) directLeaf(ctx context.Context) []byte {
	conn, err := l.dialDirect(ctx)
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	client := tls.Client(conn, &tls.Config{ServerName: l.addr.host, InsecureSkipVerify: true}) //nolint:gosec // nothing is sent over it
	if client.HandshakeContext(ctx) != nil {
		return nil
	}
	return client.ConnectionState().PeerCertificates[0].Raw
}

// dialDirect connects to the first address of the target that answers.
func (l *ladder) dialDirect(ctx context.Context) (net.Conn, error) {
	addrs := []netip.Addr{}
	if ip, err := netip.ParseAddr(l.addr.host); err == nil {
		addrs = append(addrs, ip)
	} else if addrs, err = l.env.Resolver.LookupNetIP(ctx, "ip", l.addr.host); err != nil {
		return nil, err
	}
	var err error = &net.AddrError{Err: "no address", Addr: l.addr.host}
	for _, ip := range addrs {
		var conn net.Conn
		if conn, err = l.env.Dialer.DialContext(ctx, "tcp", net.JoinHostPort(ip.Unmap().String(), l.addr.port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}
