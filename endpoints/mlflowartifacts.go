package endpoints

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

const proxiedArtifacts = "/api/2.0/mlflow-artifacts/artifacts"

// artifacts looks at where the experiment keeps its artifacts. That was decided
// when the experiment was created, and the client follows it: through MLflow,
// straight to a store, or into a folder.
func (m *mlflow) artifacts(ctx context.Context) checklist.Finding {
	if m.experiment.Location == "" {
		// A new experiment goes where the Default one is, unless the server was
		// started otherwise since.
		a, bad := m.call(ctx, m.apiGet("experiments/get", url.Values{"experiment_id": {"0"}}))
		if bad != nil {
			return *bad
		}
		if usual, _ := a.experiment(); usual != nil {
			m.experiment.Location = usual.Location
		}
	}
	switch scheme := artifactScheme(m.experiment.Location); scheme {
	case "":
		return checklist.Finding{State: checklist.Unknown, Detail: "could not look: there is no experiment that says where artifacts go"}
	case "mlflow-artifacts":
		return m.proxied(ctx)
	case "s3":
		return m.direct(ctx)
	case "file":
		return m.warn(codeLocalArtifacts, "artifacts of this experiment go into a folder of the task's own container, and are lost with it",
			"start the server with --serve-artifacts, then use a new experiment: mlflow experiments create -n NAME --artifact-location mlflow-artifacts:/NAME")
	default:
		f := m.fail(codeDirectStore, "could not look: artifacts go straight to another kind of store ("+scheme+")",
			"what its client needs is in MLflow's documentation of artifact stores")
		f.State = checklist.Unknown
		return f
	}
}

// otherStores are further schemes that MLflow knows.
var otherStores = []string{"gs", "wasbs", "abfss", "adl", "dbfs", "hdfs", "viewfs", "ftp", "sftp", "r2", "b2", "oss", "http", "https", "uc"}

// artifactScheme is the scheme of a location, "file" for a plain path, and
// "unknown" for one that nobody knows, which is not quoted.
func artifactScheme(location string) string {
	scheme, _, found := strings.Cut(location, ":")
	switch {
	case location == "":
		return ""
	case !found || strings.ContainsAny(scheme, "/."):
		return "file"
	case scheme == "s3", scheme == "file", scheme == "mlflow-artifacts", slices.Contains(otherStores, scheme):
		return scheme
	}
	return "unknown"
}

// proxied asks for a listing in which nothing is: a real one may be long.
func (m *mlflow) proxied(ctx context.Context) checklist.Finding {
	u := m.addr.url(proxiedArtifacts)
	u.RawQuery = url.Values{"path": {m.artifactPath() + "/flts-run-probe"}}.Encode()
	a, bad := m.call(ctx, m.request(u))
	if bad != nil {
		return *bad
	}
	if bad := m.refusal(a, "read the artifacts of this experiment", "READ on the experiment"); bad != nil {
		return *bad
	}
	_, isJSON := a.mlflowError()
	switch {
	case a.status == http.StatusOK && isJSON:
		return pass("artifacts go through MLflow")
	case a.status == http.StatusServiceUnavailable:
		return m.fail(codeNotServed, "artifacts of this experiment go through MLflow, and the server does not pass them on (--no-serve-artifacts)",
			"start the server with --serve-artifacts --artifacts-destination s3://BUCKET", a.seen())
	case a.isMLflowsFailure():
		return m.brokenStore(a)
	}
	return m.unexpected(a, "the artifacts do not answer as MLflow's", proxiedArtifacts)
}

// isMLflowsFailure reports a 500 in the words of MLflow or of what it is built
// with: not of a proxy.
func (a answer) isMLflowsFailure() bool {
	code, _ := a.mlflowError()
	return a.status == http.StatusInternalServerError &&
		(code != "" || a.says("<html lang=en>\n<title>500 ") || string(a.body) == "Internal Server Error")
}

func (m *mlflow) brokenStore(a answer) checklist.Finding {
	return m.fail(codeServersStore, "MLflow cannot use its own artifact store (500)",
		"keys, endpoint or client library of the store are missing or wrong on the server, not here: "+m.logs(), a.seen())
}

// artifactPath is the folder of the experiment as the proxy knows it: the path of
// mlflow-artifacts:/7 or mlflow-artifacts://HOST/7.
func (m *mlflow) artifactPath() string {
	_, rest, _ := strings.Cut(m.experiment.Location, ":")
	if host, ok := strings.CutPrefix(rest, "//"); ok {
		_, rest, _ = strings.Cut(host, "/")
	}
	return strings.Trim(rest, "/")
}
