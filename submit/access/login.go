package access

import (
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/submit"
)

// login knows the products that stand in front of an API and send whoever has no
// session to a page for people.
type loginProduct struct {
	name string
	host string   // what the host of the redirect ends with, or ""
	path string   // what its path has in it, or ""
	page []string // what its page has in it, one of them, in small letters
}

var loginProducts = []loginProduct{
	{"Google's Identity-Aware Proxy", "accounts.google.com", "", []string{"accounts.google.com"}},
	{"Microsoft Entra ID", "login.microsoftonline.com", "", []string{"login.microsoftonline.com"}},
	{"AWS Cognito", ".amazoncognito.com", "", nil},
	{"Cloudflare Access", ".cloudflareaccess.com", "", []string{"cloudflare access"}},
	{"Keycloak", "", "/protocol/openid-connect/", []string{"keycloak"}},
	{"Dex", "", "/dex/", []string{"log in to dex", "/dex/auth", "dex-container"}},
	{"oauth2-proxy", "", "/oauth2/", []string{"/oauth2/start", "/oauth2/sign_in"}},
	{"Airflow", "", "/login", []string{"sign in - airflow", "airflow - login", "airflow login"}},
	{"an unknown product", "", "/auth", []string{`type="password"`, "<title>login", "<title>sign in", "<title>log in"}},
}

// loginRedirect is the product whose login an address is, "" for none. path is the
// one that was asked for: what has "login" in it by itself proves nothing.
func loginRedirect(to *url.URL, path string) string {
	for _, p := range loginProducts {
		if p.host != "" && (to.Hostname() == p.host || strings.HasSuffix(to.Hostname(), p.host)) {
			return p.name
		}
		if p.path != "" && strings.Contains(to.Path, p.path) && !strings.Contains(path, p.path) {
			return p.name
		}
	}
	return ""
}

// loginPage is the product whose login a page is, "" for none.
func loginPage(text string) string {
	text = strings.ToLower(text)
	for _, p := range loginProducts {
		for _, mark := range p.page {
			if strings.Contains(text, mark) {
				return p.name
			}
		}
	}
	return ""
}

// loginWanted is the error of a login page in place of the API.
func (j *judge) loginWanted(product string) *submit.Error {
	e := &submit.Error{Kind: submit.Refused, Code: codeLoginPage, Message: "the login page of " + product + " answers instead of the API of " + j.what + " at " + j.base.Host}
	if len(j.creds) > 0 {
		e.Message += ": " + j.creds[0].String() + " is not accepted there, or has expired"
	}
	switch product {
	case "Google's Identity-Aware Proxy":
		e.Advice = `--token-command "gcloud auth print-identity-token --audiences=CLIENT_ID", with the id of the OAuth client of the proxy`
	case "AWS Cognito", "Cloudflare Access", "Dex", "Keycloak", "Microsoft Entra ID", "oauth2-proxy":
		e.Advice = "log in with a browser, copy the session's cookie into a file, and give it with --cookie-file FILE"
		if j.isKFP() {
			e.Advice += "; or go around the gateway: " + j.forward() + ", then --host http://localhost:8888"
		}
	case "Airflow":
		e.Advice = "give --user NAME and --password-file FILE; Airflow 2 takes them only with airflow.api.auth.backend.basic_auth among its auth_backends"
	default:
		e.Advice = "give --token-file FILE or --cookie-file FILE, whatever the login there gives to a program"
	}
	return e
}
