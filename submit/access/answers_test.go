package access_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

const html = "text/html; charset=utf-8"

// row is an answer of a server and what is made of it. HOST stands for the server.
type row struct {
	method  string
	answer  http.HandlerFunc
	kind    submit.Kind
	code    string
	message string
	advice  string
}

func (r row) check(t *testing.T, open func(access.Options, access.Surroundings) (*access.Access, error), o access.Options) {
	t.Helper()
	s := serve(t, r.answer)
	o.Host = s.URL
	a, err := open(o, access.Surroundings{})
	require.NoError(t, err)
	method := "POST" // nothing is repeated
	if r.method != "" {
		method = r.method
	}
	_, err = do(t, t.Context(), a, method, "/apis/v2beta1/runs", "{}")
	fill := func(text string) string { return strings.ReplaceAll(text, "HOST", a.Base.Host) }
	want(t, r.kind, r.code, fill(r.message), fill(r.advice), err)
	require.Len(t, s.requests, 1)
}

const aroundGateway = "; or go around the gateway: kubectl -n kubeflow port-forward svc/ml-pipeline 8888:8888, then --host http://localhost:8888"

func TestAnswersThatAreNotTheAPIs(t *testing.T) {
	browser := "log in with a browser, copy the session's cookie into a file, and give it with --cookie-file FILE" + aroundGateway
	login := func(product string) string {
		return "the login page of " + product + " answers instead of the API of Kubeflow Pipelines at HOST"
	}
	redirect := func(to string) http.HandlerFunc { return answers(302, html, body, "Location", to) }
	for name, r := range map[string]row{
		"Dex":          {"", redirect("/dex/auth?client_id=" + body), submit.Refused, "FLTS-H06", login("Dex"), browser},
		"oauth2-proxy": {"", redirect("https://sso.example/oauth2/start?rd=" + body), submit.Refused, "FLTS-H06", login("oauth2-proxy"), browser},
		"Google":       {"", redirect("https://accounts.google.com/o/" + body), submit.Refused, "FLTS-H06", login("Google's Identity-Aware Proxy"), `--token-command "gcloud auth print-identity-token --audiences=CLIENT_ID", with the id of the OAuth client of the proxy`},
		"Entra":        {"", redirect("https://login.microsoftonline.com/" + body), submit.Refused, "FLTS-H06", login("Microsoft Entra ID"), browser},
		"Keycloak":     {"GET", redirect("https://sso.example/realms/ml/protocol/openid-connect/auth"), submit.Refused, "FLTS-H06", login("Keycloak"), browser},
		"Cognito":      {"", redirect("https://ml.auth.eu-west-1.amazoncognito.com/login"), submit.Refused, "FLTS-H06", login("AWS Cognito"), browser},
		"a Dex page":   {"GET", answers(200, html, "<html>Log in to dex "+body), submit.Refused, "FLTS-H06", login("Dex"), browser},
		"a 403 page":   {"", answers(403, html, `<form action="/oauth2/start">`+body), submit.Refused, "FLTS-H06", login("oauth2-proxy"), browser},
		"a page": {
			"", answers(200, html, `<input type="PASSWORD">`+body), submit.Refused, "FLTS-H06", login("an unknown product"),
			"give --token-file FILE or --cookie-file FILE, whatever the login there gives to a program",
		},

		"moved to https": {"", redirect("https://kf.example/apis/v2beta1/runs?" + body), submit.Unusable, "FLTS-H10", "HOST redirects to https://kf.example, which is not followed (302)", "if that is right: --host=https://kf.example"},
		"moved about":    {"GET", redirect("https://kf.example/" + body), submit.Unusable, "FLTS-H10", "HOST redirects to https://kf.example, which is not followed (302)", "if that is right: --host=https://kf.example"},
		"a POST":         {"", redirect("/elsewhere"), submit.Unusable, "FLTS-H10", "HOST redirects a POST to another path of itself, which is not followed (302)", "correct --host; look where to: curl -sI http://HOST"},
		"nowhere":        {"GET", redirect("javascript:" + body), submit.Unusable, "FLTS-H10", "HOST redirects to no usable address, which is not followed (302)", "correct --host; look where to: curl -sI http://HOST"},
		"in a circle":    {"", answers(308, html, "", "Location", "/apis/v2beta1/runs"), submit.Unusable, "FLTS-H10", "HOST redirects a POST to another path of itself, which is not followed (308)", "correct --host; look where to: curl -sI http://HOST"},

		"a mesh":      {"", answers(403, "text/plain", "RBAC: access denied"), submit.Refused, "FLTS-H07", "an authorization policy of the mesh keeps us from HOST (403)", "kubectl get authorizationpolicies -A"},
		"a proxy":     {"", answers(407, html, body), submit.Unusable, "FLTS-P04", "the proxy wants a login (407)", `set HTTPS_PROXY and HTTP_PROXY to http://USER:PASSWORD@PROXY:PORT, or go around it: export NO_PROXY="$NO_PROXY,127.0.0.1"`},
		"a TLS port":  {"", answers(400, "text/plain", "Client sent an HTTP request to an HTTPS server.\n"), submit.Unusable, "FLTS-L05", "HOST speaks TLS, and the address says http", "--host=https://HOST"},
		"nginx's TLS": {"", answers(400, html, "<h1>The plain HTTP request was sent to HTTPS port</h1>"), submit.Unusable, "FLTS-L05", "HOST speaks TLS, and the address says http", "--host=https://HOST"},

		"the web page":  {"GET", answers(200, html, "<title>Kubeflow Pipelines</title>"+body), submit.Unusable, "FLTS-K16", "a web page answers at http://HOST instead of the API of Kubeflow Pipelines (200)", "ml-pipeline-ui has the web pages, on port 80; the API is http://ml-pipeline.kubeflow.svc.cluster.local:8888, or through: kubectl -n kubeflow port-forward svc/ml-pipeline 8888:8888"},
		"the dashboard": {"GET", answers(200, html, "<title>Kubeflow Central Dashboard</title>"), submit.Unusable, "FLTS-K16", "a web page answers at http://HOST instead of the API of Kubeflow Pipelines (200)", "this is the dashboard; the API is under its path /pipeline: --host=http://HOST/pipeline"},
		"no API":        {"GET", answers(404, "text/plain", "404 page not found"+body), submit.Unusable, "FLTS-K16", "there is no API of Kubeflow Pipelines at http://HOST (404)", "the API is on port 8888 of ml-pipeline, 8887 is gRPC and ml-pipeline-ui:80 the web pages: --host=http://ml-pipeline.kubeflow.svc.cluster.local:8888"},

		"throttled":      {"", answers(429, "text/plain", body, "Retry-After", "120"), submit.Unusable, "FLTS-H14", "HOST takes no more requests just now (429)", "try again in 2 min"},
		"a lost answer":  {"", answers(504, html, body), submit.Unsettled, "", "the gateway in front of Kubeflow Pipelines lost the answer (504): it may have been done", "look before you send it again: fltsctl runs list"},
		"an error page":  {"", answers(500, html, body), submit.Unsettled, "", "HOST fails with an error page (500): it may have been done", "look before you send it again: fltsctl runs list"},
		"and to look at": {"GET", answers(500, html, body), submit.Unusable, "", "HOST fails with an error page (500)", "look at the log of the server, and at what answers: curl -v http://HOST"},
	} {
		t.Run(name, func(t *testing.T) {
			r.check(t, access.KFP, access.Options{})
		})
	}
}

