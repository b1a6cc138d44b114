//go:build peers

package peers_test

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakemlflow"
)

// pair is a real server and the stand-in that should be like it.
type pair struct {
	real string // host:port
	fake fakemlflow.Options
}

// answer is what the two must have in common.
type answer struct {
	Status    int
	Type      string
	ErrorCode string // of an error in JSON
	Challenge string // WWW-Authenticate
	Text      string // of a body that says nothing of versions and stores
	Artifacts string // scheme of the first experiment's store
}

const api = "/api/2.0/mlflow/"

// fakeMLflowIsTrue asks the stand-in that all other tests use and the real MLflow
// the same.
func (w *world) fakeMLflowIsTrue(t *testing.T) {
	byDefault := pair{addresses["mlflow"] + ":5000", fakemlflow.Options{}}
	open := pair{addresses["mlflow-open"] + ":5000", fakemlflow.Options{AllowedHosts: []string{"*"}, ArtifactRoot: "s3://mlflow/direct"}}
	login := pair{addresses["mlflow-login"] + ":5000", fakemlflow.Options{
		AllowedHosts: []string{"mlflow-login.mlops.svc.cluster.local:*", "10.*"}, Username: mlflowUser, Password: mlflowPassword,
	}}
	below := pair{addresses["mlflow-below"] + ":5000", fakemlflow.Options{AllowedHosts: []string{"mlflow-below.mlops.svc.cluster.local", "10.*"}, StaticPrefix: "/mlflow"}}
	const search = api + "experiments/search"
	for _, c := range []struct {
		name                     string
		pair                     pair
		method, path, body, host string
		user, password           string
	}{
		{name: "health", pair: byDefault, path: "/health"},
		{name: "version", pair: byDefault, path: "/version"},
		{name: "search by GET", pair: byDefault, path: search + "?max_results=1"},
		{name: "search by POST", pair: byDefault, method: "POST", path: search, body: `{"max_results": 5}`},
		{name: "search without max_results", pair: byDefault, path: search},
		{name: "search for too many", pair: byDefault, path: search + "?max_results=1000000"},
		{name: "search for no number", pair: byDefault, path: search + "?max_results=many"},
		{name: "search with a malformed body", pair: byDefault, method: "POST", path: search, body: `{`},
		{name: "search elsewhere stored", pair: open, path: search + "?max_results=1"},
		{name: "no experiment of that name", pair: byDefault, path: api + "experiments/get-by-name?experiment_name=nothing"},
		{name: "experiment by name", pair: byDefault, path: api + "experiments/get-by-name?experiment_name=Default"},
		{name: "experiment by no name", pair: byDefault, path: api + "experiments/get-by-name"},
		{name: "experiment created twice", pair: byDefault, method: "POST", path: api + "experiments/create", body: `{"name": "Default"}`},
		{name: "run in no experiment", pair: byDefault, method: "POST", path: api + "runs/create", body: `{"experiment_id": "99999"}`},
		{name: "no such run", pair: byDefault, path: api + "runs/get?run_id=0123456789abcdef0123456789abcdef"},
		{name: "no such call", pair: byDefault, path: api + "nothing"},
		{name: "no such path", pair: byDefault, path: "/nothing"},

		{name: "Service's name", pair: byDefault, path: search + "?max_results=1", host: "mlflow.mlops.svc.cluster.local:5000"},
		{name: "Service's name, health", pair: byDefault, path: "/health", host: "mlflow.mlops.svc.cluster.local:5000"},
		{name: "Service's name, version", pair: byDefault, path: "/version", host: "mlflow.mlops.svc.cluster.local:5000"},
		{name: "Service's name, front page", pair: byDefault, path: "/nothing", host: "mlflow.mlops.svc.cluster.local:5000"},
		{name: "pod's address", pair: byDefault, path: search + "?max_results=1", host: "10.244.1.7:5000"},
		{name: "pod's address without a port", pair: byDefault, path: search + "?max_results=1", host: "10.244.1.7"},
		{name: "address that is not private", pair: byDefault, path: search + "?max_results=1", host: "172.32.0.1:5000"},
		{name: "private address of class B", pair: byDefault, path: search + "?max_results=1", host: "172.31.0.1:5000"},
		{name: "loopback by IPv6", pair: byDefault, path: search + "?max_results=1", host: "[::1]:5000"},
		{name: "name in upper case", pair: login, path: search + "?max_results=1", host: "MLFLOW-LOGIN.MLOPS.SVC.CLUSTER.LOCAL:5000", user: mlflowUser, password: mlflowPassword},
		{name: "allowed with any port", pair: login, path: search + "?max_results=1", host: "mlflow-login.mlops.svc.cluster.local:5000", user: mlflowUser, password: mlflowPassword},
		{name: "allowed with any port, given none", pair: login, path: search + "?max_results=1", host: "mlflow-login.mlops.svc.cluster.local", user: mlflowUser, password: mlflowPassword},
		{name: "allowed without a port", pair: below, path: "/mlflow" + search + "?max_results=1", host: "mlflow-below.mlops.svc.cluster.local"},
		{name: "allowed without a port, given one", pair: below, path: "/mlflow" + search + "?max_results=1", host: "mlflow-below.mlops.svc.cluster.local:5000"},
		{name: "every Host", pair: open, path: search + "?max_results=1", host: "anything.at.all"},

		{name: "no login", pair: login, path: search + "?max_results=1"},
		{name: "wrong password", pair: login, path: search + "?max_results=1", user: mlflowUser, password: "wrong"},
		{name: "wrong user", pair: login, path: search + "?max_results=1", user: "nobody", password: mlflowPassword},
		{name: "login", pair: login, path: search + "?max_results=1", user: mlflowUser, password: mlflowPassword},
		{name: "no login, health", pair: login, path: "/health"},
		{name: "no login, version", pair: login, path: "/version"},
		{name: "no login, no such path", pair: login, path: "/nothing"},

		{name: "prefix: health", pair: below, path: "/mlflow/health"},
		{name: "prefix: health at the root", pair: below, path: "/health"},
		{name: "prefix: version", pair: below, path: "/mlflow/version"},
		{name: "prefix: version at the root", pair: below, path: "/version"},
		{name: "prefix: search", pair: below, path: "/mlflow" + search + "?max_results=1"},
		{name: "prefix: search at the root", pair: below, path: search + "?max_results=1"},
		{name: "prefix: health, Service's name", pair: below, path: "/mlflow/health", host: "mlflow-below.mlops.svc.cluster.local:5000"},
		{name: "prefix: health at the root, Service's name", pair: below, path: "/health", host: "mlflow-below.mlops.svc.cluster.local:5000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ask := func(server string) answer {
				r, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+server+c.path, strings.NewReader(c.body))
				require.NoError(t, err)
				r.Host = c.host
				if r.Host == "" {
					r.Host = c.pair.real // an address of a pod, to both
				}
				if c.body != "" {
					r.Header.Set("Content-Type", "application/json")
				}
				if c.user != "" {
					r.SetBasicAuth(c.user, c.password)
				}
				return answerOf(t, r)
			}
			fake, err := fakemlflow.Start(c.pair.fake)
			require.NoError(t, err)
			defer fake.Close()
			real, pretended := ask(c.pair.real), ask(fake.Endpoint())
			require.Equal(t, real, pretended, "the real MLflow, then the stand-in")
		})
	}
}

func answerOf(t *testing.T, r *http.Request) answer {
	got, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	a := answer{Status: got.StatusCode, Challenge: got.Header.Get("WWW-Authenticate")}
	a.Type, _, _ = mime.ParseMediaType(got.Header.Get("Content-Type"))
	var document struct {
		ErrorCode   string `json:"error_code"`
		Experiments []struct {
			ArtifactLocation string `json:"artifact_location"`
		}
	}
	if json.Unmarshal(body, &document) == nil {
		a.ErrorCode = document.ErrorCode
		if len(document.Experiments) > 0 {
			a.Artifacts, _, _ = strings.Cut(document.Experiments[len(document.Experiments)-1].ArtifactLocation, "/")
		}
	} else if got.StatusCode < 400 && !strings.HasSuffix(r.URL.Path, "/version") || got.StatusCode == http.StatusForbidden {
		a.Text = string(body)
	}
	return a
}
