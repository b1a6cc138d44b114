package teststack_test

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/flts-run/flts-run/internal/fakes3"
	"github.com/flts-run/flts-run/internal/fakes3/sign"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/stretchr/testify/require"
)

// answer is what a client can tell causes apart by: the status, the S3 code (of
// the body, or of the header where a HEAD has no body), and the product.
type answer struct {
	Status int
	Code   string
	Server string
	HasID  bool // X-Amz-Request-Id
}

// exchange is one request, sent to both servers.
type exchange struct {
	name         string
	method, path string
	body         string
	header       http.Header
	by           string // a user of accounts; empty is unsigned
	wrong        func(*sign.By)
	signedBody   string // where it is not the body
	want         answer
	// fake is the stand-in's answer where it is accepted that it differs.
	fake *difference
}

type difference struct {
	answer
	reason string
}

var allowed = map[string]map[string]string{
	"reader": {"data": "r", "absent": "r", "outbox": "w"},
	"nobody": {},
	"leaver": {"data": "r"},
}

// disabled is the user who was switched off.
const disabled = "leaver"

func code(status int, code string) answer { return answer{status, code, "MinIO", true} }

func exchanges() []exchange {
	secret := func(s string) func(*sign.By) { return func(b *sign.By) { b.SecretKey = s } }
	clock := func(d time.Duration) func(*sign.By) { return func(b *sign.By) { b.ClockAhead = d } }
	badMD5 := http.Header{"Content-Md5": {"AAAAAAAAAAAAAAAAAAAAAA=="}}
	with := func(name, value string) http.Header { return http.Header{name: {value}} }
	return []exchange{
		{name: "live", method: "GET", path: "/minio/health/live", want: code(200, "")},
		{name: "live, head", method: "HEAD", path: "/minio/health/live", want: code(200, "")},
		{name: "ready", method: "GET", path: "/minio/health/ready", want: code(200, "")},
		{
			name: "live by post", method: "POST", path: "/minio/health/live", want: answer{400, "BadRequest", "MinIO", false},
			fake: &difference{code(400, "BadRequest"), "the stand-in numbers every request"},
		},
		{name: "no such health path", method: "GET", path: "/minio/health/nope", want: code(403, "AccessDenied")},
		{
			name: "live below a prefix", method: "GET", path: "/s3/minio/health/live", want: code(400, "InvalidBucketName"),
			fake: &difference{code(403, "AccessDenied"), "the stand-in asks for the signature before it looks at the name"},
		},

		{name: "unsigned list", method: "GET", path: "/data", want: code(403, "AccessDenied")},
		{name: "unsigned get", method: "GET", path: "/data/k", want: code(403, "AccessDenied")},
		{name: "unsigned get of what is not there", method: "GET", path: "/healthz", want: code(403, "AccessDenied")},
		{name: "unsigned head", method: "HEAD", path: "/data/k", want: code(403, "AccessDenied")},
		{name: "unsigned put", method: "PUT", path: "/data/new", body: "x", want: code(403, "AccessDenied")},
		{
			name: "signature version 2", method: "GET", path: "/data", header: http.Header{"Authorization": {"AWS key:c2ln"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}, want: code(403, "InvalidAccessKeyId"),
			fake: &difference{code(400, "InvalidRequest"), "the stand-in knows version 4 only, as AWS does"},
		},
		{name: "basic authentication", method: "GET", path: "/data", header: with("Authorization", "Basic a2V5OnNlY3JldA=="), want: code(400, "InvalidRequest")},

		{name: "unknown key", method: "GET", path: "/data", by: "root", wrong: func(b *sign.By) { b.AccessKey = "stranger" }, want: code(403, "InvalidAccessKeyId")},
		{name: "unknown key, head", method: "HEAD", path: "/data", by: "root", wrong: func(b *sign.By) { b.AccessKey = "stranger" }, want: code(403, "InvalidAccessKeyId")},
		{name: "wrong secret", method: "GET", path: "/data", by: "root", wrong: secret("wrong-secret"), want: code(403, "SignatureDoesNotMatch")},
		{name: "secret with newline", method: "GET", path: "/data", by: "root", wrong: func(b *sign.By) { b.SecretKey += "\n" }, want: code(403, "SignatureDoesNotMatch")},
		{name: "secret of another user", method: "GET", path: "/data", by: "reader", wrong: secret("nobody-secret"), want: code(403, "SignatureDoesNotMatch")},
		{name: "session token beside a static key", method: "GET", path: "/data", by: "root", wrong: func(b *sign.By) { b.SessionToken = "stale" }, want: code(403, "InvalidTokenId")},
		{name: "stale token and wrong secret", method: "GET", path: "/data", by: "root", wrong: func(b *sign.By) { b.SessionToken, b.SecretKey = "stale", "wrong-secret" }, want: code(403, "InvalidTokenId")},
		{name: "clock 14 minutes late", method: "GET", path: "/data", by: "root", wrong: clock(-14 * time.Minute), want: code(200, "")},
		{name: "clock 20 minutes late", method: "GET", path: "/data", by: "root", wrong: clock(-20 * time.Minute), want: code(403, "RequestTimeTooSkewed")},
		{name: "clock 20 minutes ahead", method: "GET", path: "/data", by: "root", wrong: clock(20 * time.Minute), want: code(403, "RequestTimeTooSkewed")},
		{name: "clock off and wrong secret", method: "GET", path: "/data", by: "root", wrong: func(b *sign.By) { b.ClockAhead, b.SecretKey = 20*time.Minute, "wrong" }, want: code(403, "RequestTimeTooSkewed")},
		{name: "clock off and unknown key", method: "GET", path: "/data", by: "root", wrong: func(b *sign.By) { b.ClockAhead, b.AccessKey = 20*time.Minute, "stranger" }, want: code(403, "RequestTimeTooSkewed")},

		{name: "list buckets", method: "GET", path: "/", by: "root", want: code(200, "")},
		{name: "list", method: "GET", path: "/data?list-type=2&max-keys=1&prefix=a%2Fb%20c", by: "root", want: code(200, "")},
		{name: "bucket, head", method: "HEAD", path: "/data", by: "root", want: code(200, "")},
		{name: "missing bucket", method: "GET", path: "/absent", by: "root", want: code(404, "NoSuchBucket")},
		{name: "missing bucket, head", method: "HEAD", path: "/absent", by: "root", want: code(404, "NoSuchBucket")},
		{name: "missing bucket, get", method: "GET", path: "/absent/k", by: "root", want: code(404, "NoSuchBucket")},
		{name: "missing bucket, put", method: "PUT", path: "/absent/k", body: "x", by: "root", want: code(404, "NoSuchBucket")},
		{
			name: "bad bucket name", method: "GET", path: "/Bad_Name", by: "root", want: code(400, "InvalidBucketName"),
			fake: &difference{code(404, "NoSuchBucket"), "the stand-in looks a name up and does not judge it"},
		},

		{name: "get", method: "GET", path: "/data/k", by: "root", want: code(200, "")},
		{name: "head", method: "HEAD", path: "/data/k", by: "root", want: code(200, "")},
		{name: "missing object", method: "GET", path: "/data/none", by: "root", want: code(404, "NoSuchKey")},
		{name: "missing object, head", method: "HEAD", path: "/data/none", by: "root", want: code(404, "NoSuchKey")},
		{name: "put", method: "PUT", path: "/data/dir/new%20one", body: "x", by: "root", want: code(200, "")},
		{name: "get what was put", method: "GET", path: "/data/dir/new%20one", by: "root", want: code(200, "")},
		{name: "delete", method: "DELETE", path: "/data/dir/new%20one", by: "root", want: code(204, "")},
		{name: "put that leaves nothing", method: "PUT", path: "/data/probe", body: "x", header: badMD5, by: "root", want: code(400, "BadDigest")},
		{name: "and left nothing", method: "HEAD", path: "/data/probe", by: "root", want: code(404, "NoSuchKey")},
		{name: "put of another body", method: "PUT", path: "/data/probe", body: "x", signedBody: "y", by: "root", want: code(400, "XAmzContentSHA256Mismatch")},
		{name: "put of another body, missing bucket", method: "PUT", path: "/absent/k", body: "x", signedBody: "y", by: "root", want: code(404, "NoSuchBucket")},
		{name: "put if it matches, missing object", method: "PUT", path: "/data/none", body: "x", header: with("If-Match", `"bogus"`), by: "root", want: code(404, "NoSuchKey")},
		{name: "get with a wrong hash", method: "GET", path: "/data/k", signedBody: "y", by: "root", want: code(200, "")},
		{name: "put over, if absent", method: "PUT", path: "/data/k", body: "x", header: with("If-None-Match", "*"), by: "root", want: code(412, "PreconditionFailed")},

		{name: "reader lists", method: "GET", path: "/data", by: "reader", want: code(200, "")},
		{name: "reader gets", method: "GET", path: "/data/k", by: "reader", want: code(200, "")},
		{name: "reader misses", method: "GET", path: "/data/none", by: "reader", want: code(404, "NoSuchKey")},
		{name: "reader puts", method: "PUT", path: "/data/k", body: "x", by: "reader", want: code(403, "AccessDenied")},
		{name: "reader puts what leaves nothing", method: "PUT", path: "/data/probe", body: "x", header: badMD5, by: "reader", want: code(403, "AccessDenied")},
		{name: "reader puts another body", method: "PUT", path: "/data/k", body: "x", signedBody: "y", by: "reader", want: code(403, "AccessDenied")},
		{name: "reader deletes", method: "DELETE", path: "/data/k", by: "reader", want: code(403, "AccessDenied")},
		{name: "reader makes a bucket", method: "PUT", path: "/fresh", by: "reader", want: code(403, "AccessDenied")},
		{name: "closed bucket", method: "GET", path: "/closed", by: "reader", want: code(403, "AccessDenied")},
		{name: "closed bucket, head", method: "HEAD", path: "/closed", by: "reader", want: code(403, "AccessDenied")},
		{name: "closed object", method: "GET", path: "/closed/k", by: "reader", want: code(403, "AccessDenied")},
		{name: "missing bucket that may be listed", method: "GET", path: "/absent", by: "reader", want: code(404, "NoSuchBucket")},
		{name: "missing bucket that may not", method: "GET", path: "/other", by: "reader", want: code(403, "AccessDenied")},
		{name: "writer puts", method: "PUT", path: "/outbox/new", body: "x", by: "reader", want: code(200, "")},
		{name: "writer lists", method: "GET", path: "/outbox", by: "reader", want: code(403, "AccessDenied")},
		{name: "reader lists buckets", method: "GET", path: "/", by: "reader", want: code(200, "")},
		{name: "nobody lists buckets", method: "GET", path: "/", by: "nobody", want: code(403, "AccessDenied")},
		{name: "disabled user", method: "GET", path: "/data", by: disabled, want: code(403, "InvalidAccessKeyId")},
		{name: "disabled user, wrong secret", method: "GET", path: "/data", by: disabled, wrong: secret("wrong-secret"), want: code(403, "InvalidAccessKeyId")},
		{name: "nobody gets", method: "GET", path: "/data/k", by: "nobody", want: code(403, "AccessDenied")},
	}
}

// side is one of the two servers with its users.
type side struct {
	url      string
	accounts map[string]sign.By
}

func TestFakeAnswersAsMinIODoes(t *testing.T) {
	ctx, buckets := t.Context(), []string{"closed", "data", "outbox"}
	users := map[string]sign.By{
		"reader": {AccessKey: "reader", SecretKey: "reader-secret"},
		"nobody": {AccessKey: "nobody", SecretKey: "nobody-secret"},
		disabled: {AccessKey: "leaver", SecretKey: "leaver-secret"},
	}
	minio, fake := realSide(ctx, t, buckets, users), fakeSide(ctx, t, buckets, users)
	for _, e := range exchanges() {
		t.Run(e.name, func(t *testing.T) {
			require.Equal(t, e.want, minio.send(t, e), "MinIO")
			want := e.want
			if e.fake != nil {
				require.NotEqual(t, e.want, e.fake.answer, "no longer a difference: %s", e.fake.reason)
				want = e.fake.answer
			}
			require.Equal(t, want, fake.send(t, e), "fakes3")
		})
	}
}

func realSide(ctx context.Context, t *testing.T, buckets []string, users map[string]sign.By) side {
	t.Helper()
	m := startMinIO(t)
	accounts := map[string]sign.By{"root": {AccessKey: m.AccessKey(), SecretKey: m.SecretKey()}}
	for _, bucket := range buckets {
		require.NoError(t, m.MakeBucket(ctx, bucket))
	}
	require.NoError(t, m.Put(ctx, "data", "k", []byte("hello")))
	for name, user := range users {
		policy, err := teststack.Policy(allowed[name])
		require.NoError(t, err)
		require.NoError(t, m.AddUser(ctx, user.AccessKey, user.SecretKey, policy))
		accounts[name] = user
	}
	require.NoError(t, m.DisableUser(ctx, users[disabled].AccessKey))
	return side{m.URL(), accounts}
}

func fakeSide(ctx context.Context, t *testing.T, buckets []string, users map[string]sign.By) side {
	t.Helper()
	options := fakes3.Options{AccessKey: "root-key", SecretKey: "root-secret", Buckets: buckets}
	accounts := map[string]sign.By{"root": {AccessKey: "root-key", SecretKey: "root-secret"}}
	for name, user := range users {
		options.Users = append(options.Users, fakes3.User{AccessKey: user.AccessKey, SecretKey: user.SecretKey, Allow: allowed[name], Disabled: name == disabled})
		accounts[name] = user
	}
	s, err := fakes3.Start(options)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.NoError(t, s.Put(ctx, "data", "k", []byte("hello")))
	return side{s.URL(), accounts}
}

func (s side) send(t *testing.T, e exchange) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), e.method, s.url+e.path, strings.NewReader(e.body))
	require.NoError(t, err)
	if e.by != "" {
		by := s.accounts[e.by]
		if e.wrong != nil {
			e.wrong(&by)
		}
		signed := e.body
		if e.signedBody != "" {
			signed = e.signedBody
		}
		by.Request(r, signed)
	}
	for name, values := range e.header {
		r.Header[name] = values
	}
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	fault := struct{ Code string }{got.Header.Get("X-Minio-Error-Code")}
	if got.StatusCode >= 300 && e.method != http.MethodHead {
		require.NoError(t, xml.Unmarshal(body, &fault), "%s", body)
	}
	return answer{got.StatusCode, fault.Code, got.Header.Get("Server"), got.Header.Get("X-Amz-Request-Id") != ""}
}

