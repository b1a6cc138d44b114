package endpoints_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakes3"
)

const canary = "c4n4ryXYZ"

// No masker runs here: the findings themselves must not hold what a server
// echoes, nor what the settings hide.
func TestNoFindingHoldsACanary(t *testing.T) {
	echoes := map[string]string{
		"Server": canary, "Location": "https://" + canary + ":" + canary + "@ml.example/" + canary + "?X-Amz-Signature=" + canary,
		"Content-Type": "text/" + canary, "X-Amz-Request-Id": canary, "X-Amz-Bucket-Region": canary + "/", "Www-Authenticate": canary, "Date": canary,
		"Retry-After": canary, "X-Amz-Version-Id": canary,
	}
	xml := func(code string) string {
		return failing(code, "<Message>"+canary+"</Message><AWSAccessKeyId>"+canary+"</AWSAccessKeyId><StringToSign>"+canary+"</StringToSign><Region>"+canary+"/</Region>")
	}
	forms := []string{canary, base64.StdEncoding.EncodeToString([]byte(canary)), url.QueryEscape(canary), base64.StdEncoding.EncodeToString([]byte(canary + ":" + canary))}

	texts := []string{
		"", canary, "<html>" + canary, "RBAC: access denied " + canary, "Invalid Host header " + canary, `{"error_code":"` + canary + `","message":"` + canary + `"}`,
		`{"experiment":{"experiment_id":"` + canary + `","artifact_location":"s3://` + canary + `/` + canary + `","lifecycle_stage":"` + canary + `"}}`,
		`{"experiment":{"experiment_id":"7","artifact_location":"` + canary + `:x","lifecycle_stage":"active"},"run":{"info":{"run_id":"` + canary + `"}}}`,
		`{"experiment":{"experiment_id":"7","artifact_location":"mlflow-artifacts:/` + canary + `","lifecycle_stage":"active"}}`,
	}
	for _, code := range []string{
		"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidTokenId", "RequestTimeTooSkewed",
		"AuthorizationHeaderMalformed", "ExpiredToken", "SlowDown", "BadDigest", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", canary, "Key is " + canary,
	} {
		texts = append(texts, xml(code))
	}
	for _, status := range []int{200, 302, 400, 403, 404, 500} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			findings := 0
			for _, text := range texts {
				answer := route{status: status, header: echoes, body: text}
				for _, s := range []*table{
					newTable(map[string]route{"*": answer}),
					newTable(map[string]route{"GET /minio/health/live": live(), "GET /health": healOK, "*": answer}),
				} {
					s.Start()
					for _, env := range []endpoints.Env{{}, {Thorough: true, WriteProbe: true, Task: taskWithCanaries()}} {
						for _, r := range targetsWithCanaries(t, hostPort(t, s.URL), env) {
							findings++
							clean(t, r, forms)
						}
					}
					s.Close()
				}
			}
			require.Greater(t, findings, 1000, "the number of results looked at")
		})
	}
	garbled := listen(t, func(c net.Conn) {
		_, _ = c.Write([]byte(canary + "\r\n"))
		drain(c)
	})
	proxied := endpoints.Env{Thorough: true, Resolver: names{}, Task: map[string]string{"HTTP_PROXY": "http://" + canary + ":" + canary + "@" + garbled}}
	for _, host := range []string{garbled, closedPort(t)} {
		for _, r := range targetsWithCanaries(t, host, endpoints.Env{Thorough: true}) {
			clean(t, r, forms)
		}
	}
	for _, r := range targetsWithCanaries(t, "gw.example:80", proxied) {
		clean(t, r, forms)
	}
	for _, proxy := range []string{"$:$@proxy:3128", "socks5://$:$@proxy:1", "http://proxy:1/$", "http://$ $:$@proxy:1", "//$:$@proxy:1", "ftp:$"} {
		env := endpoints.Env{Thorough: true, Resolver: names{}, InPod: true, Task: map[string]string{"HTTP_PROXY": strings.ReplaceAll(proxy, "$", canary)}}
		for _, r := range targetsWithCanaries(t, "gw.mlops.svc:80", env) {
			clean(t, r, forms)
		}
	}
}

func clean(t *testing.T, r checklist.Result, forms []string) {
	t.Helper()
	doc, err := json.Marshal(r)
	require.NoError(t, err)
	for _, form := range forms {
		require.NotContains(t, string(doc), form)
	}
}

// taskWithCanaries is an environment with other values than those of the targets,
// so that each difference becomes a finding.
func taskWithCanaries() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL_S3":   "http://" + canary + ":" + canary + "@other:9000/" + canary + "?X-Amz-Signature=" + canary,
		"AWS_ACCESS_KEY_ID":     "A" + canary,
		"AWS_SECRET_ACCESS_KEY": "S" + canary,
	}
}

