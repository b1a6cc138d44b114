package endpoints

import (
	"context"
	"net/url"

	"github.com/flts-run/flts-run/checklist"
)

// follow goes where the server sends a client, as requests would: what is there
// decides. That it is another server is worth a warning, because an upload loses
// its body on the way.
func (g *gateway) follow(ctx context.Context, from *url.URL, a answer) checklist.Finding {
	to := a.destination(from)
	switch {
	case a.header.Get("Location") == "": // requests takes it for the answer
		return pass("GET %s answers %d", from.EscapedPath(), a.status)
	case to == nil:
		return g.lost("redirects to what is no address of http", a)
	}
	way := append(g.trail[:len(g.trail):len(g.trail)], from.String())
	if why := way.deadEnd(to.String()); why != "" {
		return g.lost(why, a)
	}
	there := g.HTTP
	there.URL, there.Path, there.query, there.trail = g.redirected(to.Scheme+"://"+to.Host), to.EscapedPath(), to.RawQuery, way
	next, bad := newGateway(there, g.env)
	if bad != nil {
		return *bad
	}
	if g.addr.keepsLogin(next.addr) {
		next.login = g.login
	} else {
		next.login = login{fromNetrc: next.login.fromNetrc}
	}
	f := walk(ctx, next.ladderOf())
	switch {
	case f.State != checklist.Pass || next.addr.authority() == g.addr.authority() && next.addr.scheme == g.addr.scheme:
		return f
	}
	f = g.moved(a)
	f.State = checklist.Warn
	return f
}