func TestAirflowsOwnAnswers(t *testing.T) {
	for name, r := range map[string]row{
		"its login":     {"GET", answers(302, html, "", "Location", "/login/?next="+body), submit.Refused, "FLTS-H06", "the login page of Airflow answers instead of the API of Airflow at HOST", "give --user NAME and --password-file FILE; Airflow 2 takes them only with airflow.api.auth.backend.basic_auth among its auth_backends"},
		"wants basic":   {"", answers(401, "application/problem+json", "{}", "WWW-Authenticate", "Basic realm="+body), submit.Refused, "FLTS-A10", "Airflow at HOST wants a login (401), and none was given", "give --user NAME and --password-file FILE"},
		"wants a login": {"", answers(401, "application/json", "{}"), submit.Refused, "FLTS-A10", "Airflow at HOST wants a login (401), and none was given", "give --user NAME and --password-file FILE, or --token-file FILE"},
		"another path":  {"GET", answers(404, html, body), submit.Unusable, "FLTS-H09", "a web page answers at http://HOST instead of the API of Airflow (404)", "correct --host, with the path in front of the API; look: curl -sI http://HOST"},
	} {
		t.Run(name, func(t *testing.T) { r.check(t, access.Airflow, access.Options{}) })
	}
}

// What the API itself says is for who asked.
func TestAnswersOfTheAPIAreHandedOver(t *testing.T) {
	for _, status := range []int{200, 201, 304, 400, 403, 404, 409, 422, 500, 503} {
		s := serve(t, answers(status, "application/json", `{"code":5,"message":"x"}`))
		a := kfp(t, access.Options{Host: s.URL}, access.Surroundings{})
		got, err := do(t, t.Context(), a, http.MethodPost, "/runs", "{}")
		require.NoError(t, err)
		require.Equal(t, status, got)
		require.Len(t, s.requests, 1)
	}
}

