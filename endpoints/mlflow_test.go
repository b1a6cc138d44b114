package endpoints_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

// MLflow's client searches by POST. Only when that is refused it is tried by GET.
const (
	search      = "POST /api/2.0/mlflow/experiments/search"
	searchByGet = "GET /api/2.0/mlflow/experiments/search"
)

var (
	jsonOK = route{status: 200, header: map[string]string{"Content-Type": "application/json"}, body: `{"experiments": []}`}
	healOK = route{status: 200, body: "OK"}
)

func tracking(uri string) endpoints.MLflow {
	return endpoints.MLflow{
		URI:      open("MLFLOW_TRACKING_URI", uri),
		Username: endpoints.Setting{Key: "MLFLOW_TRACKING_USERNAME"}, Password: endpoints.Setting{Key: "MLFLOW_TRACKING_PASSWORD"},
		Token: endpoints.Setting{Key: "MLFLOW_TRACKING_TOKEN"},
	}
}

func TestAHealthyMLflow(t *testing.T) {
	s := serve(t, map[string]route{"GET /health": healOK, search: jsonOK})
	said, results := judge(t, tracking(s.URL+"/").Checks(endpoints.Env{}))
	require.Equal(t, []says{
		{"mlflow.resolve", checklist.Pass, "", "127.0.0.1 is an address"},
		{"mlflow.dial", checklist.Pass, "", results["mlflow.dial"].Detail},
		{"mlflow.health", checklist.Pass, "", "/health answers"},
		{"mlflow.api", checklist.Pass, "", "API answers"},
	}, said)
	require.Equal(t, []string{"GET /health", search}, s.requests())
	require.Empty(t, s.seen[1].Header.Get("Authorization"))
}

func TestMLflowAnswersThatProveTheAPI(t *testing.T) {
	for name, c := range map[string]struct {
		path   string
		routes map[string]route
		asked  []string
	}{
		"empty document":        {"", map[string]route{"GET /health": healOK, search: {status: 200, body: "{}"}}, []string{"GET /health", search}},
		"invalid parameter":     {"", map[string]route{"GET /health": healOK, search: {status: 400, body: `{"error_code":"INVALID_PARAMETER_VALUE"}`}}, []string{"GET /health", search}},
		"health wants a login":  {"", map[string]route{"GET /health": {status: 401}, search: jsonOK}, []string{"GET /health", search}},
		"no health path":        {"", map[string]route{search: jsonOK}, []string{"GET /health", search}},
		"health below a prefix": {"/ml", map[string]route{"GET /ml/health": healOK, "POST /ml" + search[5:]: jsonOK}, []string{"GET /ml/health", "POST /ml" + search[5:]}},
		"health at the root":    {"/ml", map[string]route{"GET /health": healOK, "POST /ml" + search[5:]: jsonOK}, []string{"GET /ml/health", "GET /health", "POST /ml" + search[5:]}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.routes)
			said, _ := judge(t, tracking(s.URL+c.path).Checks(endpoints.Env{}))
			require.Equal(t, says{"mlflow.api", checklist.Pass, "", "API answers"}, said[3])
			require.Equal(t, c.asked, s.requests())
		})
	}
}

