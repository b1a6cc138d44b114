package access

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/jwt"
	"github.com/flts-run/flts-run/submit"
)

// unauthorized says what is wrong with a credential, as far as it can be read off
// it, and how to get a better one.
func (j *judge) unauthorized(sent *http.Request, resp *http.Response) *submit.Error {
	e := &submit.Error{Kind: submit.Refused, Code: codeLogin}
	if j.isKFP() {
		e.Code = codeKFPToken
	}
	if len(j.creds) == 0 {
		e.Message = fmt.Sprintf("%s at %s wants a login (401), and none was given", j.what, j.base.Host)
		e.Advice = j.howToLogIn(resp)
		return e
	}
	c := j.creds[0]
	e.Message, e.Advice = fmt.Sprintf("%s does not accept %s (401)", j.what, c), j.howToRenew(c)
	if c.noun != "token" {
		return e
	}
	token := strings.TrimPrefix(sent.Header.Get(authorization), "Bearer ")
	claims, readable := readClaims(token)
	ago, expired := claims.expired(time.Now())
	in, early := claims.early(time.Now())
	switch {
	case !readable && j.isKFP():
		e.Message += "; it is no JWT"
	case !readable:
	case expired:
		e.Message = fmt.Sprintf("%s expired %s ago (401)", c, span(ago))
	case early:
		e.Message = fmt.Sprintf("%s is valid only in %s (401)", c, span(in))
		e.Advice = "compare the clocks: timedatectl status"
	case j.isKFP() && claims.isServiceAccount() && !slices.Contains(claims.Audience, kfpAudience):
		e.Message = fmt.Sprintf("%s has the audience %s, and KFP wants %s (401)", c, shownAudience(claims.Audience), kfpAudience)
		e.Advice = "kubectl -n NS create token SERVICEACCOUNT --audience " + kfpAudience + " gives one; in a pod " + mountToken
	}
	return e
}

const mountToken = "mount a projected serviceAccountToken with audience: " + kfpAudience + " at /var/run/secrets/kubeflow/pipelines"

// shownAudience is what may be shown of it: names as they are in use.
func shownAudience(a jwt.Audience) string {
	if len(a) == 0 {
		return `""`
	}
	shown := a[0]
	if len(shown) > 80 || strings.Trim(shown, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/_-") != "" {
		return "of another server"
	}
	return shown
}

// howToLogIn is what to type where nothing was given.
func (j *judge) howToLogIn(resp *http.Response) string {
	scheme, _, _ := strings.Cut(resp.Header.Get("WWW-Authenticate"), " ")
	switch {
	case j.kube != nil:
		return "give the header or cookie that the gateway would have added: --header-file FILE, such as kubeflow-userid: me@example.com"
	case j.isKFP() && j.inside:
		return mountToken
	case j.isKFP():
		return "give --token-file FILE or --cookie-file FILE, or leave " + j.origin + " out, to go the way of kubectl"
	case strings.EqualFold(scheme, "Basic"):
		return "give --user NAME and --password-file FILE"
	}
	return "give --user NAME and --password-file FILE, or --token-file FILE"
}

// howToRenew is what to type for a better one of the same sort.
func (j *judge) howToRenew(c credential) string {
	switch {
	case c.noun == "cookie":
		return "the session has ended: log in with the browser and copy the cookie again"
	case c.noun == "password" && !j.isKFP():
		return "check user and password; Airflow 2 takes them only with airflow.api.auth.backend.basic_auth among its auth_backends"
	case c.noun == "password":
		return "check user and password"
	case c.noun == "header":
		return "check the name and the value of the header with who runs the gateway"
	case c.origin == "the login":
		return "check user and password, or give a token with --token-file FILE"
	case strings.HasPrefix(c.origin, "the pod") || strings.HasPrefix(c.origin, "KF_PIPELINES_SA_TOKEN_PATH"):
		return "the kubelet renews a projected token, a copy grows old: " + mountToken
	}
	return "get a fresh token, and give it the same way; --token-command COMMAND gets one when it is wanted"
}
