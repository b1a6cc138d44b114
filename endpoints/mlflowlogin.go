package endpoints

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/secret"
)

// findLogin decides what MLflow's client in the task would send.
func (m *mlflow) findLogin() {
	m.login = login{
		inURL: m.addr.user, username: m.Username, password: m.Password, token: m.Token,
		fromNetrc: m.env.netrcFor(m.addr.host),
	}
	for _, name := range []string{"MLFLOW_TRACKING_AUTH", "MLFLOW_TRACKING_AWS_SIGV4"} {
		if value := strings.ToLower(m.env.Task[name]); value != "" && value != "false" && value != "0" {
			m.plugin = name
		}
	}
	file := m.credentialsPath()
	text, ok := m.env.readFile(file)
	if !ok {
		return
	}
	user, password, broken := parseCredentials(text)
	if broken {
		m.brokenFile = file
	}
	// The client takes each half where it is given.
	if m.login.username.Value.IsEmpty() && user != "" {
		m.login.username = Setting{m.userKey(), secret.Open(user), file}
	}
	if m.login.password.Value.IsEmpty() && password != "" {
		m.login.password = Setting{m.passwordKey(), secret.New(password), file}
	}
}

func (m *mlflow) userKey() string {
	if m.Username.Key == "" {
		return "MLFLOW_TRACKING_USERNAME"
	}
	return m.Username.Key
}

func (m *mlflow) passwordKey() string {
	if m.Password.Key == "" {
		return "MLFLOW_TRACKING_PASSWORD"
	}
	return m.Password.Key
}

func (m *mlflow) tokenKey() string {
	if m.Token.Key == "" {
		return "MLFLOW_TRACKING_TOKEN"
	}
	return m.Token.Key
}

func (m *mlflow) loginKeys() string { return m.userKey() + " and " + m.passwordKey() }

// unsendable is the finding of a login with which no request leaves the client.
func (m *mlflow) unsendable() *checklist.Finding {
	if m.brokenFile != "" {
		f := refused(m.fail(codeLogin, "MLflow's client stops at "+m.brokenFile+", which it cannot parse",
			"write each % in it as %%, and nothing before the line [mlflow]: sed -n l "+shellWord(m.brokenFile)))
		return &f
	}
	if path := "MLFLOW_TRACKING_SERVER_CERT_PATH"; m.client.verifiesNothing(m.env.Task) && m.env.Task[path] != "" {
		f := m.fail(codeBundle, m.client.off+" and "+path+" are both set: MLflow's client refuses to choose", "unset "+m.client.off)
		return &f
	}
	if m.login.kind() == bearer && m.Token.hasControl() {
		f := refused(m.fail(codeUnsendable, m.Token.Key+" holds a control character, clients cannot send it", m.rewrite(m.Token), m.Token.evidence()))
		return &f
	}
	return nil
}

// loginRefused says what was sent: "wrong" and "missing" are two repairs. And it
// says who refuses: MLflow, or something in front of it.
func (m *mlflow) loginRefused(a answer) checklist.Finding {
	if m.plugin != "" {
		return checklist.Finding{
			State: checklist.Unknown, Code: codeLoginPlugin, Detail: "could not look: " + m.plugin + " lets the client log in, which only the client can",
			Evidence: []string{m.addr.setting.evidence(), a.seen()}, Hint: `look in the task's image: python3 -c "import mlflow; print(mlflow.search_experiments(max_results=1))"`,
		}
	}
	var detail, hint string
	evidence := []string{a.seen()}
	switch m.login.kind() {
	case noLogin:
		detail, hint = "a login is wanted and none was sent (401)", "set both "+m.loginKeys()
		if missing := m.login.missing(); missing != "" {
			hint += "; missing: " + missing
		}
	case netrcBasic:
		detail = fmt.Sprintf("the login in %s is wrong (401)", m.login.fromNetrc.file)
		hint = fmt.Sprintf("requests puts it over %s and %s: remove the entry for %s, or point NETRC at an empty file: NETRC=/dev/null", m.loginKeys(), m.tokenKey(), m.addr.host)
	case bearer:
		detail = "the token is not accepted (401)"
		hint = "fetch a fresh one for " + m.Token.named() + ", or set both " + m.loginKeys()
	default:
		detail, hint = "the login is wrong (401)", "correct "+m.loginKeys()
		if file := m.credentialsPath(); m.login.password.Origin == file && file != "" {
			evidence = append(evidence, "the password comes from "+file)
		}
		if !m.Token.Value.IsEmpty() {
			evidence = append(evidence, m.Token.Key+" is not sent: user and password beat it")
		}
	}
	if asker := a.asksFor(); asker != "" {
		evidence = append(evidence, asker)
		if asker == wantsBearer && m.login.kind() != bearer {
			hint = fmt.Sprintf("set %s, and neither %s, which beat it", m.tokenKey(), m.loginKeys())
		}
	}
	return refused(m.fail(codeLogin, detail, hint, evidence...))
}

