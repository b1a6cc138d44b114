package endpoints_test

import (
	"encoding/base64"
	"net"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

func TestWhatAnHTTPServiceMustAnswer(t *testing.T) {
	ok := []endpoints.StatusRange{{200, 204}, {301, 301}}
	asJSON := map[string]string{"Content-Type": "application/json"}
	page := map[string]string{"Content-Type": "text/html"}
	withToken := func(h *endpoints.HTTP) { h.Token = hidden("FEATURES_TOKEN", "tok") }
	for name, c := range map[string]struct {
		change func(*endpoints.HTTP)
		answer route
		want   says
		hint   string
	}{
		"the path":        {func(h *endpoints.HTTP) { h.Path = "/health" }, route{status: 200}, says{State: checklist.Pass, Detail: "GET /health answers 200"}, ""},
		"status":          {func(h *endpoints.HTTP) { h.Status = ok }, route{status: 204}, says{State: checklist.Pass, Detail: "GET / answers 204"}, ""},
		"redirect":        {func(h *endpoints.HTTP) { h.Status = ok }, route{status: 301, header: map[string]string{"Location": "https://x.example/"}}, says{State: checklist.Pass, Detail: "GET / answers 301"}, ""},
		"another status":  {func(h *endpoints.HTTP) { h.Status, h.Path = ok, "/ready" }, route{status: 404}, says{State: checklist.Fail, Code: "FLTS-H20", Detail: "GET /ready answers 404, and 200-204, 301 is expected"}, "look at the answer: curl -v http://HOST/ready"},
		"503 is right":    {func(h *endpoints.HTTP) { h.Status = []endpoints.StatusRange{{503, 503}} }, route{status: 503}, says{State: checklist.Pass, Detail: "GET / answers 503"}, ""},
		"JSON":            {func(h *endpoints.HTTP) { h.JSON = true }, route{status: 200, header: asJSON, body: "[]"}, says{State: checklist.Pass, Detail: "GET / answers 200"}, ""},
		"a page, no JSON": {func(h *endpoints.HTTP) { h.JSON = true }, route{status: 200, header: page, body: "<html>"}, says{State: checklist.Fail, Code: "FLTS-H06", Detail: "a web page answers where JSON is expected"}, "inside the cluster set GATEWAY_URL=http://SVC.NS.svc.cluster.local:PORT"},
		"no JSON":         {func(h *endpoints.HTTP) { h.JSON, h.Path = true, "/health" }, route{status: 200, body: "ok"}, says{State: checklist.Fail, Code: "FLTS-H20", Detail: "GET /health answers, and not with JSON"}, "look at the answer: curl -v http://HOST/health"},
		"a token":         {withToken, route{status: 401}, says{State: checklist.Fail, Code: "FLTS-A10", Detail: "the login is refused (401)"}, "correct FEATURES_TOKEN (secret /etc/flts/secrets)"},
		"a token, 403":    {withToken, route{status: 403}, says{State: checklist.Fail, Code: "FLTS-A10", Detail: "the login is refused (403)"}, "correct FEATURES_TOKEN (secret /etc/flts/secrets)"},
		"a token, 404":    {withToken, route{status: 404}, says{State: checklist.Pass, Detail: "GET / answers 404"}, ""},
		"a login": {
			func(h *endpoints.HTTP) { h.Username, h.Password = open("F_USER", "ann"), hidden("F_PASSWORD", "pw") },
			route{status: 401},
			says{State: checklist.Fail, Code: "FLTS-A10", Detail: "the login is refused (401)"},
			"correct F_USER and F_PASSWORD",
		},
		"401 and no login": {func(h *endpoints.HTTP) { h.Status = ok }, route{status: 401}, says{State: checklist.Fail, Code: "FLTS-H20", Detail: "GET / answers 401, and 200-204, 301 is expected"}, "look at the answer: curl -v http://HOST/"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"*": c.answer})
			target := gateway(s.URL)
			c.change(&target)
			said, results := judge(t, target.Checks(endpoints.Env{}))
			c.want.ID = "gateway.http"
			require.Equal(t, c.want, said[2])
			require.Equal(t, c.hint, replaceHost(t, results["gateway.http"].Hint, s.URL))
			require.Len(t, s.seen, 1)
		})
	}
}

