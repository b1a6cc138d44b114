package endpoints_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakemlflow"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// What stands before a server answers in its own words. The bodies are those of
// the programs named.
func TestAnswersOfIntermediaries(t *testing.T) {
	envoy := map[string]string{"Server": "istio-envoy"}
	const behind = "what listens there is a proxy or a tunnel without its server; look at its log, and at the answer: curl -v http://HOST"
	for name, c := range map[string]struct {
		answer route
		want   finding
	}{
		"nginx, client certificate": {
			route{status: 400, body: "<html><head><title>400 No required SSL certificate was sent</title></head>"},
			finding{Code: "FLTS-L07", Detail: "HOST wants a client certificate", Hint: "join the mesh or mount one; by hand: curl -v --cert C --key K http://HOST/"},
		},
		"nginx, TLS port":  {route{status: 400, body: "<center>The plain HTTP request was sent to HTTPS port</center>"}, finding{Code: "FLTS-L05", Detail: "HOST speaks TLS, not plain http", Hint: "set MINIO_SECURE=true"}},
		"Apache, TLS port": {route{status: 400, body: "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"}, finding{Code: "FLTS-L05", Detail: "HOST speaks TLS, not plain http", Hint: "set MINIO_SECURE=true"}},
		"Tomcat, TLS port": {route{status: 400, body: "Bad Request\r\nThis combination of host and port requires TLS.\r\n"}, finding{Code: "FLTS-L05", Detail: "HOST speaks TLS, not plain http", Hint: "set MINIO_SECURE=true"}},
		"mesh policy": {
			route{status: 403, header: envoy, body: "RBAC: access denied"},
			finding{Code: "FLTS-H07", Detail: "an AuthorizationPolicy of the mesh refuses us", Hint: "kubectl -n NS get authorizationpolicy -o yaml; add the service account of this pod"},
		},
		"mesh token": {
			route{status: 401, header: envoy, body: "Jwt is missing"},
			finding{
				Code: "FLTS-H17", Detail: "the mesh wants a token, which clients of S3 do not send", Refused: true,
				Hint: "kubectl -n NS get requestauthentication,authorizationpolicy -o yaml; exempt the port, or go around the gateway: set MINIO_ENDPOINT=SVC.NS.svc.cluster.local:PORT",
			},
		},
		"mesh, no route": {
			route{status: 404, header: envoy},
			finding{Code: "FLTS-H11", Detail: "no rule at HOST leads to a server (404)", Hint: "kubectl get virtualservice,httproute -A | grep 127.0.0.1; add the host and the path"},
		},
		"mesh, no backend":    {route{status: 503, header: envoy, body: "upstream connect error or disconnect/reset before headers"}, finding{Code: "FLTS-H08", Detail: "nothing works behind HOST (503)", Hint: behind, Transient: true}},
		"nginx, no backend":   {route{status: 502, header: map[string]string{"Server": "nginx/1.25.3", "Content-Type": "text/html"}, body: "<html><head><title>502 Bad Gateway</title></head>"}, finding{Code: "FLTS-H08", Detail: "nothing works behind HOST (502)", Hint: behind, Transient: true}},
		"nginx, slow backend": {route{status: 504, body: "<html><head><title>504 Gateway Time-out</title></head>"}, finding{Code: "FLTS-H08", Detail: "nothing works behind HOST (504)", Hint: behind, Transient: true}},
		"HAProxy, no backend": {route{status: 503, body: "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n"}, finding{Code: "FLTS-H08", Detail: "nothing works behind HOST (503)", Hint: behind, Transient: true}},
		"ingress, no rule":    {route{status: 404, body: "default backend - 404"}, finding{Code: "FLTS-H11", Detail: "no rule at HOST leads to a server (404)", Hint: "kubectl get ingress -A; set the host and the path shown there"}},
		"Traefik, no rule":    {route{status: 404, body: "404 page not found\n"}, finding{Code: "FLTS-H11", Detail: "no rule at HOST leads to a server (404)", Hint: "kubectl get ingress -A; set the host and the path shown there"}},
		"too many requests":   {route{status: 429, header: map[string]string{"Retry-After": "17"}}, finding{Code: "FLTS-H14", Detail: "HOST throttles us (429)", Hint: "wait 17s, and start fewer pods at once: dsl.ParallelFor(…, parallelism=2)", Transient: true}},
		"MinIO, starting":     {route{status: 503, header: map[string]string{"Server": "MinIO", "X-Minio-Server-Status": "offline"}}, finding{Code: "FLTS-H08", Detail: "MinIO at HOST is not ready (503)", Hint: "curl -v http://HOST", Transient: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /minio/health/live": c.answer, "*": {status: 200, body: list}})
			r := root(t, minio(hostPort(t, s.URL)).Checks(endpoints.Env{}))
			even := strings.NewReplacer(hostPort(t, s.URL), "HOST", ":"+port(t, s.URL), ":PORT")
			r.Detail, r.Hint = even.Replace(r.Detail), even.Replace(r.Hint)
			c.want.ID = "minio.health"
			require.Equal(t, c.want, found(r))
		})
	}
	passedOn := serve(t, map[string]route{"*": {status: 404, header: map[string]string{"Server": "istio-envoy", "X-Envoy-Upstream-Service-Time": "3"}}})
	_, results := judge(t, gateway(passedOn.URL).Checks(endpoints.Env{}))
	require.Equal(t, checklist.Pass, results["gateway.http"].State, "a 404 of the gateway itself, passed on")
	login := serve(t, map[string]route{"*": {status: 401, header: envoy, body: "Jwt is missing"}})
	_, results = judge(t, gateway(login.URL).Checks(endpoints.Env{}))
	require.Equal(t, checklist.Pass, results["gateway.http"].State, "the task may have the token")
}

