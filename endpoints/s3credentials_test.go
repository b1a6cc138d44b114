package endpoints_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// Refused credentials have causes that can be seen without knowing the right ones.
func TestWhyCredentialsAreRefused(t *testing.T) {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	const unknown, wrong = "HOST does not know the access key", "the secret key does not belong to the access key"
	const decoded = "; decoded from base64 the credentials are accepted"
	for name, c := range map[string]struct {
		key, secret string
		code        string
		detail      string
		hint        string // how it begins
	}{
		"both encoded":         {encode(keyID), encode(secretKey), "FLTS-A01", unknown + decoded, "encoded twice: MINIO_ACCESS_KEY (secret /etc/flts/secrets) and MINIO_SECRET_KEY (secret /etc/flts/secrets); "},
		"encoded with newline": {keyID, encode(secretKey + "\n"), "FLTS-A03", wrong + decoded, "encoded twice: MINIO_SECRET_KEY (secret /etc/flts/secrets); "},
		"wrong and encoded":    {keyID, encode("not it"), "FLTS-A03", wrong, "write the right one to MINIO_SECRET_KEY"},
		"looks encoded":        {keyID, "minio123", "FLTS-A03", wrong, "write the right one to MINIO_SECRET_KEY"},
		"swapped":              {strings.Repeat("s", 40), strings.Repeat("k", 20), "FLTS-A01", unknown, "by their lengths MINIO_ACCESS_KEY and MINIO_SECRET_KEY are swapped; "},
		"disabled":             {"leaver", "leavers-secret", "FLTS-A01", "HOST knows the access key, and the account is disabled", "as admin: mc admin user enable ALIAS ACCESS_KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakeS3(t, fakes3.Options{
				AccessKey: keyID, SecretKey: secretKey, Buckets: []string{"dataset"},
				Users: []fakes3.User{{AccessKey: "leaver", SecretKey: "leavers-secret", Disabled: true}},
			})
			target := minio(s.Endpoint(), "dataset")
			target.AccessKey, target.SecretKey = hidden("MINIO_ACCESS_KEY", c.key), hidden("MINIO_SECRET_KEY", c.secret)
			r := root(t, target.Checks(endpoints.Env{Thorough: true}))
			require.Equal(t, []any{"minio.sign", c.code, c.detail, true}, []any{r.ID, r.Code, replaceHost(t, r.Detail, s.URL()), r.Refused})
			require.True(t, strings.HasPrefix(r.Hint, c.hint), r.Hint)
			require.LessOrEqual(t, len(s.Requests()), 5)
		})
	}
}

// What development uses for want of credentials is in no Secret.
func TestCredentialsThatNobodyGave(t *testing.T) {
	const hint = "nobody gave credentials, so those of development were tried: set MINIO_ACCESS_KEY and MINIO_SECRET_KEY"
	for key, code := range map[string]string{"minioadmin": "FLTS-A01", keyID: "FLTS-A03"} {
		s := fakeS3(t, fakes3.Options{AccessKey: keyID, SecretKey: secretKey})
		target := minio(s.Endpoint(), "dataset")
		target.AccessKey, target.SecretKey = hidden("MINIO_ACCESS_KEY", key), hidden("MINIO_SECRET_KEY", "minioadmin")
		target.Assumed = true
		r := root(t, target.Checks(endpoints.Env{}))
		require.Equal(t, []string{code, hint}, []string{r.Code, r.Hint})
	}
}

func TestKeysOfMinIOSentToAWS(t *testing.T) {
	aws := map[string]string{"Server": "AmazonS3"}
	s := serve(t, map[string]route{"GET /minio/health/live": {status: 403, body: denied, header: aws}, "*": {status: 403, body: failing("InvalidAccessKeyId", ""), header: aws}})
	target := minio(hostPort(t, s.URL), "dataset")
	r := root(t, target.Checks(endpoints.Env{}))
	require.Equal(t, finding{
		ID: "minio.sign", Code: "FLTS-A01", Detail: "HOST is AWS and does not know the access key, which is none of AWS", Refused: true,
		Hint: "keys for MinIO, sent to AWS: set MINIO_ENDPOINT=SVC.NS.svc.cluster.local:9000",
	}, found(checklist.Result{ID: r.ID, Finding: checklist.Finding{Code: r.Code, Detail: replaceHost(t, r.Detail, s.URL), Hint: r.Hint, Refused: r.Refused}}))
	target.AccessKey = hidden("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	r = root(t, target.Checks(endpoints.Env{}))
	require.True(t, strings.HasPrefix(r.Hint, "the key was rotated"), r.Hint)
}

// AWS says AccessDenied, and nothing else, when a policy demands https.
func TestDeniedByAWSOverPlainHTTP(t *testing.T) {
	s := serve(t, map[string]route{"*": {status: 403, body: denied, header: map[string]string{"Server": "AmazonS3"}}})
	r := root(t, minio(hostPort(t, s.URL), "dataset").Checks(endpoints.Env{}))
	require.Equal(t, "FLTS-X02", r.Code)
	require.True(t, strings.HasPrefix(r.Hint, "a policy of AWS may demand https: set MINIO_SECURE=true; else as admin: "), r.Hint)
}

// boto3 signs again for the region that the server names, and goes on.
func TestAnotherRegion(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset", "out"}, Region: "eu-central-1"})
	said, results := judge(t, minio(s.Endpoint(), "dataset", "out").Checks(endpoints.Env{}))
	require.Equal(t, []says{
		{"minio.sign", checklist.Warn, "FLTS-A07", "the server is in region eu-central-1, the request was signed for us-east-1; boto3 and MLflow sign again and succeed, pyarrow, DuckDB and others do not"},
		{"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"},
		{"minio.bucket.out", checklist.Pass, "", "bucket out listed"},
	}, said[3:])
	require.Equal(t, "set AWS_DEFAULT_REGION=eu-central-1", results["minio.sign"].Hint)
	right := minio(s.Endpoint(), "dataset")
	right.Region = "eu-central-1"
	said, _ = judge(t, right.Checks(endpoints.Env{}))
	require.Equal(t, says{"minio.sign", checklist.Pass, "", "credentials accepted"}, said[3])
}

// A skewed clock is measured before anything is signed, and without credentials.
func TestTheClockIsComparedUnauthenticated(t *testing.T) {
	for ahead, state := range map[time.Duration]checklist.State{
		4 * time.Minute: checklist.Pass, 6 * time.Minute: checklist.Warn, -14 * time.Minute: checklist.Warn, 16 * time.Minute: checklist.Fail,
	} {
		s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}, ClockAhead: ahead})
		_, results := judge(t, minio(s.Endpoint(), "dataset").Checks(endpoints.Env{}))
		require.Equal(t, state, results["minio.health"].State, ahead)
		if state == checklist.Fail {
			require.Equal(t, []fakes3.Request{{Method: http.MethodGet, Path: "/minio/health/live"}}, s.Requests())
		}
	}
}