const wantsBearer = "a proxy in front of MLflow asks for a bearer token"

// asksFor says who asks for a login when it is not MLflow itself. The realm is
// compared and never quoted.
func (a answer) asksFor() string {
	asked := a.header.Get("WWW-Authenticate")
	scheme, _, _ := strings.Cut(asked, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return wantsBearer
	case strings.EqualFold(scheme, "Basic") && !strings.Contains(asked, `realm="mlflow"`):
		return "the one that asks is a proxy or an ingress in front of MLflow: its realm is not MLflow's"
	}
	return ""
}

// refusal judges 401 and 403, nil for any other answer. what is what the user may
// not do, need the permission that it takes.
func (m *mlflow) refusal(a answer, what, need string) *checklist.Finding {
	var f checklist.Finding
	switch a.status {
	case http.StatusUnauthorized:
		f = m.loginRefused(a)
	case http.StatusForbidden:
		f = m.forbidden(a, what, need)
	default:
		return nil
	}
	return &f
}

// forbidden tells apart who refuses, and why.
func (m *mlflow) forbidden(a answer, what, need string) checklist.Finding {
	code, _ := a.mlflowError()
	switch {
	case strings.HasPrefix(string(a.body), "Invalid Host header"):
		return m.hostRefused(a)
	case code == "PERMISSION_DENIED", strings.HasPrefix(string(a.body), "Permission denied"):
		hint := fmt.Sprintf("ask for %s, or use another login: %s", need, m.loginKeys())
		return m.fail(codeNotPermitted, "this user may not "+what+" (403)", hint, a.seen())
	case a.isSignIn():
		return m.webPage(a)
	}
	return m.fail(codeUnexpected, "refused (403), and not in MLflow's words: by a proxy or an ingress in front of it",
		"look at the answer: "+m.curl(searchByHand), a.seen())
}

// hostRefused is the finding of MLflow's check of the Host header, from version
// 3.5 on. The port is a part of what is compared.
func (m *mlflow) hostRefused(a answer) checklist.Finding {
	sent := m.hostHeader(m.addr.url(""))
	line := fmt.Sprintf("sent Host: %s, got %d", sent, a.status)
	if m.healthStatus != 0 { // it was looked at
		line += fmt.Sprintf("; /health answers %d, which proves nothing", m.healthStatus)
	}
	evidence := []string{line}
	if front := a.server(); front != "" && front != "uvicorn" {
		evidence = append(evidence, front+" stands in front and may send MLflow another Host than ours")
	}
	return m.fail(codeHostHeader, "refuses this Host header",
		fmt.Sprintf(`start the server with --allowed-hosts "%s,%s:*", or set MLFLOW_SERVER_ALLOWED_HOSTS there`, sent, strings.TrimSuffix(sent, ":"+m.addr.port)), evidence...)
}

// isSignIn reports the page of oauth2-proxy, which comes with 403, and the like.
func (a answer) isSignIn() bool {
	return a.isHTML() && (a.status == http.StatusForbidden || a.status == http.StatusUnauthorized) &&
		(a.says("/oauth2/") || a.says("/dex/"))
}