func TestThrottledBehindTheSignature(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}, Faults: fakes3.Faults{Throttled: 30 * time.Second}})
	said, results := judge(t, minio(s.Endpoint(), "dataset").Checks(endpoints.Env{}))
	detail := s.Endpoint() + " throttles us (503)"
	require.Equal(t, []says{
		{"minio.sign", checklist.Warn, "FLTS-H14", detail},
		{"minio.bucket.dataset", checklist.Warn, "FLTS-H14", detail},
	}, said[3:], "which is no proof of good credentials, nor of a bucket")
	require.Equal(t, "wait 30s, and start fewer pods at once: dsl.ParallelFor(…, parallelism=2)", results["minio.sign"].Hint)
}

func TestASlowServerIsSaidOnce(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}})
	env := endpoints.Env{Limits: endpoints.Limits{Slow: 1}}
	said, results := judge(t, minio(s.Endpoint(), "dataset").Checks(env))
	require.Equal(t, says{"minio.health", checklist.Warn, "FLTS-H12", "MinIO is live, after 0.0 s"}, said[2])
	require.Regexp(t, `^connecting took \d\.\d s, TLS 0\.0 s, the first byte of the answer \d\.\d s$`, results["minio.health"].Evidence[1])
	require.Equal(t, "time curl -so /dev/null http://"+s.Endpoint(), results["minio.health"].Hint)
	require.Equal(t, says{"minio.sign", checklist.Pass, "", "credentials accepted"}, said[3])

	inCluster := minio("minio.mlops.svc:"+port(t, s.URL()), "dataset")
	env.Resolver = names{"minio.mlops.svc": {"127.0.0.1"}}
	r := root(t, inCluster.Checks(env))
	require.Equal(t, "kubectl -n mlops top pods, then kubectl -n mlops scale deploy/minio --replicas=2 or a higher CPU limit", r.Hint)
}

func TestMinIOWithoutQuorum(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Faults: fakes3.Faults{NoQuorum: true}})
	r := root(t, minio(s.Endpoint()).Checks(endpoints.Env{Thorough: true}))
	require.Equal(t, finding{
		ID: "minio.health", Code: "FLTS-H03", Detail: "MinIO has too few drives or servers to write (503)",
		Hint: "mc admin info ALIAS, then bring the drives or pods back; curl -v " + s.URL(),
	}, found(r))
	said, _ := judge(t, minio(s.Endpoint()).Checks(endpoints.Env{}))
	require.Equal(t, checklist.Pass, said[2].State, "before a task it is not asked for")
}

// The products that answer where S3 is expected, by signs that no other gives.
func TestProductsThatAreNoS3(t *testing.T) {
	server, err := fakemlflow.Start(fakemlflow.Options{})
	require.NoError(t, err)
	t.Cleanup(server.Close)
	protected, err := fakemlflow.Start(fakemlflow.Options{Username: "ann", Password: "pw"})
	require.NoError(t, err)
	t.Cleanup(protected.Close)
	rebinding := serve(t, map[string]route{"*": {status: 403, body: "Invalid Host header - possible DNS rebinding attack detected"}})
	swapped := finding{Code: "FLTS-H16", Detail: "HOST is an MLflow server, not S3", Hint: "are the two endpoints swapped? set MINIO_ENDPOINT=HOST:9000"}
	notHere := finding{Code: "FLTS-H18", Detail: "HOST is another port of SeaweedFS, not its S3 gateway", Hint: "set MINIO_ENDPOINT=127.0.0.1:8333"}
	filer := serve(t, map[string]route{"*": {status: 404, header: map[string]string{"Server": "SeaweedFS Filer 30GB 3.88"}}})
	for name, c := range map[string]struct {
		url  string
		want finding
	}{
		"MLflow": {server.URL(), swapped}, "MLflow with a login": {protected.URL(), swapped}, "MLflow by a name": {rebinding.URL, swapped},
		"SeaweedFS's filer": {filer.URL, notHere},
	} {
		r := root(t, minio(hostPort(t, c.url)).Checks(endpoints.Env{}))
		r.Detail = replaceHost(t, r.Detail, c.url)
		c.want.ID = "minio.health"
		require.Equal(t, c.want, found(r), name)
	}
}

func TestOtherStoresAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		header map[string]string
		want   string
	}{
		"SeaweedFS, newer": {map[string]string{"Server": "SeaweedFS 30GB 3.88"}, "SeaweedFS, S3 but not MinIO: judged by S3 requests"},
		"Ceph":             {map[string]string{"X-Amz-Request-Id": "tx00000f1e2d3c4b5a69788-0065f0c0de-1a2b-default"}, "Ceph, S3 but not MinIO: judged by S3 requests"},
		"Google":           {map[string]string{"X-Guploader-Uploadid": "AB"}, "Google Cloud Storage, S3 but not MinIO: judged by S3 requests"},
	} {
		s := serve(t, map[string]route{"GET /minio/health/live": {status: 403, body: denied, header: c.header}, "*": {status: 200, body: list}})
		said, _ := judge(t, minio(hostPort(t, s.URL), "dataset").Checks(endpoints.Env{}))
		require.Equal(t, says{"minio.health", checklist.Pass, "FLTS-H04", c.want}, said[2], name)
	}
}
