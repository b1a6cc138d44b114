package endpoints_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

func sendsTo(status int, location string) route {
	return route{status: status, header: map[string]string{"Location": location}}
}

// requests follows, so what is at the end decides.
func TestAGatewayThatRedirects(t *testing.T) {
	there := serve(t, map[string]route{"GET /v2?page=1": {status: 204}, "GET /down": {status: 502}})
	long := func(hops int) map[string]route {
		routes := map[string]route{fmt.Sprintf("GET /%d", hops): {status: 200}, "GET /": sendsTo(302, "/1")}
		for i := 1; i < hops; i++ {
			routes[fmt.Sprintf("GET /%d", i)] = sendsTo(302, fmt.Sprintf("/%d", i+1))
		}
		return routes
	}
	const round = "look where to: curl -sLI --max-redirs 5 http://HOST/"
	for name, c := range map[string]struct {
		routes   map[string]route
		want     says
		hint     string
		requests int
	}{
		"to its docs":       {map[string]route{"GET /": sendsTo(307, "/docs"), "GET /docs": {status: 200}}, says{State: checklist.Pass, Detail: "GET /docs answers 200"}, "", 2},
		"relative":          {map[string]route{"GET /": sendsTo(307, "docs/"), "GET /docs/": {status: 200}}, says{State: checklist.Pass, Detail: "GET /docs/ answers 200"}, "", 2},
		"nowhere":           {map[string]route{"*": {status: 304}}, says{State: checklist.Pass, Detail: "GET / answers 304"}, "", 1},
		"not by http":       {map[string]route{"*": sendsTo(302, "mailto:x")}, says{State: checklist.Fail, Code: "FLTS-H10", Detail: "HOST redirects to what is no address of http"}, round, 1},
		"to another server": {map[string]route{"*": sendsTo(301, there.URL+"/v2?page=1")}, says{State: checklist.Warn, Code: "FLTS-H10", Detail: "HOST redirects (301) to http://THERE"}, "write the final address: GATEWAY_URL=http://THERE", 1},
		"to one that fails": {map[string]route{"*": sendsTo(301, there.URL+"/down")}, says{State: checklist.Fail, Code: "FLTS-H08", Detail: "nothing works behind THERE (502)"}, "what listens there is a proxy or a tunnel without its server; look at its log, and at the answer: curl -v http://THERE", 1},
		"to itself":         {map[string]route{"*": sendsTo(302, "/")}, says{State: checklist.Fail, Code: "FLTS-H10", Detail: "HOST redirects in a circle"}, round, 1},
		"for a cookie":      {map[string]route{"*": {status: 302, header: map[string]string{"Location": "/", "Set-Cookie": "a=b"}}}, says{State: checklist.Unknown, Code: "FLTS-H10", Detail: "could not look: HOST redirects in a circle, and may stop at a client that sends its cookie back, which only the client does"}, round, 1},
		"30 times":          {long(30), says{State: checklist.Pass, Detail: "GET /30 answers 200"}, "", 31},
		"31 times":          {long(31), says{State: checklist.Fail, Code: "FLTS-H10", Detail: "HOST redirects more than 30 times"}, round, 31},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.routes)
			said, results := judge(t, gateway(s.URL).Checks(endpoints.Env{}))
			even := func(text string) string {
				return replaceHost(t, replacePort(t, replaceName(t, text, there.URL, "THERE"), there.URL), s.URL)
			}
			got := said[2]
			got.Detail = even(got.Detail)
			c.want.ID = "gateway.http"
			require.Equal(t, c.want, got)
			require.Equal(t, c.hint, even(results["gateway.http"].Hint))
			require.Len(t, s.requests(), c.requests)
		})
	}
}

