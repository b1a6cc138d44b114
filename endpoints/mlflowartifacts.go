package endpoints

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/boto3"
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
		return m.direct()
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

// direct judges artifacts that the task's own S3 client stores: it needs keys,
// and an endpoint unless the store is AWS.
func (m *mlflow) direct() checklist.Finding {
	bucket, _, _ := strings.Cut(strings.TrimPrefix(m.experiment.Location, "s3://"), "/")
	if !madeOf(bucket, 63, lower+digits+".-") {
		bucket = "BUCKET"
	}
	where := "artifacts of this experiment go straight to s3://" + bucket
	task := m.env.Task
	identity := task["AWS_WEB_IDENTITY_TOKEN_FILE"] + task["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] + task["AWS_CONTAINER_CREDENTIALS_FULL_URI"] + task["AWS_PROFILE"]
	keyID := task["AWS_ACCESS_KEY_ID"]
	endpoint, _ := endpointOfArtifacts(task)
	f := m.fail(codeDirectStore, "", "")
	switch {
	case task == nil:
		f.State, f.Detail, f.Hint = checklist.Unknown, "could not look: "+where+", and what the task has for that is not known", "flts-run explain MLFLOW_TRACKING_URI"
	case (keyID == "" || task["AWS_SECRET_ACCESS_KEY"] == "") && identity == "" && !m.hasAWSFile():
		f.Detail = where + ", and the task has no keys for it"
		f.Hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and MLFLOW_S3_ENDPOINT_URL), or start the server with --serve-artifacts and use a new experiment"
	case endpoint == "" && keyID != "" && !boto3.IsKeyIDOfAWS(keyID):
		f.Detail = where + " at AWS, because no endpoint is set, and the keys are not of AWS"
		f.Hint = "set MLFLOW_S3_ENDPOINT_URL=http://SVC.NS.svc.cluster.local:9000"
	case m.lacksBoto3():
		f.Detail = where + ", and boto3 is not installed beside MLflow"
		f.Hint = "add it in the Dockerfile: pip install boto3"
	case !slices.Contains(m.Buckets, bucket):
		f.State, f.Detail = checklist.Warn, where+", which no check looks at"
		f.Hint = fmt.Sprintf("look at it too: flts-run check --needs s3:%s=rw", bucket)
	default:
		return pass("artifacts go straight to s3://%s", bucket)
	}
	return f
}

// hasAWSFile reports a credentials file of boto3, which may hold keys.
func (m *mlflow) hasAWSFile() bool {
	task := m.env.Task
	for _, file := range []string{task["AWS_SHARED_CREDENTIALS_FILE"], task["AWS_CONFIG_FILE"], task["HOME"] + "/.aws/credentials", task["HOME"] + "/.aws/config"} {
		if _, ok := m.env.readFile(file); ok {
			return true
		}
	}
	return false
}

// lacksBoto3 is certain only where the client itself was found.
func (m *mlflow) lacksBoto3() bool {
	dirs := m.env.sitePackages()
	_, client := m.env.installed(dirs, "mlflow", "mlflow_skinny")
	_, boto3 := m.env.installed(dirs, "boto3")
	return client && !boto3
}
