package endpoints

import (
	"context"
	"net/url"

	"github.com/flts-run/flts-run/checklist"
)

// HTTP is a service of which nothing is known but that it speaks HTTP.
//
// Any answer below 500 says that it is there: a gateway need not serve its root
// (404) or may want a login (401, 403) that only the task has. 502, 503 and 504
// fail, because they say that nothing works behind the address; another 5xx is
// a warning. A redirect to a login or to another host is no answer of the
// gateway.
type HTTP struct {
	Name     string // "gateway" when empty
	URL      Setting
	CABundle string
	Advisory bool
}

// Checks returns the checks of the target.
func (t HTTP) Checks(env Env) []checklist.Check {
	if t.Name == "" {
		t.Name = "gateway"
	}
	addr, bad := parseURL(t.URL)
	if bad != nil {
		return unparsed(t.Name, t.Advisory, bad)
	}
	l := newLadder(t.Name, t.Advisory, addr, t.CABundle, requestsClient, env)
	checks := chain(append(l.base(), l.check("http", checklist.HTTP, l.name+" answers", l.env.Limits.Request, l.anyAnswer)))
	return append(checks, l.uploads(l.name+".http")...)
}

func (l *ladder) anyAnswer(ctx context.Context) checklist.Finding {
	path := ""
	if l.addr.path == "" {
		path = "/"
	}
	req := l.newGet(l.addr.url(path))
	if l.addr.user != nil {
		req.Header.Set("Authorization", basicOf(l.addr.user))
	}
	a, bad := l.get(ctx, req)
	switch {
	case bad != nil:
		return *bad
	case a.isRedirect() && !l.staysHere(a.location()):
		f := l.moved(a)
		f.State = checklist.Warn
		return f
	case a.status >= 500:
		f := l.unexpected(a, "answers with an error of its own", path)
		f.State = checklist.Warn
		return f
	}
	return pass("GET %s answers %d", l.addr.path+path, a.status)
}

// staysHere reports a redirect within the same server, such as / to /docs.
func (l *ladder) staysHere(to *url.URL) bool {
	return to == nil || to.Scheme == l.addr.scheme && to.Host == l.addr.authority()
}
