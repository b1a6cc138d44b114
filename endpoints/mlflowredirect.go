package endpoints

import (
	"context"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// follow goes where a redirect sends the search, as MLflow's client does after a 307
// or a 308. What comes after is asked of the server at the end of it.
func (m *mlflow) follow(ctx context.Context, from *url.URL, a answer) checklist.Finding {
	to := a.destination(from)
	way := append(m.trail[:len(m.trail):len(m.trail)], from.String())
	if why := way.deadEnd(to.String()); why != "" {
		return m.lost(why, a)
	}
	base, isSearch := strings.CutSuffix(to.EscapedPath(), searchPath)
	if !isSearch {
		return m.moved(a)
	}
	there := m.MLflow
	there.URI = m.redirected(to.Scheme + "://" + to.Host + base)
	next, bad := newMLflow(there, m.env)
	if bad != nil {
		return *bad
	}
	next.trail = way
	if m.addr.keepsLogin(next.addr) {
		next.login, next.brokenFile = m.login, m.brokenFile
	} else {
		next.login = login{fromNetrc: next.login.fromNetrc}
	}
	f := walk(ctx, next.ladderOf())
	if f.State != checklist.Pass && f.State != checklist.Warn {
		return f
	}
	if f.State == checklist.Pass {
		f = m.moved(a)
		f.State, f.Detail = checklist.Warn, f.Detail+", where MLflow's client follows"
	}
	m.ladder, m.home, m.login = next.ladder, next.home, next.login
	return f
}