func TestMLflowLogins(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*endpoints.MLflow)
		sent   string
		want   finding
	}{
		"none": {
			func(*endpoints.MLflow) {}, "",
			finding{Detail: "a login is wanted and none was sent (401)", Hint: "set both MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD; missing: MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD"},
		},
		"half": {
			func(m *endpoints.MLflow) { m.Username = open("MLFLOW_TRACKING_USERNAME", "ann") }, "",
			finding{Detail: "a login is wanted and none was sent (401)", Hint: "set both MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD; missing: MLFLOW_TRACKING_PASSWORD"},
		},
		"basic beats the token": {
			func(m *endpoints.MLflow) {
				m.Username, m.Password = open("MLFLOW_TRACKING_USERNAME", "ann"), hidden("MLFLOW_TRACKING_PASSWORD", "pw")
				m.Token = hidden("MLFLOW_TRACKING_TOKEN", "tok")
			}, "Basic YW5uOnB3",
			finding{Detail: "the login is wrong (401)", Hint: "correct MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"},
		},
		"token": {
			func(m *endpoints.MLflow) { m.Token = hidden("MLFLOW_TRACKING_TOKEN", "tok") }, "Bearer tok",
			finding{
				Detail: "the token is not accepted (401)",
				Hint:   "fetch a fresh one for MLFLOW_TRACKING_TOKEN (secret /etc/flts/secrets), or set both MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
			},
		},
		"in the URI": {
			func(m *endpoints.MLflow) {
				m.URI = open("MLFLOW_TRACKING_URI", strings.Replace(m.URI.Value.Reveal(), "://", "://ann:p%40w@", 1))
				m.Token = hidden("MLFLOW_TRACKING_TOKEN", "tok")
			}, "Basic YW5uOnBAdw==",
			finding{Detail: "the login is wrong (401)", Hint: "correct MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /health": healOK, search: {status: 401, header: map[string]string{"WWW-Authenticate": `Basic realm="mlflow"`}}})
			target := tracking(s.URL)
			c.change(&target)
			c.want.ID, c.want.Code, c.want.Refused = "mlflow.api", "FLTS-A10", true
			require.Equal(t, c.want, found(root(t, target.Checks(endpoints.Env{}))))
			require.Equal(t, c.sent, s.seen[1].Header.Get("Authorization"))
		})
	}
	t.Run("a newline in the token", func(t *testing.T) {
		s := serve(t, map[string]route{"*": healOK})
		target := tracking(s.URL)
		target.Token = hidden("MLFLOW_TRACKING_TOKEN", "tok\n")
		require.Equal(t, finding{
			ID: "mlflow.api", Code: "FLTS-A14", Refused: true,
			Detail: "MLFLOW_TRACKING_TOKEN holds a control character, clients cannot send it",
			Hint: "write MLFLOW_TRACKING_TOKEN (secret /etc/flts/secrets) again without the final newline: " +
				`stty -echo; read -r V; stty echo; [ "$V" ] && printf %s "$V" | kubectl create secret generic NAME --from-file=MLFLOW_TRACKING_TOKEN=/dev/stdin --dry-run=client -o json | kubectl -n mlops patch secret NAME --type=merge --patch-file /dev/stdin`,
		}, found(root(t, target.Checks(endpoints.Env{Namespace: "mlops"}))))
		require.Equal(t, []string{"GET /health"}, s.requests())
	})
}

