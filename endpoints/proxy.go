package endpoints

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/secret"
)

// proxyRefusal is a CONNECT that was answered with something else than 200.
type proxyRefusal struct{ status int }

func (e *proxyRefusal) Error() string { return fmt.Sprintf("proxy answers %d", e.status) }

// usableProxy reports whether the proxy's URL is one that the client can use.
func usableProxy(via *url.URL) bool {
	twice := strings.HasPrefix(via.Path, "//") // botocore makes http://socks5://… of a scheme it does not know
	torn := strings.Contains(via.Path, "@")    // a slash in the password, which everybody takes for the end of the host
	return !twice && !torn && (via.Scheme == "http" || via.Scheme == "https") && validHost(via.Hostname()) && (via.Port() == "" || validPort(via.Port()))
}

// pythonProxyURL reads the proxy as the client does: nil without one, and a URL
// that is not usable where the client fails.
func pythonProxyURL(client PythonClient, text string) *url.URL {
	if text == "" {
		return nil
	}
	switch {
	case strings.HasPrefix(text, "//"):
		text = "http:" + text
	case client == Botocore && !strings.HasPrefix(text, "http:") && !strings.HasPrefix(text, "https:"):
		text = "http://" + text
	case client == Requests && !startsWithScheme(text):
		text = "http://" + text
	}
	via, err := url.Parse(text)
	if err != nil {
		return &url.URL{}
	}
	return via
}

// startsWithScheme is what urllib3 takes for a scheme: in "squid:3128" it is
// "squid", in "squid.example:3128" there is none.
func startsWithScheme(text string) bool {
	word, _, ok := strings.Cut(text, ":")
	return ok && madeOf(word, 100, lower+upper+digits+"+-") && strings.Trim(word[:1], lower+upper) == ""
}

// proxyShown is the proxy as far as it may be shown. In one that cannot be used
// nobody knows which part is the password.
func (l *ladder) proxyShown() string {
	if !usableProxy(l.via) {
		return "********"
	}
	return secret.Open((&url.URL{Scheme: l.via.Scheme, User: l.via.User, Host: l.via.Host}).String()).String()
}

// cannotProxy is the result of every target behind a proxy that the client
// cannot use.
func (l *ladder) cannotProxy() checklist.Finding {
	if l.client.rules == Requests && strings.HasPrefix(strings.ToLower(l.via.Scheme), "socks") {
		f := l.fail(codePythonProxy, "could not look: requests goes through a SOCKS proxy only where PySocks is installed",
			`in the image: pip install "requests[socks]"; or go around the proxy: `+l.exempt(), "without PySocks: InvalidSchema: Missing dependencies for SOCKS support")
		f.State = checklist.Unknown
		return f
	}
	variable := strings.ToUpper(l.addr.scheme) + "_PROXY"
	return l.fail(codePythonProxy, fmt.Sprintf("%s cannot use the proxy that is set for %s", l.client.rules, l.addr.scheme),
		fmt.Sprintf("write http://HOST:PORT in %s; or go around the proxy: %s", variable, l.exempt()))
}

// exempt is the line that keeps the target from the proxy, in words that Python,
// Go and curl all understand.
func (l *ladder) exempt() string {
	variable := "NO_PROXY"
	if l.env.Task["no_proxy"] != "" {
		variable = "no_proxy"
	}
	entry := l.addr.host
	switch {
	case isClusterName(entry) && domainIn(entry) != "":
		entry = ".svc." + domainIn(entry)
	case strings.Contains(entry, ":") && l.client.rules == Botocore:
		entry = "[" + entry + "]"
	}
	return fmt.Sprintf(`export %s="$%s,%s"`, variable, variable, entry)
}

// tunnel asks the proxy for a connection to the target.
func (l *ladder) tunnel(ctx context.Context, conn net.Conn, to string) error {
	defer deadlineOf(ctx, conn)()
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: to}, Host: to, Header: http.Header{}}
	l.proxyLogin(req)
	if err := req.Write(conn); err != nil {
		return err
	}
	// The target does not speak before we do, so the reader cannot hold bytes
	// that are not the proxy's.
	resp, err := readResponse(ctx, &io.LimitedReader{R: conn, N: l.env.Limits.Body}, req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return &proxyRefusal{resp.StatusCode}
	}
	return nil
}

// proxyLogin sends a login only when it is whole, as requests and botocore do.
func (l *ladder) proxyLogin(req *http.Request) {
	if _, whole := l.via.User.Password(); whole {
		req.Header.Set("Proxy-Authorization", basicOf(l.via.User))
	}
}

// proxyDown is the finding of a proxy that cannot be reached.
func (l *ladder) proxyDown(detail string) checklist.Finding {
	return l.fail(codeProxyDown, detail, fmt.Sprintf("curl -v %s; correct HTTP_PROXY and HTTPS_PROXY, or go around it: %s",
		shellWord(l.via.Scheme+"://"+l.via.Host), l.exempt()))
}

// proxyFault makes the finding of a proxy that answers and does not serve us.
func (l *ladder) proxyFault(status int) checklist.Finding {
	if status == http.StatusProxyAuthRequired {
		return l.fail(codeProxyLogin, "the proxy wants a login (407)",
			"set HTTP_PROXY and HTTPS_PROXY to http://USER:PASSWORD@PROXY:PORT from a Secret, or go around it: "+l.exempt())
	}
	return l.fail(codeProxyDown, fmt.Sprintf("the proxy refuses to connect to %s (%d)", l.addr.hostPort(), status), l.exempt())
}

// isFromProxy reports an answer that a proxy made itself, not the server behind
// it.
func (a answer) isFromProxy() bool {
	switch strings.ToLower(a.server()) {
	case "squid", "tinyproxy", "privoxy":
		return a.status >= 400
	}
	return a.header.Get("X-Squid-Error") != "" || strings.Contains(a.header.Get("Proxy-Status"), "error=")
}

// defaultProxyPort is what clients take when the proxy's URL has none.
func defaultProxyPort(via *url.URL) string {
	if strings.EqualFold(via.Scheme, "https") {
		return "443"
	}
	return "80"
}