// requests puts ~/.netrc over a header, and not over a login that it is given.
func TestNetrcAndAnHTTPService(t *testing.T) {
	env := endpoints.Env{Task: map[string]string{"HOME": "/app"}, Files: fstest.MapFS{"app/.netrc": {Data: []byte("default login net password rc")}}}
	for sent, change := range map[string]func(*endpoints.HTTP){
		"Basic bmV0OnJj": func(h *endpoints.HTTP) { h.Token = hidden("T", "tok") },
		"Basic YW5uOnB3": func(h *endpoints.HTTP) { h.Username, h.Password = open("U", "ann"), hidden("P", "pw") },
	} {
		s := serve(t, map[string]route{"*": {status: 200}})
		target := gateway(s.URL)
		change(&target)
		judge(t, target.Checks(env))
		require.Equal(t, sent, s.seen[0].Header.Get("Authorization"))
	}
}

func kubeflow(url string) endpoints.KFP {
	return endpoints.KFP{URL: open("KFP_URL", url)}
}

// banner says something at once, hears one message, and hangs up.
func banner(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Write([]byte(text))
		_, _ = c.Read(make([]byte, 4096))
	}
}

// jwt is a token with this payload and no signature.
func jwt(payload string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

func TestKubeflowPipelines(t *testing.T) {
	const healthz, pipelines = "GET /apis/v2beta1/healthz", "GET /apis/v2beta1/pipelines?page_size=1"
	alive := route{status: 200, body: `{"multi_user":true}`}
	page := route{status: 200, header: map[string]string{"Content-Type": "text/html"}, body: "<html>"}
	const here = "set KFP_URL=http://ml-pipeline.kubeflow.svc.cluster.local:8888"
	const mount = "mount a projected serviceAccountToken with audience: pipelines.kubeflow.org at /var/run/secrets/kubeflow/pipelines"
	const tokenFile = "var/run/secrets/kubeflow/pipelines/token"
	good := jwt(`{"aud":["pipelines.kubeflow.org"],"exp":4102444800}`)
	refuses := map[string]route{healthz: alive, pipelines: {status: 401}}
	for name, c := range map[string]struct {
		routes map[string]route
		token  string
		want   finding
	}{
		"web page":     {map[string]route{healthz: page}, good, finding{ID: "kfp.health", Code: "FLTS-K16", Detail: "a web page answers: ml-pipeline-ui has it, on port 80", Hint: here}},
		"no API":       {map[string]route{}, good, finding{ID: "kfp.health", Code: "FLTS-K16", Detail: "no API of Kubeflow Pipelines 2 at this address (404)", Hint: here}},
		"MinIO":        {map[string]route{healthz: {status: 403, header: map[string]string{"Server": "MinIO"}, body: failing("AccessDenied", "")}}, good, finding{ID: "kfp.health", Code: "FLTS-K16", Detail: "this is MinIO, not Kubeflow Pipelines", Hint: here}},
		"moved":        {map[string]route{healthz: {status: 301, header: map[string]string{"Location": "https://kf.example/"}}}, good, finding{ID: "kfp.health", Code: "FLTS-H10", Detail: "HOST redirects (301) to https://kf.example", Hint: "write the final address: KFP_URL=https://kf.example"}},
		"a login":      {map[string]route{healthz: {status: 302, header: map[string]string{"Location": "/dex/auth"}}}, good, finding{ID: "kfp.health", Code: "FLTS-H06", Detail: "a login page answers at HOST (302)", Hint: "inside the cluster set KFP_URL=http://SVC.NS.svc.cluster.local:PORT"}},
		"broken":       {map[string]route{healthz: {status: 500}}, good, finding{ID: "kfp.health", Code: "FLTS-H15", Detail: "the API does not answer as that of Kubeflow Pipelines (500)", Hint: "look at the answer: curl -v http://HOST/apis/v2beta1/healthz"}},
		"page for API": {map[string]route{healthz: alive, pipelines: page}, good, finding{ID: "kfp.api", Code: "FLTS-K16", Detail: "a web page answers instead of the API", Hint: here}},
		"not allowed":  {map[string]route{healthz: alive, pipelines: {status: 403, body: `{"code":7}`}}, good, finding{ID: "kfp.api", Code: "FLTS-A11", Detail: "this service account may not list pipelines (403)", Hint: "kubectl -n NS get rolebindings,authorizationpolicies -o wide"}},
		"no token":     {refuses, "", finding{ID: "kfp.api", Code: "FLTS-A13", Refused: true, Detail: "a token is wanted (401), and there is none at /var/run/secrets/kubeflow/pipelines/token", Hint: mount}},
		"expired":      {refuses, jwt(`{"aud":"pipelines.kubeflow.org","exp":1000000000.5}`), finding{ID: "kfp.api", Code: "FLTS-A13", Refused: true, Detail: "the token expired on 2001-09-09 01:46 UTC (401)", Hint: "the kubelet renews a projected one; a copy grows old: " + mount}},
		"other aud":    {refuses, jwt(`{"aud":["https://kubernetes.default.svc"],"exp":4102444800}`), finding{ID: "kfp.api", Code: "FLTS-A13", Refused: true, Detail: "the token is for another audience than pipelines.kubeflow.org (401)", Hint: mount}},
		"no aud":       {refuses, jwt(`{"exp":4102444800}`), finding{ID: "kfp.api", Code: "FLTS-A13", Refused: true, Detail: "the token is for another audience than pipelines.kubeflow.org (401)", Hint: mount}},
		"no JWT":       {refuses, "tok\n", finding{ID: "kfp.api", Code: "FLTS-A13", Refused: true, Detail: "the token is no JWT, and not accepted (401)", Hint: mount}},
		"a good token": {refuses, good, finding{ID: "kfp.api", Code: "FLTS-A13", Refused: true, Detail: "the token is not accepted (401)", Hint: mount}},
		"two lines":    {refuses, "a\nb", finding{ID: "kfp.api", Code: "FLTS-A14", Refused: true, Detail: "the token holds a control character, clients cannot send it", Hint: "write it again without the final newline"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.routes)
			files := fstest.MapFS{"etc/passwd": {}}
			if c.token != "" {
				files[tokenFile] = &fstest.MapFile{Data: []byte(c.token)}
			}
			r := root(t, kubeflow(s.URL).Checks(endpoints.Env{Files: files}))
			r.Detail, r.Hint = replaceHost(t, r.Detail, s.URL), replaceHost(t, r.Hint, s.URL)
			require.Equal(t, c.want, found(r))
		})
	}
	t.Run("accepted", func(t *testing.T) {
		s := serve(t, map[string]route{healthz: alive, pipelines: {status: 200, body: "{}"}})
		env := endpoints.Env{Task: map[string]string{"KF_PIPELINES_SA_TOKEN_PATH": "/tokens/kfp"}, Files: fstest.MapFS{"tokens/kfp": {Data: []byte(good + "\n")}}}
		said, _ := judge(t, kubeflow(s.URL).Checks(env))
		require.Equal(t, []says{{"kfp.health", checklist.Pass, "", "the API is healthy"}, {"kfp.api", checklist.Pass, "", "API answers"}}, said[2:])
		require.Equal(t, "Bearer "+good, s.seen[1].Header.Get("Authorization"))
		require.Equal(t, []string{healthz, pipelines}, s.requests())
	})
	t.Run("its gRPC port", func(t *testing.T) {
		addr := listen(t, banner("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00"))
		require.Equal(t, finding{ID: "kfp.health", Code: "FLTS-K16", Detail: "the port does not speak HTTP: 8887 is the one of gRPC", Hint: here},
			found(root(t, kubeflow("http://"+addr).Checks(endpoints.Env{}))))
	})
	t.Run("a token by key", func(t *testing.T) {
		s := serve(t, refuses)
		target := kubeflow(s.URL)
		target.Token = hidden("KFP_TOKEN", jwt(`{"exp":1}`))
		require.Equal(t, "fetch a fresh one for KFP_TOKEN (secret /etc/flts/secrets)", root(t, target.Checks(endpoints.Env{})).Hint)
	})
	t.Run("not an address", func(t *testing.T) {
		require.Equal(t, "FLTS-C04", root(t, kubeflow("ml-pipeline:8888").Checks(endpoints.Env{})).Code)
	})
}
