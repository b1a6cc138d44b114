package endpoints_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakes3"
	"github.com/flts-run/flts-run/internal/secret"
)

const (
	keyID     = "component"
	secretKey = "s3cr3t/With+odd=Chars"
)

func fakeS3(t *testing.T, o fakes3.Options) *fakes3.Server {
	t.Helper()
	if o.AccessKey == "" {
		o.AccessKey, o.SecretKey = keyID, secretKey
	}
	s, err := fakes3.Start(o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func minio(endpoint string, buckets ...string) endpoints.S3 {
	t := endpoints.S3{
		Endpoint: open("MINIO_ENDPOINT", endpoint), Secure: open("MINIO_SECURE", "false"),
		AccessKey: hidden("MINIO_ACCESS_KEY", keyID), SecretKey: hidden("MINIO_SECRET_KEY", secretKey),
		SessionToken: endpoints.Setting{Key: "AWS_SESSION_TOKEN"}, PathStyle: true,
	}
	for _, b := range buckets {
		t.Buckets = append(t.Buckets, endpoints.Bucket{Name: b, Key: "BUCKET_" + strings.ToUpper(b), Origin: "default", Mode: "r", Needed: true})
	}
	return t
}

func TestAHealthyMinIO(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset", "processed-data"}})
	target := minio(s.Endpoint(), "dataset", "processed-data", "dataset")
	said, results := judge(t, target.Checks(endpoints.Env{}))
	dial := results["minio.dial"].Detail
	require.Regexp(t, `^dials in (<1|\d+) ms$`, dial)
	require.Equal(t, []says{
		{"minio.resolve", checklist.Pass, "", "127.0.0.1 is an address"},
		{"minio.dial", checklist.Pass, "", dial},
		{"minio.health", checklist.Pass, "", "MinIO is live"},
		{"minio.sign", checklist.Pass, "", "credentials accepted"},
		{"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"},
		{"minio.bucket.processed-data", checklist.Pass, "", "bucket processed-data listed"},
	}, said)
	require.Equal(t, []fakes3.Request{
		{Method: "GET", Path: "/minio/health/live"},
		{Method: "GET", Path: "/dataset", AccessKeyID: keyID},
		{Method: "GET", Path: "/processed-data", AccessKeyID: keyID},
	}, withoutSlash(s.Requests()), "one request for the health, one per bucket")
}

// withoutSlash evens out how the fake writes a bucket's path.
func withoutSlash(requests []fakes3.Request) []fakes3.Request {
	for i := range requests {
		requests[i].Path = strings.TrimSuffix(requests[i].Path, "/")
	}
	return requests
}

func TestWithoutABucketTheListOfBucketsIsAsked(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Users: []fakes3.User{{AccessKey: "nobody", SecretKey: secretKey, Allow: map[string]string{}}}})
	for _, key := range []string{keyID, "nobody"} {
		target := minio(s.URL())
		target.AccessKey = hidden("MINIO_ACCESS_KEY", key)
		said, _ := judge(t, target.Checks(endpoints.Env{}))
		require.Equal(t, says{"minio.sign", checklist.Pass, "", "credentials accepted"}, said[3])
	}
	require.Len(t, s.Requests(), 4)
}

