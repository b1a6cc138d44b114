package endpoints

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// proxyRefusal is a CONNECT that was answered with something else than 200.
type proxyRefusal struct{ status int }

func (e *proxyRefusal) Error() string { return fmt.Sprintf("proxy answers %d", e.status) }

// usableProxy reports whether this package can go through the proxy as the
// clients would. SOCKS they speak only with an optional library.
func usableProxy(via *url.URL) bool {
	return (via.Scheme == "http" || via.Scheme == "https") && validHost(via.Hostname())
}

// cannotProxy is the result of every target behind such a proxy.
func (l *ladder) cannotProxy() checklist.Finding {
	f := l.fail(codeProxyDown, "could not look: the proxy is neither http nor https",
		fmt.Sprintf("correct HTTP_PROXY and HTTPS_PROXY, or go around it: export NO_PROXY=\"$NO_PROXY,%s\"", l.addr.host))
	f.State = checklist.Unknown
	return f
}

// tunnel asks the proxy for a connection to the target.
func (l *ladder) tunnel(ctx context.Context, conn net.Conn, to string) error {
	defer deadlineOf(ctx, conn)()
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: to}, Host: to, Header: http.Header{}}
	if l.via.User != nil {
		req.Header.Set("Proxy-Authorization", basicOf(l.via.User))
	}
	if err := req.Write(conn); err != nil {
		return err
	}
	// The target does not speak before we do, so the reader cannot hold bytes
	// that are not the proxy's.
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return &proxyRefusal{resp.StatusCode}
	}
	return nil
}

// proxyDown is the finding of a proxy that cannot be reached.
func (l *ladder) proxyDown(detail string) checklist.Finding {
	return l.fail(codeProxyDown, detail, fmt.Sprintf("curl -v %s; correct HTTP_PROXY and HTTPS_PROXY, or go around it: export NO_PROXY=\"$NO_PROXY,%s\"",
		shellWord(l.via.Scheme+"://"+l.via.Host), l.addr.host))
}

// proxyFault makes the finding of a proxy that answers and does not serve us.
func (l *ladder) proxyFault(status int) checklist.Finding {
	around := fmt.Sprintf("export NO_PROXY=\"$NO_PROXY,%s\"", l.addr.host)
	if status == http.StatusProxyAuthRequired {
		return l.fail(codeProxyLogin, "the proxy wants a login (407)",
			"set HTTP_PROXY and HTTPS_PROXY to http://USER:PASSWORD@PROXY:PORT from a Secret, or go around it: "+around)
	}
	return l.fail(codeProxyDown, fmt.Sprintf("the proxy refuses to connect to %s (%d)", l.addr.hostPort(), status), around)
}

// defaultProxyPort is what clients take when the proxy's URL has none.
func defaultProxyPort(via *url.URL) string {
	if strings.EqualFold(via.Scheme, "https") {
		return "443"
	}
	return "80"
}
