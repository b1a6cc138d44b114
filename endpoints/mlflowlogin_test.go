package endpoints_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

// What MLflow's client reads beside the variables: a file of its own, and the
// ~/.netrc of requests, which beats everything.
func TestLoginsFromFiles(t *testing.T) {
	given := func(m *endpoints.MLflow) {
		m.Username, m.Password = open("MLFLOW_TRACKING_USERNAME", "ann"), hidden("MLFLOW_TRACKING_PASSWORD", "pw")
	}
	const basicAnn, basicNet, basicFile = "Basic YW5uOnB3", "Basic bmV0OnJj", "Basic YW5uOmZpbGU="
	for name, c := range map[string]struct {
		files  map[string]string
		task   map[string]string
		change func(*endpoints.MLflow)
		sent   string
	}{
		"none":                        {sent: ""},
		"the password is in the file": {map[string]string{"app/.mlflow/credentials": "[mlflow]\nmlflow_tracking_password = file\n"}, nil, func(m *endpoints.MLflow) { m.Username = open("MLFLOW_TRACKING_USERNAME", "ann") }, basicFile},
		"both are":                    {map[string]string{"app/.mlflow/credentials": "; ours\n[other]\nx: y\n[mlflow]\nMLFLOW_TRACKING_USERNAME: ann\nmlflow_tracking_password=file"}, nil, nil, basicFile},
		"the variables beat it":       {map[string]string{"app/.mlflow/credentials": "[mlflow]\nmlflow_tracking_username=x\nmlflow_tracking_password=y"}, nil, given, basicAnn},
		"netrc beats them":            {map[string]string{"app/.netrc": "machine 127.0.0.1 login net password rc\n"}, nil, given, basicNet},
		"netrc, by default":           {map[string]string{"app/_netrc": "machine other login x password y\ndefault login net password rc"}, nil, given, basicNet},
		"netrc of others":             {map[string]string{"app/.netrc": "machine other login x password y"}, nil, given, basicAnn},
		"NETRC":                       {map[string]string{"etc/netrc": "machine 127.0.0.1\n\tlogin net # me\n\tpassword \"rc\"", "app/.netrc": "default login x password y"}, map[string]string{"NETRC": "/etc/netrc"}, given, basicNet},
		"NETRC=/dev/null":             {map[string]string{"app/.netrc": "default login x password y"}, map[string]string{"NETRC": "/dev/null"}, given, basicAnn},
		"NETRC is a pipe":             {map[string]string{"dev/fd/3": "default login x password y"}, map[string]string{"NETRC": "/dev/fd/3"}, given, basicAnn},
		"netrc that Python refuses":   {map[string]string{"app/.netrc": "default login x password y\nhosts"}, nil, given, basicAnn},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /health": healOK, search: jsonOK})
			files := fstest.MapFS{}
			for file, text := range c.files {
				files[file] = &fstest.MapFile{Data: []byte(text)}
				if strings.HasPrefix(file, "dev/") {
					files[file].Mode = fs.ModeNamedPipe
				}
			}
			env := endpoints.Env{Files: files, Task: map[string]string{"HOME": "/app"}}
			for k, v := range c.task {
				env.Task[k] = v
			}
			target := tracking(s.URL)
			if c.change != nil {
				c.change(&target)
			}
			judge(t, target.Checks(env))
			require.Equal(t, c.sent, s.seen[1].Header.Get("Authorization"))
		})
	}
}