func TestRawAnswersAreHandedOver(t *testing.T) {
	for _, answer := range []http.HandlerFunc{answers(302, html, "", "Location", "/login"), answers(401, html, ""), answers(404, html, "x"), answers(200, html, "x")} {
		s := serve(t, answer)
		a := kfp(t, access.Options{Host: s.URL}, access.Surroundings{})
		got, err := do(t, access.Raw(t.Context()), a, http.MethodGet, "/api/v2/version", "")
		require.NoError(t, err)
		require.NotZero(t, got)
		require.Len(t, s.requests, 1)
	}
}

func TestACookieThatIsNoMore(t *testing.T) {
	s := serve(t, answers(302, html, "", "Location", "/dex/auth"))
	path := file(t, "session="+cookie)
	_, err := get(t, kfp(t, access.Options{Host: s.URL, CookieFile: path}, access.Surroundings{}), "")
	require.EqualError(t, err, "the login page of Dex answers instead of the API of Kubeflow Pipelines at "+s.Listener.Addr().String()+": the cookie from --cookie-file "+path+" is not accepted there, or has expired")
}

func TestARedirectOnTheServerIsFollowed(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") {
			ok(w, r)
			return
		}
		http.Redirect(w, r, r.URL.Path+"/", http.StatusTemporaryRedirect)
	})
	a := kfp(t, access.Options{Host: s.URL, TokenFile: file(t, token)}, access.Surroundings{})
	status, err := get(t, a, "/dags")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []string{"Bearer " + token, "Bearer " + token}, s.sent("Authorization"))
}

// A POST that may be repeated is still no GET.
func TestASafePOSTIsNotRedirected(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/y", http.StatusFound) })
	_, err := do(t, access.Safe(t.Context()), kfp(t, access.Options{Host: s.URL}, access.Surroundings{}), http.MethodPost, "/x", "{}")
	require.True(t, submit.IsKind(err, submit.Unusable), "%v", err)
	require.Len(t, s.requests, 1)
}

func TestThePrefixIsKeptInTheAdvice(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://kf.example"+r.URL.Path, http.StatusPermanentRedirect)
	})
	a := kfp(t, access.Options{}, access.Surroundings{Environ: []string{"KF_PIPELINES_ENDPOINT=" + s.URL + "/pipeline"}})
	_, err := get(t, a, "/apis/v2beta1/runs")
	want(t, submit.Unusable, "FLTS-H10", a.Base.Host+" redirects to https://kf.example, which is not followed (308)", "if that is right: KF_PIPELINES_ENDPOINT=https://kf.example/pipeline", err)
}

func TestARedirectInACircle(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) })
	_, err := get(t, kfp(t, access.Options{Host: s.URL}, access.Surroundings{}), "/x")
	require.EqualError(t, err, s.Listener.Addr().String()+" redirects in a circle")
	require.Len(t, s.requests, 4)
}

// A credential goes to no other server, whoever asks for that.
func TestNothingGoesElsewhere(t *testing.T) {
	other := serve(t, ok)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	a := kfp(t, access.Options{Host: s.URL, TokenFile: file(t, token)}, access.Surroundings{})
	_, err := get(t, a, "")
	require.True(t, submit.IsKind(err, submit.Unusable), "%v", err)

	a.Base, err = url.Parse(other.URL)
	require.NoError(t, err)
	_, err = get(t, a, "")
	require.EqualError(t, err, "refused to send a request to another server than "+s.Listener.Addr().String())
	require.Empty(t, other.requests)
}

func TestAStreamIsNotReadAhead(t *testing.T) {
	more := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		_ = http.NewResponseController(w).Flush()
		<-more
		_, _ = io.WriteString(w, "second\n")
	})
	a := kfp(t, access.Options{Host: s.URL}, access.Surroundings{})
	t.Cleanup(a.Client.CloseIdleConnections)
	req, err := http.NewRequestWithContext(access.Stream(t.Context()), http.MethodGet, s.URL, nil)
	require.NoError(t, err)
	resp, err := a.Client.Do(req)
	require.NoError(t, err)
	first := make([]byte, 6)
	_, err = io.ReadFull(resp.Body, first)
	require.NoError(t, err)
	close(more)
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "first\nsecond\n", string(first)+string(rest))
}