func TestRefusalsOfASigningServer(t *testing.T) {
	patch := func(key string) string {
		return `: stty -echo; read -r V; stty echo; [ "$V" ] && printf %s "$V" | kubectl create secret generic NAME --from-file=` + key + `=/dev/stdin --dry-run=client -o json | kubectl -n NS patch secret NAME --type=merge --patch-file /dev/stdin`
	}
	for name, c := range map[string]struct {
		server fakes3.Options
		change func(*endpoints.S3)
		want   finding
	}{
		"unknown key": {
			change: func(s *endpoints.S3) { s.AccessKey = hidden("MINIO_ACCESS_KEY", "other") },
			want: finding{
				ID: "minio.sign", Code: "FLTS-A01", Detail: "HOST does not know the access key", Refused: true,
				Hint: "the key was rotated or belongs to another server; write the right one to MINIO_ACCESS_KEY (secret /etc/flts/secrets)" + patch("MINIO_ACCESS_KEY"),
			},
		},
		"wrong secret": {
			change: func(s *endpoints.S3) { s.SecretKey = hidden("MINIO_SECRET_KEY", "other") },
			want: finding{
				ID: "minio.sign", Code: "FLTS-A03", Detail: "the secret key does not belong to the access key", Refused: true,
				Hint: "write the right one to MINIO_SECRET_KEY (secret /etc/flts/secrets)" + patch("MINIO_SECRET_KEY"),
			},
		},
		"newline in the secret": {
			change: func(s *endpoints.S3) { s.SecretKey = hidden("MINIO_SECRET_KEY", secretKey+"\n") },
			want: finding{
				ID: "minio.sign", Code: "FLTS-A03", Detail: "the secret key does not belong to the access key", Refused: true,
				Hint: "write MINIO_SECRET_KEY (secret /etc/flts/secrets) again without the final newline" + patch("MINIO_SECRET_KEY"),
			},
		},
		"newline in the key": {
			change: func(s *endpoints.S3) { s.AccessKey = hidden("MINIO_ACCESS_KEY", keyID+"\n") },
			want: finding{
				ID: "minio.sign", Code: "FLTS-A14", Detail: "MINIO_ACCESS_KEY holds a control character, clients cannot send it", Refused: true,
				Hint: "write MINIO_ACCESS_KEY (secret /etc/flts/secrets) again without the final newline" + patch("MINIO_ACCESS_KEY"),
			},
		},
		"no secret": {
			change: func(s *endpoints.S3) { s.SecretKey.Value = secret.String{} },
			want: finding{
				ID: "minio.sign", Code: "FLTS-S06", Detail: "MINIO_SECRET_KEY is missing",
				Hint: "set both MINIO_ACCESS_KEY and MINIO_SECRET_KEY in the same Secret",
			},
		},
		"stale token": {
			change: func(s *endpoints.S3) { s.SessionToken.Value = secret.New("stale") },
			want: finding{
				ID: "minio.sign", Code: "FLTS-A08", Detail: "the session token is not valid", Refused: true,
				Hint: "unset AWS_SESSION_TOKEN, or fetch fresh temporary keys",
			},
		},
		"clock": {
			server: fakes3.Options{ClockAhead: 20 * time.Minute},
			want:   finding{ID: "minio.health", Code: "FLTS-A06", Detail: "our clock is 20m behind that of HOST", Hint: "on the node or VM: timedatectl set-ntp true"},
		},
		"clock, a little": {
			server: fakes3.Options{ClockAhead: -7 * time.Minute},
			want:   finding{ID: "minio.health", Code: "FLTS-A06", Detail: "our clock is 7m ahead of that of HOST", Hint: "on the node or VM: timedatectl set-ntp true"},
		},
		"no bucket": {
			change: func(s *endpoints.S3) { s.Buckets[0].Name = "datasets" },
			want:   finding{ID: "minio.bucket.datasets", Code: "FLTS-X01", Detail: "bucket datasets does not exist", Hint: "mc mb ALIAS/datasets, or correct BUCKET_DATASET"},
		},
		"may do nothing": {
			server: fakes3.Options{Users: []fakes3.User{{AccessKey: keyID, SecretKey: secretKey, Allow: map[string]string{}}}, AccessKey: "root", SecretKey: "rootroot"},
			want: finding{
				ID: "minio.bucket.dataset", Code: "FLTS-X02", Detail: "credentials accepted, bucket dataset does not exist or may not be seen",
				Hint: "as admin: mc ls ALIAS/dataset; then mc mb, or allow s3:ListBucket: mc admin policy attach ALIAS POLICY --user ACCESS_KEY",
			},
		},
		"may only write": {
			server: fakes3.Options{Users: []fakes3.User{{AccessKey: keyID, SecretKey: secretKey, Allow: map[string]string{"dataset": "w"}}}, AccessKey: "root", SecretKey: "rootroot"},
			change: func(s *endpoints.S3) { s.Buckets[0].Mode = "w" },
			want: finding{
				ID: "minio.bucket.dataset", Code: "FLTS-A04", Detail: "bucket dataset cannot be listed; whether it can be written was not tried",
				Hint: "allow s3:PutObject on dataset: mc admin policy attach ALIAS POLICY --user ACCESS_KEY; to try it: flts-run check --write-probe",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.server.Buckets = []string{"dataset"}
			s := fakeS3(t, c.server)
			target := minio(s.Endpoint(), "dataset")
			if c.change != nil {
				c.change(&target)
			}
			r := root(t, target.Checks(endpoints.Env{}))
			r.Detail = strings.Replace(r.Detail, s.Endpoint(), "HOST", 1)
			require.Equal(t, c.want, found(r))
		})
	}
}

