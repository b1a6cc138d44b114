package endpoints

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/jwt"
	"github.com/flts-run/flts-run/internal/secret"
)

// KFP is the API server of Kubeflow Pipelines, for tasks that start runs
// themselves.
type KFP struct {
	Name string // "kfp" when empty
	URL  Setting

	// Token is sent as a bearer's. Without one, the service account's token is,
	// from KF_PIPELINES_SA_TOKEN_PATH or the path that the SDK knows.
	Token Setting

	CABundle string
	Advisory bool
}

// kfp is the state of the checks of one target.
type kfp struct {
	*ladder
	KFP
	file string // the token's, "" when a setting gives it
}

const (
	kfpTokenFile = "/var/run/secrets/kubeflow/pipelines/token"
	kfpAudience  = "pipelines.kubeflow.org"
	kfpHealth    = "/apis/v2beta1/healthz"
	kfpPipelines = "/apis/v2beta1/pipelines"
)

// Checks returns the checks of the target.
func (t KFP) Checks(env Env) []checklist.Check {
	if t.Name == "" {
		t.Name = "kfp"
	}
	addr, bad := parseURL(t.URL)
	if bad != nil {
		return unparsed(t.Name, t.Advisory, bad)
	}
	k := &kfp{ladder: newLadder(t.Name, t.Advisory, addr, t.CABundle, requestsClient, env), KFP: t}
	k.readToken()
	limit := k.env.Limits.Request
	return chain(append(k.base(),
		k.check("health", checklist.Identify, k.ladder.name+" is the API of Kubeflow Pipelines", limit, k.health),
		k.check("api", checklist.Sign, "the API of "+k.ladder.name+" accepts the token", limit, k.api),
	))
}

// health tells the API from its neighbours: the gRPC port and the web page.
func (k *kfp) health(ctx context.Context) checklist.Finding {
	a, bad := k.get(ctx, k.newGet(k.addr.url(kfpHealth)))
	switch product := a.otherProduct(); {
	case product != "":
		return k.notAPI("this is "+product+", not Kubeflow Pipelines", a)
	case bad != nil && bad.Code == codeNotHTTP:
		return k.notAPI("the port does not speak HTTP: 8887 is the one of gRPC", a)
	case bad != nil:
		return *bad
	case a.isRedirect():
		return k.moved(a)
	case a.status == http.StatusOK && isObject(a.body):
		return pass("the API is healthy")
	case a.isHTML():
		return k.notAPI("a web page answers: ml-pipeline-ui has it, on port 80", a)
	case a.status == http.StatusNotFound:
		return k.notAPI("no API of Kubeflow Pipelines 2 at this address (404)", a)
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		return pass("%s answers %d, judged by the API", kfpHealth, a.status)
	}
	return k.unexpected(a, "the API does not answer as that of Kubeflow Pipelines", kfpHealth)
}

func (k *kfp) notAPI(what string, a answer) checklist.Finding {
	var evidence []string
	if a.status != 0 {
		evidence = append(evidence, a.seen())
	}
	namespace := "kubeflow"
	if s, ok := k.service(); ok {
		namespace = s.namespace
	}
	to := k.addr
	to.path = ""
	return k.fail(codeKFPPort, what, "set "+to.assign("http", "ml-pipeline."+namespace+".svc.cluster.local:8888"), evidence...)
}

func (k *kfp) api(ctx context.Context) checklist.Finding {
	if k.Token.hasControl() {
		return refused(k.fail(codeUnsendable, "the token holds a control character, clients cannot send it", "write it again without the final newline", k.Token.evidence()))
	}
	u := k.addr.url(kfpPipelines)
	u.RawQuery = "page_size=1"
	req := k.newGet(u)
	if !k.Token.Value.IsEmpty() {
		req.Header.Set("Authorization", "Bearer "+k.Token.Value.Reveal())
	}
	a, bad := k.get(ctx, req)
	switch {
	case bad != nil:
		return *bad
	case a.status == http.StatusOK && isObject(a.body):
		return pass("API answers")
	case a.status == http.StatusUnauthorized:
		return k.tokenRefused(a)
	case a.status == http.StatusForbidden:
		return k.fail(codeNotPermitted, "this service account may not list pipelines (403)",
			"kubectl -n "+k.ownNamespace()+" get rolebindings,authorizationpolicies -o wide", a.seen())
	case a.isRedirect():
		return k.moved(a)
	case a.isHTML():
		return k.notAPI("a web page answers instead of the API", a)
	}
	return k.unexpected(a, "the API does not answer as that of Kubeflow Pipelines", kfpPipelines+"?page_size=1")
}

// readToken takes the token as the SDK does.
func (k *kfp) readToken() {
	if !k.Token.Value.IsEmpty() {
		return
	}
	k.file = cmp.Or(k.env.Task["KF_PIPELINES_SA_TOKEN_PATH"], kfpTokenFile)
	if text, ok := k.env.readFile(k.file); ok {
		k.Token = Setting{"token", secret.New(strings.TrimSpace(text)), k.file}
	}
}

// tokenRefused says what is wrong with the token, as far as it can be read off
// it. Its signature is the server's business, and nothing of it is printed.
func (k *kfp) tokenRefused(a answer) checklist.Finding {
	mount := "mount a projected serviceAccountToken with audience: " + kfpAudience + " at /var/run/secrets/kubeflow/pipelines"
	evidence := []string{a.seen()}
	if k.file != "" {
		evidence = append(evidence, "token file "+k.file)
	}
	detail, hint := "the token is not accepted (401)", mount
	var claims claims
	readable := jwt.Read(k.Token.Value.Reveal(), &claims)
	switch {
	case k.Token.Value.IsEmpty() && k.env.Files == nil:
		detail = "a token is wanted (401), and none was looked for"
	case k.Token.Value.IsEmpty():
		detail = "a token is wanted (401), and there is none at " + k.file
	case !readable:
		detail = "the token is no JWT, and not accepted (401)"
	case claims.Expires > 0 && k.env.Now().After(time.Unix(int64(claims.Expires), 0)):
		detail = "the token expired on " + date(time.Unix(int64(claims.Expires), 0)) + " (401)"
		if k.file == "" {
			hint = "fetch a fresh one for " + k.Token.named()
		} else {
			hint = "the kubelet renews a projected one; a copy grows old: " + mount
		}
	case !slices.Contains(claims.Audience, kfpAudience):
		detail = "the token is for another audience than " + kfpAudience + " (401)"
	}
	return refused(k.fail(codeKFPToken, detail, hint, evidence...))
}

// claims are what is looked at in the payload of a JWT.
type claims struct {
	Expires  float64      `json:"exp"`
	Audience jwt.Audience `json:"aud"`
}

// isObject reports a body that is a JSON object.
func isObject(body []byte) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(body, &object) == nil && object != nil
}