// Both name their region, whatever else is wrong but the clock. The list of
// buckets belongs to no region.
func TestFakeHasARegionAsMinIODoes(t *testing.T) {
	m, err := teststack.MinIOWith(t.Context(), t.TempDir(), teststack.Options{Region: "eu-central-1"})
	require.NoError(t, err)
	t.Cleanup(m.Close)
	require.NoError(t, m.MakeBucket(t.Context(), "data"))
	s, err := fakes3.Start(fakes3.Options{AccessKey: m.AccessKey(), SecretKey: m.SecretKey(), Region: "eu-central-1", Buckets: []string{"data"}})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	root := map[string]sign.By{"root": {AccessKey: m.AccessKey(), SecretKey: m.SecretKey()}}
	for _, e := range []exchange{
		{name: "list of buckets", path: "/", by: "root", want: code(200, "")},
		{name: "other region", by: "root", want: code(400, "AuthorizationHeaderMalformed")},
		{name: "its own", by: "root", wrong: func(b *sign.By) { b.Region = "eu-central-1" }, want: code(200, "")},
		{name: "other region and unknown key", by: "root", wrong: func(b *sign.By) { b.AccessKey = "stranger" }, want: code(400, "AuthorizationHeaderMalformed")},
		{name: "other region and wrong secret", by: "root", wrong: func(b *sign.By) { b.SecretKey = "wrong" }, want: code(400, "AuthorizationHeaderMalformed")},
		{name: "other region and clock off", by: "root", wrong: func(b *sign.By) { b.ClockAhead = 20 * time.Minute }, want: code(403, "RequestTimeTooSkewed")},
	} {
		if e.method = "GET"; e.path == "" {
			e.path = "/data"
		}
		t.Run(e.name, func(t *testing.T) {
			require.Equal(t, e.want, side{m.URL(), root}.send(t, e), "MinIO")
			require.Equal(t, e.want, side{s.URL(), root}.send(t, e), "fakes3")
		})
	}
}