func TestWhoRefusesALogin(t *testing.T) {
	refusing := func(authenticate string) route {
		return route{status: 401, header: map[string]string{"WWW-Authenticate": authenticate}}
	}
	both := func(m *endpoints.MLflow) {
		m.Username, m.Password = open("MLFLOW_TRACKING_USERNAME", "ann"), hidden("MLFLOW_TRACKING_PASSWORD", "pw")
	}
	const ours = `Basic realm="mlflow"`
	for name, c := range map[string]struct {
		api      route
		change   func(*endpoints.MLflow)
		files    fstest.MapFS
		want     finding
		evidence string
	}{
		"an ingress": {
			refusing(`Basic realm="Authentication Required c4n4ry"`), both, nil,
			finding{Code: "FLTS-A10", Refused: true, Detail: "the login is wrong (401)", Hint: "correct MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"},
			"the one that asks is a proxy or an ingress in front of MLflow: its realm is not MLflow's",
		},
		"a proxy that wants a token": {
			refusing(`Bearer realm="x"`), both, nil,
			finding{Code: "FLTS-A10", Refused: true, Detail: "the login is wrong (401)", Hint: "set MLFLOW_TRACKING_TOKEN, and neither MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, which beat it"},
			"a proxy in front of MLflow asks for a bearer token",
		},
		"the token is beaten": {
			refusing(ours), func(m *endpoints.MLflow) { both(m); m.Token = hidden("MLFLOW_TRACKING_TOKEN", "t") }, nil,
			finding{Code: "FLTS-A10", Refused: true, Detail: "the login is wrong (401)", Hint: "correct MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"},
			"MLFLOW_TRACKING_TOKEN is not sent: user and password beat it",
		},
		"netrc": {
			refusing(ours), both,
			fstest.MapFS{"app/.netrc": {Data: []byte("default login x password y")}},
			finding{Code: "FLTS-A10", Refused: true, Detail: "the login in /app/.netrc is wrong (401)", Hint: "requests puts it over MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD and MLFLOW_TRACKING_TOKEN: remove the entry for 127.0.0.1, or point NETRC at an empty file: NETRC=/dev/null"},
			"got 401",
		},
		"the password of the file": {
			refusing(ours), func(m *endpoints.MLflow) { m.Username = open("MLFLOW_TRACKING_USERNAME", "ann") },
			fstest.MapFS{"app/.mlflow/credentials": {Data: []byte("[mlflow]\nmlflow_tracking_password = y\n")}},
			finding{Code: "FLTS-A10", Refused: true, Detail: "the login is wrong (401)", Hint: "correct MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"},
			"the password comes from /app/.mlflow/credentials",
		},
		"a file that stops the client": {
			jsonOK, nil,
			fstest.MapFS{"app/.mlflow/credentials": {Data: []byte("[mlflow]\nmlflow_tracking_username = y\nmlflow_tracking_password = 100%\n")}},
			finding{
				Code: "FLTS-A10", Refused: true, Detail: "MLflow's client stops at /app/.mlflow/credentials, which it cannot parse",
				Hint: "write each % in it as %%, and nothing before the line [mlflow]: sed -n l /app/.mlflow/credentials",
			},
			"",
		},
		"oauth2-proxy": {
			route{status: 403, header: map[string]string{"Content-Type": "text/html"}, body: `<form action="/oauth2/start">`},
			nil, nil,
			finding{Code: "FLTS-H06", Detail: "a web page or another service answers instead of the API", Hint: "inside the cluster set MLFLOW_TRACKING_URI=http://SVC.NS.svc.cluster.local:PORT"},
			"got 403 text/html",
		},
		"a WAF": {
			route{status: 403, header: map[string]string{"Content-Type": "text/html"}, body: `<h1>403 Forbidden</h1>`},
			nil, nil,
			finding{
				Code: "FLTS-H15", Detail: "refused (403), and not in MLflow's words: by a proxy or an ingress in front of it",
				Hint: "look at the answer: curl -v 'http://HOST/api/2.0/mlflow/experiments/search?max_results=1'",
			},
			"got 403 text/html",
		},
		"a plugin's words": {
			route{status: 403, body: `{"error_code":"PERMISSION_DENIED","message":"c4n4ry"}`},
			nil, nil,
			finding{Code: "FLTS-A11", Detail: "this user may not search experiments (403)", Hint: "ask for READ on the experiment, or use another login: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"},
			"got 403",
		},
		"the Host behind nginx": {
			route{status: 403, header: map[string]string{"Server": "nginx/1.22"}, body: "Invalid Host header - possible DNS rebinding attack detected"},
			nil, nil,
			finding{Code: "FLTS-A12", Detail: "refuses this Host header", Hint: `start the server with --allowed-hosts "HOST,127.0.0.1:*", or set MLFLOW_SERVER_ALLOWED_HOSTS there`},
			"nginx stands in front and may send MLflow another Host than ours",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /health": healOK, search: c.api})
			target := tracking(s.URL)
			if c.change != nil {
				c.change(&target)
			}
			r := root(t, target.Checks(endpoints.Env{Files: c.files, Task: map[string]string{"HOME": "/app"}}))
			r.Hint = replaceHost(t, r.Hint, s.URL)
			c.want.ID = "mlflow.api"
			require.Equal(t, c.want, found(r))
			require.Contains(t, strings.Join(r.Evidence, "\n"), c.evidence)
			require.NotContains(t, strings.Join(append(r.Evidence, r.Hint, r.Detail), "\n"), "c4n4ry")
		})
	}
}

// A plugin logs in with what only it knows: a refusal of ours proves nothing,
// and an answer proves that no login is needed.
func TestALoginByPluginIsUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		task   map[string]string
		api    route
		want   says
		status int
	}{
		"refused": {
			map[string]string{"MLFLOW_TRACKING_AUTH": "kubernetes"},
			route{status: 401},
			says{"mlflow.api", checklist.Unknown, "FLTS-A20", "could not look: MLFLOW_TRACKING_AUTH lets the client log in, which only the client can"},
			0,
		},
		"signed": {
			map[string]string{"MLFLOW_TRACKING_AWS_SIGV4": "true"},
			route{status: 401},
			says{"mlflow.api", checklist.Unknown, "FLTS-A20", "could not look: MLFLOW_TRACKING_AWS_SIGV4 lets the client log in, which only the client can"},
			0,
		},
		"not needed": {map[string]string{"MLFLOW_TRACKING_AUTH": "x"}, jsonOK, says{"mlflow.api", checklist.Pass, "", "API answers"}, 0},
		"off": {
			map[string]string{"MLFLOW_TRACKING_AWS_SIGV4": "false"},
			route{status: 401},
			says{"mlflow.api", checklist.Fail, "FLTS-A10", "a login is wanted and none was sent (401)"},
			77,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /health": healOK, search: c.api})
			checks := tracking(s.URL).Checks(endpoints.Env{Task: c.task})
			said, _ := judge(t, checks)
			require.Equal(t, c.want, said[3])
			require.Equal(t, c.status, checklist.Runner{}.Run(t.Context(), checks).Status())
		})
	}
}
