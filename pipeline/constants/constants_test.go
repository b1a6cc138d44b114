package constants_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/constants"
	"github.com/flts-run/flts-run/resolve"
)

func contract(t *testing.T) *resolve.Contract {
	c, err := resolve.Builtin()
	require.NoError(t, err)
	return c
}

func TestConstantsOfThePipeline(t *testing.T) {
	p, err := pipeline.Load("../../testdata/kfp/pipelines/flts-train.yaml")
	require.NoError(t, err)
	values := map[string]any{}
	for _, c := range constants.Of(p, p.Tasks(), contract(t)) {
		require.NotZero(t, p.Line(c.At...), c)
		values[c.String()] = c.Value
	}
	require.Equal(t, map[string]any{
		"parameter bucket_dataset":            "dataset",
		"parameter bucket_predictions":        "predictions",
		"parameter bucket_processed":          "processed-data",
		"parameter gateway_url":               "http://fastapi-app.default.svc.cluster.local:8000",
		"parameter mlflow_uri":                "http://mlflow.default.svc.cluster.local:5000",
		"task train: parameter epochs":        json.Number("10.0"),
		"task train: parameter learning_rate": json.Number("0.001"),
	}, values)
}

// Names of objects are not secrets, though a parameter is called "secret".
func TestNamesOfObjects(t *testing.T) {
	p, err := pipeline.Load("../../testdata/kfp/pipelines/kubernetes-names-as-parameters.yaml")
	require.NoError(t, err)
	tasks := p.Tasks()
	for name, want := range map[string]bool{"secret": true, "config_map": true, "pull_secret": true, "claim": false} {
		require.Equal(t, want, constants.NamesObject(tasks, name), name)
	}
	for _, c := range constants.Of(p, tasks, contract(t)) {
		require.False(t, c.IsSecret(), c)
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		key    string
		value  any
		text   string
		code   string
		usable bool
	}{
		{"MINIO_ENDPOINT", "minio:9000", "minio:9000", "", true},
		{"MINIO_SECURE", true, "true", "", true},
		{"MLFLOW_TRACKING_URI", "http://localhost:5000", "http://localhost:5000", "FLTS-C02", true},
		{"GATEWAY_URL", "gateway:8000", "", "FLTS-C04", false},
		{"BUCKET_DATASET", json.Number("1"), "", "FLTS-C20", false},
	} {
		k := contract(t).Key(c.key)
		text, code, usable := constants.Constant{Key: k, Value: c.value}.Judge(contract(t))
		require.Equal(t, []any{c.text, c.code, c.usable}, []any{text, code, usable}, c.key)
	}
}

func TestKeyOfVariable(t *testing.T) {
	for name, want := range map[string]string{
		"MINIO_ENDPOINT": "MINIO_ENDPOINT", "AWS_ENDPOINT_URL_S3": "MINIO_ENDPOINT", "FLTS_FROM_SECRET_MINIO_SECRET_KEY": "MINIO_SECRET_KEY",
		"MINIO_SECRET_KEY_FILE": "MINIO_SECRET_KEY", "SSL_CERT_FILE": "SSL_CERT_FILE",
	} {
		require.Equal(t, want, constants.KeyOfVariable(contract(t), name).Name)
	}
	require.Nil(t, constants.KeyOfVariable(contract(t), "LOG_LEVEL"))
}