// The login of one server is not for another, and requests keeps it to itself.
func TestALoginDoesNotFollowARedirect(t *testing.T) {
	there := serve(t, map[string]route{"*": {status: 200}})
	s := serve(t, map[string]route{"GET /": sendsTo(302, "/here"), "GET /here": sendsTo(302, there.URL)})
	target := gateway(s.URL)
	target.Token = hidden("GATEWAY_TOKEN", "c4n4ry")
	judge(t, target.Checks(endpoints.Env{}))
	sent := func(r *http.Request) string { return r.Header.Get("Authorization") }
	require.Equal(t, []string{"Bearer c4n4ry", "Bearer c4n4ry", ""}, []string{sent(s.seen[0]), sent(s.seen[1]), sent(there.seen[0])})
}

// MLflow's client asks again by POST after a 307 and a 308, and by GET after others.
func TestAnMLflowThatRedirects(t *testing.T) {
	const api = "/api/2.0/mlflow/experiments/search"
	there := serve(t, map[string]route{"GET /ml/health": healOK, "POST /ml" + api: jsonOK, "GET /health": healOK, "POST " + api: {status: 403, body: "Permission denied"}})
	for name, c := range map[string]struct {
		api      route
		want     says
		requests []string
	}{
		"308":                {sendsTo(308, there.URL+"/ml"+api), says{State: checklist.Warn, Code: "FLTS-H10", Detail: "HOST redirects (308) to http://THERE, where MLflow's client follows"}, []string{"GET /ml/health", "POST /ml" + api}},
		"307, refused there": {sendsTo(307, there.URL+api), says{State: checklist.Fail, Code: "FLTS-A11", Detail: "this user may not search experiments (403)"}, []string{"GET /health", "POST " + api}},
		"301":                {sendsTo(301, there.URL+"/ml"+api), says{State: checklist.Fail, Code: "FLTS-H10", Detail: "HOST redirects (301) to http://THERE, and MLflow's client asks there by GET and without what it had to say"}, nil},
		"308 to itself":      {sendsTo(308, api), says{State: checklist.Fail, Code: "FLTS-H10", Detail: "HOST redirects in a circle"}, nil},
		"308 to a page":      {sendsTo(308, there.URL+"/welcome"), says{State: checklist.Fail, Code: "FLTS-H10", Detail: "HOST redirects (308) to http://THERE"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			there.forget()
			s := serve(t, map[string]route{"GET /health": sendsTo(c.api.status, "/health"), search: c.api})
			said, results := judge(t, tracking(s.URL).Checks(endpoints.Env{}))
			require.Equal(t, fmt.Sprintf("/health redirects (%d), judged by the API", c.api.status), results["mlflow.health"].Detail)
			got := said[3]
			got.Detail = replaceHost(t, replaceName(t, got.Detail, there.URL, "THERE"), s.URL)
			c.want.ID = "mlflow.api"
			require.Equal(t, c.want, got)
			require.Equal(t, c.requests, there.requests())
		})
	}
}

// What comes after the API is asked of the server at the end.
func TestTheLadderGoesOnWhereMLflowRedirectsTo(t *testing.T) {
	const api = "/api/2.0/mlflow/experiments/search"
	there := serve(t, map[string]route{
		"GET /health": healOK, search: jsonOK, "GET /version": {status: 200, body: "3.5.0"},
		"GET /api/2.0/mlflow/experiments/get":     {status: 200, body: `{"experiment":{"experiment_id":"0","artifact_location":"mlflow-artifacts:/0"}}`},
		"GET /api/2.0/mlflow-artifacts/artifacts": {status: 200, body: "{}"},
	})
	s := serve(t, map[string]route{"GET /health": healOK, search: sendsTo(308, there.URL+api)})
	said, _ := judge(t, tracking(s.URL).Checks(endpoints.Env{Thorough: true}))
	require.Equal(t, []says{
		{"mlflow.version", checklist.Pass, "", "MLflow 3.5.0"},
		{"mlflow.experiment", checklist.Pass, "", "the Default experiment can be used"},
		{"mlflow.artifacts", checklist.Pass, "", "artifacts go through MLflow"},
	}, said[4:])
	require.Equal(t, []string{"GET /health", search}, s.requests())
}
