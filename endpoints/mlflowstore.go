package endpoints

import (
	"cmp"
	"context"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/boto3"
	"github.com/flts-run/flts-run/internal/secret"
)

// direct judges artifacts that the task's own S3 client stores: it needs keys,
// an endpoint unless the store is AWS, and a store that takes them.
func (m *mlflow) direct(ctx context.Context) checklist.Finding {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(m.experiment.Location, "s3://"), "/")
	shown := bucket
	if !madeOf(bucket, 63, lower+digits+".-") {
		shown = "BUCKET"
	}
	where := "artifacts of this experiment go straight to s3://" + shown
	task := m.env.Task
	keyID := task["AWS_ACCESS_KEY_ID"]
	f := m.fail(codeDirectStore, "", "")
	switch {
	case task == nil:
		f.State, f.Detail, f.Hint = checklist.Unknown, "could not look: "+where+", and what the task has for that is not known", "flts-run explain MLFLOW_TRACKING_URI"
	case (keyID == "" || task["AWS_SECRET_ACCESS_KEY"] == "") && m.identity() == "":
		f.Detail = where + ", and the task has no keys for it"
		f.Hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and MLFLOW_S3_ENDPOINT_URL), or start the server with --serve-artifacts and use a new experiment"
	case m.storeEndpoint().Key == "" && keyID != "" && !boto3.IsKeyIDOfAWS(keyID):
		f.Detail = where + " at AWS, because no endpoint is set, and the keys are not of AWS"
		f.Hint = "set MLFLOW_S3_ENDPOINT_URL=http://SVC.NS.svc.cluster.local:9000"
	case m.lacksBoto3():
		f.Detail = where + ", and boto3 is not installed beside MLflow"
		f.Hint = "add it in the Dockerfile: pip install boto3"
	default:
		return m.inStore(ctx, where, Bucket{Name: bucket, Prefix: prefix, Mode: "w", Needed: true})
	}
	return f
}

// inStore goes down the ladder of the store, as MLflow's client with its own
// variables would.
func (m *mlflow) inStore(ctx context.Context, where string, b Bucket) checklist.Finding {
	s, bad := m.store(b)
	if bad != nil {
		return m.ofStore(where, *bad)
	}
	checks := append(s.base(), s.check("sign", checklist.Sign, "", 0, s.sign), s.check("bucket", checklist.Permission, "", 0, func(ctx context.Context) checklist.Finding {
		return s.bucket(ctx, b, true)
	}))
	if m.env.WriteProbe {
		checks = append(checks, s.check("write", checklist.Data, "", 0, func(ctx context.Context) checklist.Finding { return s.write(ctx, b) }))
	}
	return m.ofStore(where, walk(ctx, checks))
}

// ofStore tells what was found in the store as a finding of MLflow.
func (m *mlflow) ofStore(where string, found checklist.Finding) checklist.Finding {
	if found.State == checklist.Pass {
		return pass("%s: %s", where, found.Detail)
	}
	f := m.fail(codeDirectStore, where+": "+found.Detail, cmp.Or(found.Hint, "flts-run explain AWS_ACCESS_KEY_ID"), found.Evidence...)
	if f.State = found.State; found.Code != "" {
		f.Evidence = append(f.Evidence, "the store alone: "+found.Code)
	}
	f.Transient, f.Refused = found.Transient, found.Refused
	return f
}

// store is the store that MLflow's client would find. Without an endpoint it is
// that of AWS.
func (m *mlflow) store(b Bucket) (*s3, *checklist.Finding) {
	task := m.env.Task
	variable := func(name string) Setting {
		return Setting{Key: name, Value: secret.New(task[name]), Origin: "the task's environment"}
	}
	region := cmp.Or(task["AWS_DEFAULT_REGION"], "us-east-1")
	endpoint := m.storeEndpoint()
	if endpoint.Key == "" {
		endpoint = Setting{Key: "MLFLOW_S3_ENDPOINT_URL", Value: secret.Address("https://s3." + region + ".amazonaws.com"), Origin: "what boto3 takes without it"}
	}
	if _, bad := parseURL(endpoint); bad != nil {
		return nil, bad
	}
	t := S3{
		Name: m.ladder.name, Endpoint: endpoint, Region: region, Buckets: []Bucket{b},
		AccessKey: variable("AWS_ACCESS_KEY_ID"), SecretKey: variable("AWS_SECRET_ACCESS_KEY"), SessionToken: variable("AWS_SESSION_TOKEN"),
		PathStyle: m.storeEndpoint().Key != "" && task["MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE"] != "virtual",
	}
	if t.AccessKey.Value.IsEmpty() {
		t.CredentialsFrom = m.identity()
	}
	return newS3(t, storeClient, m.env)
}

// storeEndpoint is the variable that names the store; its key is empty when none
// does.
func (m *mlflow) storeEndpoint() Setting {
	address, variable := endpointOfArtifacts(m.env.Task)
	if address == "" {
		return Setting{}
	}
	return Setting{Key: variable, Value: secret.Address(address), Origin: "the task's environment"}
}

// identity names what gives boto3 keys that are in no variable, "" for nothing.
func (m *mlflow) identity() string {
	task := m.env.Task
	switch {
	case task["AWS_WEB_IDENTITY_TOKEN_FILE"] != "":
		return "a web identity"
	case task["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]+task["AWS_CONTAINER_CREDENTIALS_FULL_URI"] != "":
		return "the container's identity"
	case task["AWS_PROFILE"] != "", m.hasAWSFile():
		return "a file of boto3"
	}
	return ""
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
	_, store := m.env.installed(dirs, "boto3")
	return client && !store
}
