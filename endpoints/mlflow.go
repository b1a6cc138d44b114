package endpoints

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// MLflow is an MLflow tracking server.
type MLflow struct {
	Name string // "mlflow" when empty
	URI  Setting

	// Username and Password together beat the Token, as in MLflow's client; a
	// login in the URI beats both, as in requests.
	Username, Password, Token Setting

	CABundle string // REQUESTS_CA_BUNDLE or MLFLOW_TRACKING_SERVER_CERT_PATH
	Advisory bool
}

// mlflow is the state that the checks of one target share.
type mlflow struct {
	*ladder
	MLflow
	healthStatus int
}

// Checks returns the checks of the target.
func (t MLflow) Checks(env Env) []checklist.Check {
	if t.Name == "" {
		t.Name = "mlflow"
	}
	addr, bad := parseURL(t.URI)
	if bad != nil {
		return unparsed(t.Name, t.Advisory, bad)
	}
	m := &mlflow{ladder: newLadder(t.Name, t.Advisory, addr, t.CABundle, mlflowClient, env), MLflow: t}
	limit := m.env.Limits.Request
	return chain(append(m.base(),
		dispensable(m.check("health", checklist.HTTP, m.ladder.name+" is healthy", limit, m.health)),
		m.check("api", checklist.Sign, "the API of "+m.ladder.name+" answers", limit, m.api),
	))
}

// health asks a path that is exempt from the login and from the check of the
// Host header: it proves that a server works and nothing about the API.
func (m *mlflow) health(ctx context.Context) checklist.Finding {
	a, bad := m.get(ctx, m.newGet(m.addr.url("/health")))
	if bad == nil && a.status == http.StatusNotFound && m.addr.path != "" {
		// Older servers keep it at the root when they have a prefix.
		root := m.addr
		root.path = ""
		a, bad = m.get(ctx, m.newGet(root.url("/health")))
	}
	if bad != nil {
		return *bad
	}
	m.healthStatus = a.status
	switch {
	case a.isRedirect():
		return m.moved(a)
	case a.status == http.StatusOK && a.isHTML():
		return m.webPage(a)
	case a.status == http.StatusOK:
		return pass("/health answers")
	case a.status >= 500:
		return m.unexpected(a, "/health fails", "/health")
	}
	return pass("/health answers %d, judged by the API", a.status)
}

const searchPath = "/api/2.0/mlflow/experiments/search"

// api makes the cheapest call that needs everything a client needs.
func (m *mlflow) api(ctx context.Context) checklist.Finding {
	u := m.addr.url(searchPath)
	u.RawQuery = "max_results=1"
	req := m.newGet(u)
	if m.Token.hasControl() {
		return refused(m.fail(codeUnsendable, m.Token.Key+" holds a control character, clients cannot send it", m.rewrite(m.Token), m.Token.evidence()))
	}
	if value := m.authorization(); value != "" {
		req.Header.Set("Authorization", value)
	}
	a, bad := m.get(ctx, req)
	if bad != nil {
		return *bad
	}
	return m.judge(a)
}

func (m *mlflow) judge(a answer) checklist.Finding {
	code, isJSON := a.mlflowError()
	switch {
	case a.status == http.StatusOK && isJSON, a.status == http.StatusBadRequest && code == "INVALID_PARAMETER_VALUE":
		return pass("API answers")
	case a.isRedirect():
		return m.moved(a)
	case a.status == http.StatusOK:
		return m.webPage(a)
	case a.status == http.StatusUnauthorized:
		return m.loginRefused(a)
	case a.status == http.StatusForbidden && strings.HasPrefix(string(a.body), "Invalid Host header"):
		return m.fail(codeHostHeader, "refuses this Host header",
			fmt.Sprintf(`start the server with --allowed-hosts "%s,%s:*", or set MLFLOW_SERVER_ALLOWED_HOSTS there`, m.addr.authority(), m.addr.host),
			fmt.Sprintf("sent Host: %s, got 403", m.addr.authority())+m.healthProvesNothing())
	case a.status == http.StatusForbidden:
		return m.fail(codeNotPermitted, "this user may not search experiments (403)",
			"ask for READ on the experiment, or use another login: "+m.loginKeys(), a.seen())
	case a.status == http.StatusNotFound:
		return m.fail(codeNotHere, "no MLflow API under this path (404)",
			"with a static prefix, or behind an ingress: set "+m.addr.assign(m.addr.scheme, m.addr.authority())+"/PREFIX", a.seen())
	}
	return m.unexpected(a, "the API does not answer as MLflow's", searchPath+"?max_results=1")
}

// healthProvesNothing is for those who have looked at /health by hand.
func (m *mlflow) healthProvesNothing() string {
	if m.healthStatus == 0 { // it was not asked
		return ""
	}
	return fmt.Sprintf("; /health answers %d, which proves nothing", m.healthStatus)
}

func (m *mlflow) webPage(a answer) checklist.Finding {
	return m.fail(codeLoginPage, "a web page or another service answers instead of the API",
		"inside the cluster set "+m.addr.assign("http", "SVC.NS.svc.cluster.local:PORT"), a.seen())
}

// loginRefused says whether anything was sent: "wrong" and "missing" are two
// repairs.
func (m *mlflow) loginRefused(a answer) checklist.Finding {
	detail, hint := "the login is wrong (401)", "correct "+m.loginKeys()
	switch {
	case m.authorization() == "":
		detail, hint = "a login is wanted and none was sent (401)", "set both "+m.loginKeys()
		if missing := m.missingLogin(); missing != "" {
			hint += "; missing: " + missing
		}
	case !m.usesBasic():
		detail = "the token is not accepted (401)"
		hint = "fetch a fresh one for " + m.Token.named() + ", or set both " + m.loginKeys()
	}
	return refused(m.fail(codeLogin, detail, hint, a.seen()))
}

// missingLogin names what keeps a half-given login from being sent.
func (m *mlflow) missingLogin() string {
	var missing []string
	for _, s := range []Setting{m.Username, m.Password} {
		if s.Value.IsEmpty() && s.Key != "" {
			missing = append(missing, s.Key)
		}
	}
	return strings.Join(missing, ", ")
}

func (m *mlflow) loginKeys() string {
	user, password := m.Username.Key, m.Password.Key
	if user == "" {
		user = "MLFLOW_TRACKING_USERNAME"
	}
	if password == "" {
		password = "MLFLOW_TRACKING_PASSWORD"
	}
	return user + " and " + password
}

func (m *mlflow) usesBasic() bool {
	return m.addr.user != nil || !m.Username.Value.IsEmpty() && !m.Password.Value.IsEmpty()
}

func (m *mlflow) authorization() string {
	switch {
	case m.addr.user != nil:
		return basicOf(m.addr.user)
	case m.usesBasic():
		return basic(m.Username.Value.Reveal(), m.Password.Value.Reveal())
	case !m.Token.Value.IsEmpty():
		return "Bearer " + m.Token.Value.Reveal()
	}
	return ""
}

// basicOf is the login in a URL, which clients send decoded.
func basicOf(user *url.Userinfo) string {
	password, _ := user.Password()
	return basic(user.Username(), password)
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// mlflowError reads the code of a JSON answer; isJSON tells an answer of an API
// from a page.
func (a answer) mlflowError() (code string, isJSON bool) {
	var doc struct {
		ErrorCode string `json:"error_code"`
	}
	if json.Unmarshal(a.body, &doc) != nil {
		return "", false
	}
	return doc.ErrorCode, true
}
