package access

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/flts-run/flts-run/submit"
)

type proxyFunc = func(*http.Request) (*url.URL, error)

// proxy is the one of --proxy, or else the variables' choice for requests of that
// scheme.
func (s Surroundings) proxy(o Options, scheme string) (proxyFunc, error) {
	if o.Proxy != "" {
		via, err := parseProxy(o.Proxy, "--proxy")
		return http.ProxyURL(via), err
	}
	// The library passes over what it cannot read.
	variable := strings.ToUpper(scheme) + "_PROXY"
	if text, name := s.first(variable, strings.ToLower(variable)); text != "" {
		if _, err := parseProxy(text, name); err != nil {
			return nil, err
		}
	}
	value := func(upper string) string {
		v, _ := s.first(upper, strings.ToLower(upper))
		return v
	}
	config := httpproxy.Config{HTTPProxy: value("HTTP_PROXY"), HTTPSProxy: value("HTTPS_PROXY"), NoProxy: value("NO_PROXY")}
	choose := config.ProxyFunc()
	return func(req *http.Request) (*url.URL, error) { return choose(req.URL) }, nil
}

func parseProxy(text, origin string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	via, err := url.Parse(text)
	if err != nil || !validHost(via.Hostname()) || !validPort(via) {
		return nil, badProxy(origin)
	}
	switch via.Scheme {
	case "http", "https", "socks5", "socks5h":
		return via, nil
	}
	return nil, badProxy(origin)
}

func badProxy(origin string) error {
	return &submit.Error{Kind: submit.Invalid, Code: codeProxyDown, Message: origin + " is no address of a proxy", Advice: "write http://HOST:PORT in " + origin}
}

// proxyRefusal is a CONNECT that was answered with something else than 200.
type proxyRefusal struct{ status int }

func (e *proxyRefusal) Error() string { return fmt.Sprintf("the proxy answers %d", e.status) }

// newTransport is the wire with everything but TLS and proxy settled.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
			if resp.StatusCode != http.StatusOK {
				return &proxyRefusal{resp.StatusCode}
			}
			return nil
		},
	}
}

// viaProxy reports an error on the way to the proxy.
func viaProxy(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "proxyconnect" || op.Op == "socks connect")
}

func (j *judge) proxyFault(status int, err error) *submit.Error {
	e := &submit.Error{Kind: submit.Unusable, Code: codeProxyDown, Message: fmt.Sprintf("the proxy refuses to connect to %s (%d)", j.base.Host, status), Advice: "to go around it: " + j.exempt(), Err: err}
	if status == http.StatusProxyAuthRequired {
		e.Code, e.Message = codeProxyLogin, "the proxy wants a login (407)"
		e.Advice = "set HTTPS_PROXY and HTTP_PROXY to http://USER:PASSWORD@PROXY:PORT, or go around it: " + j.exempt()
	}
	return e
}

func (j *judge) exempt() string { return `export NO_PROXY="$NO_PROXY,` + j.base.Hostname() + `"` }