func TestAmbientCredentialsAreNotJudged(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}})
	target := minio(s.Endpoint(), "dataset")
	target.AccessKey.Value, target.SecretKey.Value, target.CredentialsFrom = secret.String{}, secret.String{}, "web identity"
	v := checklist.Runner{}.Run(t.Context(), target.Checks(endpoints.Env{}))
	require.Equal(t, checklist.Counts{Passed: 3, Unknown: 1, Skipped: 1}, v.Counts())
	require.Equal(t, "not signed: the credentials come from web identity", v.Results[3].Detail)
	require.Equal(t, 0, v.Status())
	require.Len(t, s.Requests(), 1)
}

func TestStatusOfRefusedCredentialsAndOfOptionalBuckets(t *testing.T) {
	s := fakeS3(t, fakes3.Options{})
	target := minio(s.Endpoint(), "dataset")
	require.Equal(t, 69, checklist.Runner{}.Run(t.Context(), target.Checks(endpoints.Env{})).Status())
	target.Buckets[0].Needed = false
	require.Equal(t, 0, checklist.Runner{}.Run(t.Context(), target.Checks(endpoints.Env{})).Status())
	target.SecretKey = hidden("MINIO_SECRET_KEY", "other")
	require.Equal(t, 77, checklist.Runner{}.Run(t.Context(), target.Checks(endpoints.Env{})).Status())
}

