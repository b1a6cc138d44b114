package endpoints

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/secret"
)

// Whatever a server says, its words stay out of what we print, and every answer
// becomes a finding or a pass.
func FuzzAnswersOfStores(f *testing.F) {
	for _, body := range []string{
		"<Error><Code>SignatureDoesNotMatch</Code></Error>", "<?xml version='1.0'?><Error><Code>A</Code><Region>eu-x</Region>", "<ListBucketResult>",
		"RBAC: access denied", "default backend - 404", `{"experiments":[]}`, "\ufeff<Error>", "Jwt is missing", "",
	} {
		f.Add(403, "AmazonS3", "7", body)
	}
	const canary = "Qz9KxW" // no code, region or word has it
	f.Fuzz(func(t *testing.T, status int, server, after, body string) {
		a := answer{status: status, at: time.Unix(1e9, 0), body: []byte(strings.ReplaceAll(body, "<", canary+"<")), header: http.Header{
			"Server": {server + canary + "!"}, "Retry-After": {after}, "Location": {after + "/x/" + canary}, "X-Amz-Bucket-Region": {canary + "/"},
		}}
		plain := a
		plain.body = []byte(body)
		for _, a := range []answer{a, plain} {
			key := Setting{Key: "K", Value: secret.New("k")}
			target := S3{Endpoint: Setting{Key: "E", Value: secret.Open("h:1")}, AccessKey: key, SecretKey: key, Region: "us-east-1"}
			addr, bad := parseHostPort(target.Endpoint, "http")
			require.Nil(t, bad)
			s := &s3{ladder: newLadder("minio", false, addr, "", boto3Client, Env{}), S3: target}
			findings := []*checklist.Finding{s.intermediary(a), s.refusal(a), s.writeRefusal(Bucket{Name: "b"}, a)}
			for _, found := range findings {
				if found != nil {
					require.NotEmpty(t, found.Code)
					require.NotEmpty(t, found.Hint)
					require.NotContains(t, found.Detail+found.Hint+strings.Join(found.Evidence, "\n"), canary)
				}
			}
			require.GreaterOrEqual(t, a.retryAfter(), time.Duration(0))
		}
	})
}