func targetsWithCanaries(t *testing.T, host string, env endpoints.Env) []checklist.Result {
	t.Helper()
	s3 := minio(host, "dataset", "processed")
	s3.Buckets[1].Mode = "rw"
	s3.AccessKey, s3.SecretKey, s3.SessionToken = hidden("MINIO_ACCESS_KEY", canary), hidden("MINIO_SECRET_KEY", canary), hidden("AWS_SESSION_TOKEN", canary)
	newline := s3
	newline.Name, newline.AccessKey = "newline", hidden("MINIO_ACCESS_KEY", canary+"\n")
	basic := tracking("http://" + host)
	basic.Username, basic.Password = hidden("MLFLOW_TRACKING_USERNAME", canary), hidden("MLFLOW_TRACKING_PASSWORD", canary)
	token := tracking("http://" + canary + ":" + canary + "@" + host)
	token.Name, token.Token = "token", hidden("MLFLOW_TRACKING_TOKEN", canary)
	malformed := gateway("http://" + canary + ":" + canary + "@" + host + "/?X-Amz-Signature=1")
	malformed.Name = "malformed"

	// The whole ladder, as the answers of a server that means harm lead it.
	deep := env
	deep.Thorough, deep.WriteProbe = true, true
	deep.Task = map[string]string{"HOME": "/app", "AWS_ACCESS_KEY_ID": canary, "AWS_SECRET_ACCESS_KEY": canary, "MLFLOW_EXPERIMENT_ID": "7"}
	deep.Files = fstest.MapFS{
		"app/.mlflow/credentials":                  {Data: []byte("[mlflow]\nmlflow_tracking_password=" + canary)},
		"var/run/secrets/kubeflow/pipelines/token": {Data: []byte(canary + "." + canary + "." + canary)},
	}
	whole := tracking("http://" + host)
	whole.Name, whole.Username = "whole", hidden("MLFLOW_TRACKING_USERNAME", canary)
	pipelines := kubeflow("http://" + host)
	held := gateway("http://" + host)
	held.Name, held.Token, held.JSON, held.Status = "held", hidden("TOKEN", canary), true, []endpoints.StatusRange{{First: 200, Last: 299}}

	var checks []checklist.Check
	if env.Thorough {
		checks = append(checks, whole.Checks(deep)...)
		checks = append(checks, pipelines.Checks(deep)...)
		checks = append(checks, held.Checks(deep)...)
	}
	checks = append(checks, s3.Checks(env)...)
	checks = append(checks, newline.Checks(env)...)
	checks = append(checks, basic.Checks(env)...)
	checks = append(checks, token.Checks(env)...)
	checks = append(checks, malformed.Checks(env)...)
	checks = append(checks, gateway("http://"+canary+":"+canary+"@"+host).Checks(env)...)
	return checklist.Runner{}.Run(t.Context(), checks).Results
}

func TestNothingKeepsRunning(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}})
	arrived := make(chan struct{}, 4)
	hang := listen(t, func(c net.Conn) {
		arrived <- struct{}{}
		drain(c)
	})
	before := runtime.NumGoroutine()
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		var checks []checklist.Check
		checks = append(checks, minio(s.Endpoint(), "dataset").Checks(endpoints.Env{})...)
		checks = append(checks, gateway("http://"+hang).Checks(endpoints.Env{})...)
		checks = append(checks, tracking("https://"+hang).Checks(endpoints.Env{})...)
		var waiting sync.WaitGroup
		waiting.Go(func() {
			for range 4 { // two dials, and then gateway.http and mlflow.tls, which hang
				<-arrived
			}
			cancel()
		})
		v := checklist.Runner{}.Run(ctx, checks)
		waiting.Wait()
		cancel()
		require.Len(t, v.Results, len(checks))
		require.True(t, slices.ContainsFunc(v.Results, func(r checklist.Result) bool { return r.Interrupted }))
		require.GreaterOrEqual(t, v.Counts().Unknown, 2)
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), "%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks())
	}
}

func stacks() string {
	buf := make([]byte, 1<<16)
	return strings.TrimSpace(string(buf[:runtime.Stack(buf, true)]))
}

// The three services of a task, healthy, on loopback.
func BenchmarkThreeHealthyServices(b *testing.B) {
	s3, err := fakes3.Start(fakes3.Options{AccessKey: keyID, SecretKey: secretKey, Buckets: []string{"dataset"}})
	require.NoError(b, err)
	defer s3.Close()
	web := newTable(map[string]route{"GET /health": healOK, search: jsonOK, "*": {status: 200}})
	web.Start()
	defer web.Close()
	for b.Loop() {
		var checks []checklist.Check
		checks = append(checks, minio(s3.Endpoint(), "dataset").Checks(endpoints.Env{})...)
		checks = append(checks, tracking(web.URL).Checks(endpoints.Env{})...)
		checks = append(checks, gateway(web.URL).Checks(endpoints.Env{})...)
		if v := (checklist.Runner{}).Run(b.Context(), checks); v.Status() != 0 {
			b.Fatal(checklist.Table(v))
		}
	}
}