func TestMLflowFaults(t *testing.T) {
	page := route{status: 200, header: map[string]string{"Content-Type": "text/html"}, body: "<html>"}
	const inside = "inside the cluster set MLFLOW_TRACKING_URI=http://SVC.NS.svc.cluster.local:PORT"
	for name, c := range map[string]struct {
		health, api route
		want        finding
	}{
		"host header": {
			healOK,
			route{status: 403, body: "Invalid Host header - possible DNS rebinding attack detected"},
			finding{ID: "mlflow.api", Code: "FLTS-A12", Detail: "refuses this Host header", Hint: `start the server with --allowed-hosts "HOST,127.0.0.1:*", or set MLFLOW_SERVER_ALLOWED_HOSTS there`},
		},
		"no permission": {
			healOK,
			route{status: 403, body: "Permission denied"},
			finding{
				ID: "mlflow.api", Code: "FLTS-A11", Detail: "this user may not search experiments (403)",
				Hint: "ask for READ on the experiment, or use another login: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
			},
		},
		"page for the API": {healOK, page, finding{ID: "mlflow.api", Code: "FLTS-H06", Detail: "a web page or another service answers instead of the API", Hint: inside}},
		"page for health":  {page, page, finding{ID: "mlflow.health", Code: "FLTS-H06", Detail: "a web page or another service answers instead of the API", Hint: inside}},
		"login":            {healOK, route{status: 302, header: map[string]string{"Location": "/oauth2/start?rd=/"}}, finding{ID: "mlflow.api", Code: "FLTS-H06", Detail: "a login page answers at HOST (302)", Hint: inside}},
		"prefix":           {healOK, route{status: 404}, finding{ID: "mlflow.api", Code: "FLTS-H09", Detail: "no MLflow API under this path (404)", Hint: "with a static prefix, or behind an ingress: set MLFLOW_TRACKING_URI=http://HOST/PREFIX"}},
		"redirect":         {healOK, route{status: 301, header: map[string]string{"Location": "https://ml.example/api?X=Y"}}, finding{ID: "mlflow.api", Code: "FLTS-H10", Detail: "HOST redirects (301) to https://ml.example, and MLflow's client asks there by GET and without what it had to say", Hint: "write the final address: MLFLOW_TRACKING_URI=https://ml.example"}},
		"broken health":    {route{status: 500}, jsonOK, finding{ID: "mlflow.health", Code: "FLTS-H15", Detail: "/health fails (500)", Hint: "look at the answer: curl -v http://HOST/health"}},
		"broken API":       {healOK, route{status: 500}, finding{ID: "mlflow.api", Code: "FLTS-H15", Detail: "the API does not answer as MLflow's (500)", Hint: "look at the answer: curl -v 'http://HOST/api/2.0/mlflow/experiments/search?max_results=1'"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /health": c.health, search: c.api})
			r := root(t, tracking(s.URL).Checks(endpoints.Env{}))
			even := strings.NewReplacer(hostPort(t, s.URL), "HOST")
			r.Detail, r.Hint = even.Replace(r.Detail), even.Replace(r.Hint)
			require.Equal(t, c.want, found(r))
			if c.want.Code == "FLTS-A12" {
				require.Equal(t, []string{
					`MLFLOW_TRACKING_URI = "http://HOST" (env)`,
					"sent Host: HOST, got 403; /health answers 200, which proves nothing",
				}, []string{even.Replace(r.Evidence[0]), even.Replace(r.Evidence[1])})
			}
		})
	}
}

func TestAMalformedURLHasOneFinding(t *testing.T) {
	for value, want := range map[string]finding{
		"mlflow:5000":                        {Code: "FLTS-C04", Detail: "MLFLOW_TRACKING_URI is not an http or https URL", Hint: "set MLFLOW_TRACKING_URI=http://mlflow:5000"},
		"":                                   {Code: "FLTS-C04", Detail: "MLFLOW_TRACKING_URI is not an http or https URL", Hint: "set MLFLOW_TRACKING_URI=http://HOST:PORT"},
		"file:///mlruns":                     {Code: "FLTS-C04", Detail: "MLFLOW_TRACKING_URI is not an http or https URL", Hint: "set MLFLOW_TRACKING_URI=http://HOST:PORT"},
		"http://mlflow:99999":                {Code: "FLTS-C06", Detail: "MLFLOW_TRACKING_URI is not a URL of a server", Hint: "set MLFLOW_TRACKING_URI=http://HOST:PORT"},
		"http://mlflow?x=1":                  {Code: "FLTS-C06", Detail: "MLFLOW_TRACKING_URI is not a URL of a server", Hint: "set MLFLOW_TRACKING_URI=http://HOST:PORT"},
		"https://mlflow/ml/#/models":         {Code: "FLTS-C06", Detail: "MLFLOW_TRACKING_URI is the address of a page in the browser", Hint: "set MLFLOW_TRACKING_URI=https://mlflow/ml"},
		"http://mlflow:5000/#/experiments/1": {Code: "FLTS-C06", Detail: "MLFLOW_TRACKING_URI is the address of a page in the browser", Hint: "set MLFLOW_TRACKING_URI=http://mlflow:5000"},
	} {
		want.ID = "mlflow.parse"
		require.Equal(t, want, found(root(t, tracking(value).Checks(endpoints.Env{}))), value)
	}
}
