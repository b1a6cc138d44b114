package endpoints

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/secret"
)

// mostRedirects is how many of them requests follows before it gives up.
const mostRedirects = 30

// trail is the addresses that redirects have led through.
type trail []string

// deadEnd says why a client that follows redirects never arrives, "" when it may.
func (t trail) deadEnd(to string) string {
	switch {
	case slices.Contains(t, to):
		return "redirects in a circle"
	case len(t) > mostRedirects:
		return fmt.Sprintf("redirects more than %d times", mostRedirects)
	}
	return ""
}

// keepsMethod reports the redirects after which requests sends the same request
// again. After all others it asks by GET, without the body.
func (a answer) keepsMethod() bool {
	return a.status == http.StatusTemporaryRedirect || a.status == http.StatusPermanentRedirect
}

// destination is where a redirect of this request leads; nil when it leads nowhere
// that could be followed.
func (a answer) destination(from *url.URL) *url.URL {
	if a.header.Get("Location") == "" {
		return nil
	}
	to, err := from.Parse(a.header.Get("Location"))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || !validHost(to.Hostname()) || to.Port() != "" && !validPort(to.Port()) {
		return nil
	}
	return to
}

// redirected is the setting of an address that a redirect gave.
func (l *ladder) redirected(address string) Setting {
	return Setting{Key: l.addr.setting.Key, Value: secret.Address(address), Origin: "where " + l.addr.authority() + " redirects to"}
}

// keepsLogin reports a redirect on which requests sends the Authorization header
// again: to the same server, or from its http to its https.
func (a address) keepsLogin(to address) bool {
	upgraded := a.scheme == "http" && a.port == "80" && to.scheme == "https" && to.port == "443"
	return a.host == to.host && (upgraded || a.scheme == to.scheme && a.port == to.port)
}

// lost is the finding of redirects that never end.
func (l *ladder) lost(why string, a answer) checklist.Finding {
	f := l.fail(codeMoved, l.addr.hostPort()+" "+why, "look where to: curl -sLI --max-redirs 5 "+shellWord(l.addr.url("/").String()), a.seen())
	if a.header.Get("Set-Cookie") != "" {
		f.State, f.Detail = checklist.Unknown, "could not look: "+f.Detail+", and may stop at a client that sends its cookie back, which only the client does"
	}
	return f
}
