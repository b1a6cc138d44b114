package endpoints_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakemlflow"
)

// The same server is asked by its address and by its Service's name: only the
// second is what a task does, and only there the Host check shows.
func TestMLflowAsItsServerAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		server   fakemlflow.Options
		host     string
		path     string
		login    bool
		code     string
		requests int
	}{
		"by address":          {host: "127.0.0.1", requests: 2},
		"by name":             {host: "mlflow.mlops.svc.cluster.local", code: "FLTS-A12", requests: 2},
		"by name, allowed":    {server: fakemlflow.Options{AllowedHosts: []string{"mlflow.*"}}, host: "mlflow.mlops.svc.cluster.local", requests: 2},
		"login missing":       {server: fakemlflow.Options{Username: "ann", Password: "pw"}, host: "127.0.0.1", code: "FLTS-A10", requests: 2},
		"login given":         {server: fakemlflow.Options{Username: "ann", Password: "pw"}, host: "127.0.0.1", login: true, requests: 2},
		"prefix":              {server: fakemlflow.Options{StaticPrefix: "/ml"}, host: "127.0.0.1", path: "/ml", requests: 2},
		"prefix, before 3":    {server: fakemlflow.Options{StaticPrefix: "/ml", Before3: true}, host: "127.0.0.1", requests: 2},
		"prefix that is none": {server: fakemlflow.Options{StaticPrefix: "/ml", Before3: true}, host: "127.0.0.1", path: "/ml", code: "FLTS-H09", requests: 3},
		"login page":          {server: fakemlflow.Options{HTMLLogin: true}, host: "127.0.0.1", code: "FLTS-H06", requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := fakemlflow.Start(c.server)
			require.NoError(t, err)
			t.Cleanup(s.Close)
			_, p, err := net.SplitHostPort(s.Endpoint())
			require.NoError(t, err)
			target := tracking("http://" + c.host + ":" + p + c.path)
			if c.login {
				target.Username, target.Password = open("MLFLOW_TRACKING_USERNAME", "ann"), hidden("MLFLOW_TRACKING_PASSWORD", "pw")
			}
			env := endpoints.Env{Resolver: names{"mlflow.mlops.svc.cluster.local": {"127.0.0.1"}}}
			_, results := judge(t, target.Checks(env))
			var code string
			for _, r := range results {
				code += r.Code
			}
			require.Equal(t, c.code, code)
			if code == "" {
				require.Equal(t, checklist.Pass, results["mlflow.api"].State)
			}
			require.Len(t, s.Requests(), c.requests)
		})
	}
}
