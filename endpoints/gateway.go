package endpoints

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// HTTP is a service of which no more is known than what is said here.
//
// Without Status, any answer below 500 says that it is there: a gateway need not
// serve its root (404) or may want a login (401, 403) that only the task has.
// 502, 503 and 504 fail, because they say that nothing works behind the address;
// another 5xx is a warning. A redirect to a login or to another host is no
// answer of the service. Where a login is given, a 401 or 403 refuses it.
type HTTP struct {
	Name string // "gateway" when empty
	URL  Setting

	// Username and Password are sent as a basic login, else the Token as a
	// bearer's.
	Username, Password, Token Setting

	Path     string        // what is asked for, below the URL; empty is /
	Status   []StatusRange // the answers that are right; empty: see above
	JSON     bool          // the answer must be JSON
	CABundle string
	Advisory bool

	query string // of an address that a redirect gave
	trail trail  // of the redirects before it
}

// StatusRange is the HTTP statuses from First to Last.
type StatusRange struct{ First, Last int }

// String is "200" or "200-299".
func (r StatusRange) String() string {
	if r.First == r.Last {
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// gateway is the state of the checks of one target.
type gateway struct {
	*ladder
	HTTP
	login login
}

// Checks returns the checks of the target.
func (t HTTP) Checks(env Env) []checklist.Check {
	g, bad := newGateway(t, env)
	if bad != nil {
		return unparsed(g.Name, t.Advisory, bad)
	}
	return append(g.ladderOf(), g.uploads(g.ladder.name+".http")...)
}

// ladderOf is what a server must stand at least.
func (g *gateway) ladderOf() []checklist.Check {
	return chain(append(g.base(), g.check("http", checklist.HTTP, g.ladder.name+" answers", g.env.Limits.Request, g.answers)))
}

func newGateway(t HTTP, env Env) (*gateway, *checklist.Finding) {
	if t.Name == "" {
		t.Name = "gateway"
	}
	addr, bad := parseURL(t.URL)
	if bad != nil {
		return &gateway{HTTP: t}, bad
	}
	g := &gateway{ladder: newLadder(t.Name, t.Advisory, addr, t.CABundle, requestsClient, env), HTTP: t}
	if g.Path == "" && addr.path == "" {
		g.Path = "/"
	}
	g.login = login{
		inURL: addr.user, username: t.Username, password: t.Password, token: t.Token,
		fromNetrc: g.env.netrcFor(addr.host), argument: true,
	}
	return g, nil
}

func (g *gateway) answers(ctx context.Context) checklist.Finding {
	u := g.addr.url(g.Path)
	u.RawQuery = g.query
	req := g.newGet(u)
	if value := g.login.authorization(); value != "" {
		req.Header.Set("Authorization", value)
	}
	a, bad := g.get(ctx, req)
	asked := "GET " + g.addr.path + g.Path
	switch {
	case g.accepts(a.status):
	case bad != nil:
		return *bad
	case g.sentLogin() && (a.status == http.StatusUnauthorized || a.status == http.StatusForbidden):
		return g.loginRefused(a)
	case len(g.Status) > 0:
		return g.fail(codeOtherAnswer, fmt.Sprintf("%s answers %d, and %s is expected", asked, a.status, g.expected()), "look at the answer: "+g.curl(g.Path), a.seen())
	case a.isRedirect():
		return g.follow(ctx, u, a)
	case a.status >= 500:
		f := g.unexpected(a, "answers with an error of its own", g.Path)
		f.State = checklist.Warn
		return f
	}
	if g.JSON && !a.isJSON() {
		return g.notJSON(a, asked)
	}
	return pass("%s answers %d", asked, a.status)
}

// accepts reports a status that the contract names.
func (g *gateway) accepts(status int) bool {
	for _, r := range g.Status {
		if r.First <= status && status <= r.Last {
			return true
		}
	}
	return false
}

func (g *gateway) expected() string {
	var words []string
	for _, r := range g.Status {
		words = append(words, r.String())
	}
	return strings.Join(words, ", ")
}

// sentLogin leaves out what nobody gave for this service.
func (g *gateway) sentLogin() bool {
	kind := g.login.kind()
	return kind == pairBasic || kind == bearer
}

func (g *gateway) loginRefused(a answer) checklist.Finding {
	keys := g.Username.Key + " and " + g.Password.Key
	if g.login.kind() == bearer {
		keys = g.Token.named()
	}
	return refused(g.fail(codeLogin, fmt.Sprintf("the login is refused (%d)", a.status), "correct "+keys, a.seen()))
}

func (g *gateway) notJSON(a answer, asked string) checklist.Finding {
	if a.isHTML() {
		return g.fail(codeLoginPage, "a web page answers where JSON is expected",
			"inside the cluster set "+g.addr.assign("http", "SVC.NS.svc.cluster.local:PORT"), a.seen())
	}
	return g.fail(codeOtherAnswer, asked+" answers, and not with JSON", "look at the answer: "+g.curl(cmp.Or(g.Path, "/")), a.seen())
}
