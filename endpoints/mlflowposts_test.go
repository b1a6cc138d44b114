package endpoints_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

func TestAProxyThatLetsOnlyGETThrough(t *testing.T) {
	refused, malformed := route{status: 403}, route{status: 400, body: `{"error_code":"INVALID_PARAMETER_VALUE"}`}
	none := route{status: 200, body: "{}"}
	for name, c := range map[string]struct {
		health, post, get route
		want              says
		requests          int
	}{
		"403":                    {healOK, refused, jsonOK, says{State: checklist.Warn, Code: "FLTS-H21", Detail: "GET is answered and POST refused: what MLflow's client logs or searches for gets no further"}, 3},
		"405":                    {healOK, route{status: 405}, jsonOK, says{State: checklist.Warn, Code: "FLTS-H21", Detail: "GET is answered and POST refused: what MLflow's client logs or searches for gets no further"}, 3},
		"both refused":           {healOK, refused, refused, says{State: checklist.Fail, Code: "FLTS-H15", Detail: "refused (403), and not in MLflow's words: by a proxy or an ingress in front of it"}, 3},
		"a page for GET":         {healOK, route{status: 405}, route{status: 200, body: "<html>"}, says{State: checklist.Fail, Code: "FLTS-H15", Detail: "the API does not answer as MLflow's (405)"}, 3},
		"no permission":          {healOK, route{status: 403, body: "Permission denied"}, jsonOK, says{State: checklist.Fail, Code: "FLTS-A11", Detail: "this user may not search experiments (403)"}, 2},
		"no experiments":         {healOK, none, malformed, says{State: checklist.Pass, Detail: "API answers"}, 2},
		"health hidden":          {route{status: 404}, none, malformed, says{State: checklist.Pass, Detail: "API answers"}, 3},
		"{} to everything":       {none, none, none, says{State: checklist.Fail, Code: "FLTS-H06", Detail: "a web page or another service answers instead of the API"}, 3},
		"JSON of another server": {none, route{status: 200, body: `{"message": "hello"}`}, none, says{State: checklist.Fail, Code: "FLTS-H06", Detail: "a web page or another service answers instead of the API"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /health": c.health, search: c.post, searchByGet: c.get})
			said, _ := judge(t, tracking(s.URL).Checks(endpoints.Env{}))
			c.want.ID = "mlflow.api"
			require.Equal(t, c.want, said[3])
			require.Len(t, s.requests(), c.requests, "%v", s.requests())
		})
	}
}

// MLflow's client takes the one or the other, and raises before it sends anything.
func TestVerificationOffAndACertificate(t *testing.T) {
	s := serve(t, map[string]route{"GET /health": healOK, search: jsonOK})
	r := root(t, tracking(s.URL).Checks(endpoints.Env{Task: map[string]string{"MLFLOW_TRACKING_INSECURE_TLS": "true", "MLFLOW_TRACKING_SERVER_CERT_PATH": "/etc/ca.pem"}}))
	require.Equal(t, finding{
		ID: "mlflow.api", Code: "FLTS-L12", Detail: "MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH are both set: MLflow's client refuses to choose",
		Hint: "unset MLFLOW_TRACKING_INSECURE_TLS",
	}, found(r))
}