const (
	list   = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>dataset</Name></ListBucketResult>`
	denied = `<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>`
	noKey  = `<Error><Code>NoSuchKey</Code></Error>`
)

func failing(code, rest string) string {
	return "<Error><Code>" + code + "</Code>" + rest + "</Error>"
}

func live(header ...string) route {
	h := map[string]string{"Server": "MinIO", "X-Amz-Request-Id": "17A5B2C3D4E5F607"}
	for i := 0; i+1 < len(header); i += 2 {
		h[header[i]] = header[i+1]
	}
	return route{status: 200, header: h}
}

func TestProductsThatAnswerLikeMinIOAndAreNot(t *testing.T) {
	ok := route{status: 200, body: list}
	for name, c := range map[string]struct {
		health route
		want   says
	}{
		"seaweedfs":     {route{status: 403, header: map[string]string{"Server": "SeaweedFS S3"}}, says{"minio.health", checklist.Pass, "FLTS-H04", "SeaweedFS, S3 but not MinIO: judged by S3 requests"}},
		"another S3":    {route{status: 403, body: denied}, says{"minio.health", checklist.Pass, "FLTS-H04", "S3, but not MinIO: judged by S3 requests"}},
		"aws":           {route{status: 403, body: denied, header: map[string]string{"Server": "AmazonS3"}}, says{"minio.health", checklist.Pass, "FLTS-H04", "AmazonS3, S3 but not MinIO: judged by S3 requests"}},
		"unknown":       {route{status: 404, body: "nope"}, says{"minio.health", checklist.Pass, "FLTS-H04", "not known as an S3 server: judged by S3 requests"}},
		"without words": {live("Server", ""), says{"minio.health", checklist.Pass, "", "MinIO is live"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"GET /minio/health/live": c.health, "*": ok})
			said, _ := judge(t, minio(s.URL, "dataset").Checks(endpoints.Env{}))
			require.Equal(t, c.want, said[2])
			require.Equal(t, says{"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"}, said[4])
		})
	}
	t.Run("unknown, and nothing signed will tell", func(t *testing.T) {
		s := serve(t, map[string]route{"*": {status: 404, body: "nope"}})
		target := minio(s.URL)
		target.CredentialsFrom = "web identity"
		said, _ := judge(t, target.Checks(endpoints.Env{}))
		require.Equal(t, says{"minio.health", checklist.Warn, "FLTS-H04", "not known as an S3 server: judged by S3 requests"}, said[2])
	})
}

func TestAnswersOfS3AndOfWhatStandsBefore(t *testing.T) {
	const (
		page = "<!doctype html><title>x</title>"
		html = "text/html; charset=utf-8"
	)
	health := func(r route) map[string]route { return map[string]route{"*": r} }
	signed := func(r route) map[string]route {
		return map[string]route{"GET /minio/health/live": live(), "*": r}
	}
	for name, c := range map[string]struct {
		routes map[string]route
		want   finding
	}{
		"console by name": {
			health(route{status: 200, header: map[string]string{"Server": "MinIO Console", "Content-Type": html}, body: page}),
			finding{ID: "minio.health", Code: "FLTS-H01", Detail: "HOST is the web console of MinIO, not its API", Hint: "set MINIO_ENDPOINT=127.0.0.1:9000"},
		},
		"console by its message": {
			signed(route{status: 400, body: failing("InvalidArgument", "<Message>S3 API Requests must be made to API port.</Message>")}),
			finding{ID: "minio.sign", Code: "FLTS-H01", Detail: "HOST is the web console of MinIO, not its API", Hint: "set MINIO_ENDPOINT=127.0.0.1:9000"},
		},
		"console, older": {
			signed(route{status: 403, body: failing("AccessDenied", "<Message>S3 API Request made to Console port.</Message>")}),
			finding{ID: "minio.sign", Code: "FLTS-H01", Detail: "HOST is the web console of MinIO, not its API", Hint: "set MINIO_ENDPOINT=127.0.0.1:9000"},
		},
		"a web page": {
			health(route{status: 200, header: map[string]string{"Content-Type": html}, body: page}),
			finding{ID: "minio.health", Code: "FLTS-H15", Detail: "a web page answers instead of S3 (200)", Hint: "look at the answer: curl -v http://HOST/minio/health/live"},
		},
		"a web page, signed": {
			signed(route{status: 200, header: map[string]string{"Content-Type": html}, body: page}),
			finding{ID: "minio.sign", Code: "FLTS-H15", Detail: "a web page answers instead of S3 (200)", Hint: "look at the answer: curl -v http://HOST/"},
		},
		"not S3": {
			health(route{status: 404, body: "nothing here"}),
			finding{ID: "minio.sign", Code: "FLTS-H15", Detail: "the answer is not S3's (404)", Hint: "look at the answer: curl -v http://HOST/"},
		},
		"login page": {
			health(route{status: 302, header: map[string]string{"Location": "https://idp.example/dex/auth?state=x"}}),
			finding{ID: "minio.health", Code: "FLTS-H06", Detail: "a login page answers at HOST (302)", Hint: "inside the cluster set MINIO_ENDPOINT=SVC.NS.svc.cluster.local:PORT"},
		},
		"redirect to https": {
			health(route{status: 308, header: map[string]string{"Location": "https://s3.example/minio/health/live"}}),
			finding{ID: "minio.health", Code: "FLTS-H10", Detail: "HOST redirects (308) to https://s3.example", Hint: "write the final address: MINIO_ENDPOINT=s3.example MINIO_SECURE=true"},
		},
		"mesh": {
			health(route{status: 403, header: map[string]string{"Server": "istio-envoy"}, body: "RBAC: access denied"}),
			finding{ID: "minio.health", Code: "FLTS-H07", Detail: "an AuthorizationPolicy of the mesh refuses us", Hint: "kubectl -n NS get authorizationpolicy -o yaml; add the service account of this pod"},
		},
		"no backend": {
			health(route{status: 503, body: "no healthy upstream"}),
			finding{
				ID: "minio.health", Code: "FLTS-H08", Detail: "nothing works behind HOST (503)", Transient: true,
				Hint: "what listens there is a proxy or a tunnel without its server; look at its log, and at the answer: curl -v http://HOST",
			},
		},
		"https port": {
			health(route{status: 400, body: "Client sent an HTTP request to an HTTPS server.\n"}),
			finding{ID: "minio.health", Code: "FLTS-L05", Detail: "HOST speaks TLS, not plain http", Hint: "set MINIO_SECURE=true"},
		},
		"region": {
			signed(route{status: 400, body: failing("AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>")}),
			finding{ID: "minio.sign", Code: "FLTS-A07", Detail: "the server is in region eu-central-1, the request was signed for us-east-1", Hint: "set AWS_DEFAULT_REGION=eu-central-1"},
		},
		"region by redirect": {
			signed(route{status: 301, body: failing("PermanentRedirect", ""), header: map[string]string{"X-Amz-Bucket-Region": "eu-west-1"}}),
			finding{ID: "minio.sign", Code: "FLTS-A07", Detail: "the server is in region eu-west-1, the request was signed for us-east-1", Hint: "set AWS_DEFAULT_REGION=eu-west-1"},
		},
		"skewed": {
			signed(route{status: 403, body: failing("RequestTimeTooSkewed", ""), header: map[string]string{"Date": time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)}}),
			finding{ID: "minio.sign", Code: "FLTS-A06", Detail: "our clock is 1h0m ahead of that of HOST", Hint: "on the node or VM: timedatectl set-ntp true"},
		},
		"expired token": {
			signed(route{status: 400, body: failing("ExpiredToken", "")}),
			finding{ID: "minio.sign", Code: "FLTS-A08", Detail: "the session token has expired", Hint: "fetch fresh temporary keys: access key, secret key and token belong together", Refused: true},
		},
		"bucket name": {
			signed(route{status: 400, body: failing("InvalidBucketName", "")}),
			finding{ID: "minio.sign", Code: "FLTS-X01", Detail: "the server takes the bucket's name for malformed", Hint: "3 to 63 lower-case letters, digits, dots and hyphens"},
		},
		"something new": {
			signed(route{status: 500, body: failing("InternalError", "")}),
			finding{ID: "minio.sign", Code: "FLTS-H15", Detail: "S3 answers InternalError (500)", Hint: "curl -v http://HOST"},
		},
		"list denied, objects not": {
			map[string]route{"GET /minio/health/live": live(), "GET /dataset": {status: 403, body: denied}, "*": {status: 404, body: noKey}},
			finding{
				ID: "minio.bucket.dataset", Code: "FLTS-A04", Detail: "credentials accepted, objects of bucket dataset can be read, not listed",
				Hint: "if the task lists it, allow s3:ListBucket: mc admin policy attach ALIAS POLICY --user ACCESS_KEY",
			},
		},
		"list denied, bucket missing": {
			map[string]route{"GET /minio/health/live": live(), "GET /dataset": {status: 403, body: denied}, "*": {status: 404, body: failing("NoSuchBucket", "")}},
			finding{ID: "minio.bucket.dataset", Code: "FLTS-X01", Detail: "bucket dataset does not exist", Hint: "mc mb ALIAS/dataset, or correct BUCKET_DATASET"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.routes)
			r := root(t, minio(hostPort(t, s.URL), "dataset").Checks(endpoints.Env{}))
			even := strings.NewReplacer(hostPort(t, s.URL), "HOST", ":"+port(t, s.URL), ":PORT")
			r.Detail, r.Hint = even.Replace(r.Detail), even.Replace(r.Hint)
			require.Equal(t, c.want, found(r))
		})
	}
}

func TestVirtualHostStyleNeedsANameInFrontOfTheHost(t *testing.T) {
	s := serve(t, map[string]route{"GET /minio/health/live": live(), "*": {status: 200, body: list}})
	p := port(t, s.URL)
	target := minio("s3.example:"+p, "dataset")
	target.PathStyle = false
	said, _ := judge(t, target.Checks(endpoints.Env{Resolver: names{"s3.example": {"127.0.0.1"}, "dataset.s3.example": {"127.0.0.1"}}}))
	require.Equal(t, says{"minio.bucket.dataset", checklist.Pass, "", "bucket dataset listed"}, said[4])
	require.Equal(t, "dataset.s3.example:"+p, s.seen[1].Host)
	require.Equal(t, []string{"GET /minio/health/live", "GET /?list-type=2&max-keys=1"}, s.requests())

	r := root(t, target.Checks(endpoints.Env{Resolver: names{"s3.example": {"127.0.0.1"}}}))
	require.Equal(t, "no such host: dataset.s3.example", r.Detail)
}

// The name in front of the host is signed, and the key below it too.
func TestVirtualHostStyleIsSigned(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}, Domain: "s3.example"})
	target := minio("s3.example:"+port(t, s.URL()), "dataset")
	target.PathStyle, target.Buckets[0].Mode, target.Buckets[0].Prefix = false, "rw", "a b/c+d"
	env := endpoints.Env{Resolver: names{"s3.example": {"127.0.0.1"}, "dataset.s3.example": {"127.0.0.1"}}, WriteProbe: true}
	said, _ := judge(t, target.Checks(env))
	require.Equal(t, []says{
		{"minio.bucket.dataset/a b/c+d", checklist.Pass, "", "bucket dataset/a b/c+d listed"},
		{"minio.write.dataset/a b/c+d", checklist.Pass, "", "bucket dataset/a b/c+d can be written, nothing was stored"},
	}, said[4:])
}

func TestAMalformedEndpointHasOneFinding(t *testing.T) {
	for value, want := range map[string]finding{
		"minio":               {ID: "minio.parse", Code: "FLTS-C06"},
		"minio:99999":         {ID: "minio.parse", Code: "FLTS-C06", Detail: "MINIO_ENDPOINT is not host:port", Hint: "set MINIO_ENDPOINT=HOST:PORT"},
		"minio:9000;rm -rf /": {ID: "minio.parse", Code: "FLTS-C06", Detail: "MINIO_ENDPOINT is not host:port", Hint: "set MINIO_ENDPOINT=HOST:PORT"},
		"http://minio:9000/b": {ID: "minio.parse", Code: "FLTS-C06", Detail: "MINIO_ENDPOINT is more than a server's address", Hint: "set MINIO_ENDPOINT=HOST:PORT"},
		"s3://minio:9000":     {ID: "minio.parse", Code: "FLTS-C04", Detail: "MINIO_ENDPOINT is not an http or https URL", Hint: "set MINIO_ENDPOINT=http://HOST:PORT"},
	} {
		checks := minio(value).Checks(endpoints.Env{Resolver: names{}})
		if value == "minio" {
			require.Len(t, checks, 4, "a host without a port is one with the scheme's")
			continue
		}
		require.Equal(t, want, found(root(t, checks)), value)
	}
	_, _, err := net.SplitHostPort("minio")
	require.Error(t, err)
}

func TestS3DocumentsAreKnownInAllTheirForms(t *testing.T) {
	const ns = ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`
	for body, want := range map[string]string{
		"<ListBucketResult" + ns + ">":                             "accepted",
		"\ufeff<?xml version='1.0'?>\n <ListBucketResult>":         "accepted",
		"<?xml version='1.0'?>\n\n<ListBucketResult></x>":          "accepted",
		"<Error" + ns + ">\n <Code> SignatureDoesNotMatch </Code>": "FLTS-A03",
		"<Errors><Code>AccessDenied</Code></Errors>":               "not S3",
		"<Error><Code>AccessDenied":                                "not S3",
		"<Error":                                                   "not S3",
		"<html><Error><Code>AccessDenied</Code></Error>":           "not S3",
		"<Error><Message>&lt;Code></Message><Code>Odd1</Code></E>": "not S3",
		"<Error><Code>InvalidAccessKeyId</Code><Code>X</Code></E>": "FLTS-A01",
	} {
		s := serve(t, map[string]route{"GET /minio/health/live": live(), "*": {status: 200, body: body}})
		_, results := judge(t, minio(s.URL).Checks(endpoints.Env{}))
		got := results["minio.sign"].Code
		switch got {
		case "":
			got = "accepted"
		case "FLTS-H15":
			got = "not S3"
		}
		require.Equal(t, want, got, body)
	}
}
