package endpoints_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// What the task's own clients would dial and sign with, when it is not what was
// looked at.
func TestClientsThatWouldGoElsewhere(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}})
	here := map[string]string{"AWS_ENDPOINT_URL_S3": s.URL() + "/", "MLFLOW_S3_ENDPOINT_URL": s.URL(), "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secretKey}
	hereToo := "unless the code passes endpoint_url itself: export AWS_ENDPOINT_URL_S3=http://HOST"
	for name, c := range map[string]struct {
		change map[string]string
		want   finding
	}{
		"agree":                {nil, finding{}},
		"by the global one":    {map[string]string{"AWS_ENDPOINT_URL_S3": "", "AWS_ENDPOINT_URL": s.URL()}, finding{}},
		"MLflow as boto3":      {map[string]string{"MLFLOW_S3_ENDPOINT_URL": ""}, finding{}},
		"nothing that is read": {map[string]string{"AWS_ENDPOINT_URL_S3": "", "AWS_S3_ENDPOINT_URL": s.URL()}, finding{Code: "FLTS-C60", Detail: "boto3 would go to s3.amazonaws.com: no variable that it reads names HOST", Hint: hereToo}},
		"switched off":         {map[string]string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, finding{Code: "FLTS-C60", Detail: "boto3 would go to s3.amazonaws.com: no variable that it reads names HOST", Hint: hereToo}},
		"another server":       {map[string]string{"AWS_ENDPOINT_URL_S3": "http://user:c4n4ry@other:9000"}, finding{Code: "FLTS-C60", Detail: "boto3 would go elsewhere: AWS_ENDPOINT_URL_S3 is not http://HOST", Hint: hereToo}},
		"https there":          {map[string]string{"AWS_ENDPOINT_URL_S3": "https://" + s.Endpoint()}, finding{Code: "FLTS-C60", Detail: "boto3 would go elsewhere: AWS_ENDPOINT_URL_S3 is not http://HOST", Hint: hereToo}},
		"MLflow elsewhere": {map[string]string{"MLFLOW_S3_ENDPOINT_URL": "http://other:9000"}, finding{
			Code: "FLTS-C60", Detail: "MLflow's artifact store would go elsewhere: MLFLOW_S3_ENDPOINT_URL is not http://HOST",
			Hint: "unless the code passes endpoint_url itself: export MLFLOW_S3_ENDPOINT_URL=http://HOST",
		}},
		"another key": {map[string]string{"AWS_ACCESS_KEY_ID": "other"}, finding{
			Code: "FLTS-C61", Detail: "AWS_ACCESS_KEY_ID holds another value than MINIO_ACCESS_KEY, and boto3 and MLflow sign with it",
			Hint: "unless the code passes the keys itself: give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY the values of MINIO_ACCESS_KEY and MINIO_SECRET_KEY",
		}},
		"no secret": {map[string]string{"AWS_SECRET_ACCESS_KEY": ""}, finding{
			Code: "FLTS-C61", Detail: "AWS_SECRET_ACCESS_KEY is not set: boto3 and MLflow find no credentials there",
			Hint: "unless the code passes the keys itself: give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY the values of MINIO_ACCESS_KEY and MINIO_SECRET_KEY",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			task := map[string]string{}
			for _, from := range []map[string]string{here, c.change} {
				for k, v := range from {
					task[k] = v
				}
			}
			checks := minio(s.Endpoint(), "dataset").Checks(endpoints.Env{Task: task})
			if c.want.Code == "" {
				said, _ := judge(t, checks)
				require.Len(t, said, 5, "no check where there is nothing to say")
				return
			}
			r := root(t, checks)
			require.Equal(t, checklist.Warn, r.State)
			c.want.ID = "minio.clients"
			r.Detail, r.Hint = replaceHost(t, r.Detail, s.URL()), replaceHost(t, r.Hint, s.URL())
			require.Equal(t, c.want, found(r))
		})
	}
	aws := minio("s3.eu-west-1.amazonaws.com:443", "dataset")
	aws.Secure = open("MINIO_SECURE", "true")
	require.Len(t, aws.Checks(endpoints.Env{Task: map[string]string{"AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secretKey}}), 6, "AWS is where boto3 goes by itself")
}
