package fakes3_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/flts-run/flts-run/internal/fakes3"
	"github.com/flts-run/flts-run/internal/fakes3/sign"
	"github.com/stretchr/testify/require"
)

// answer is what a client can tell causes apart by.
type answer struct {
	Status int
	Code   string
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	return r
}

func do(t *testing.T, r *http.Request) answer {
	t.Helper()
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.Equal(t, "MinIO", got.Header.Get("Server"))
	require.NotEmpty(t, got.Header.Get("X-Amz-Request-Id"))
	if r.Method == http.MethodHead {
		return answer{got.StatusCode, got.Header.Get("X-Minio-Error-Code")}
	}
	if got.StatusCode < 300 {
		return answer{got.StatusCode, ""}
	}
	var fault struct{ Code string }
	require.NoError(t, xml.Unmarshal(body, &fault), "%s", body)
	return answer{got.StatusCode, fault.Code}
}

func TestRefusals(t *testing.T) {
	options := rootOptions()
	options.Buckets = []string{"data", "closed", "outbox"}
	options.Users = []fakes3.User{
		{AccessKey: "reader", SecretKey: "reader-secret", Allow: map[string]string{"data": "r", "absent": "r", "outbox": "w"}},
		{AccessKey: "nobody", SecretKey: "nobody-secret", Allow: map[string]string{}},
	}
	s := start(t, options)
	require.NoError(t, s.Put(t.Context(), "data", "k", []byte("hello")))

	root := sign.By{AccessKey: "root-key", SecretKey: "root-secret"}
	reader := sign.By{AccessKey: "reader", SecretKey: "reader-secret"}
	tests := []struct {
		name         string
		method, path string
		body         string
		signed       *sign.By
		want         answer
	}{
		{"list", "GET", "/data?list-type=2&max-keys=1&prefix=a%2Fb", "", &root, answer{200, ""}},
		{"unknown key", "GET", "/data", "", &sign.By{AccessKey: "nokey", SecretKey: "root-secret"}, answer{403, "InvalidAccessKeyId"}},
		{"wrong secret", "GET", "/data", "", &sign.By{AccessKey: "root-key", SecretKey: "x"}, answer{403, "SignatureDoesNotMatch"}},
		{"secret of another user", "GET", "/data", "", &sign.By{AccessKey: "root-key", SecretKey: "reader-secret"}, answer{403, "SignatureDoesNotMatch"}},
		{"secret with newline", "GET", "/data", "", &sign.By{AccessKey: "root-key", SecretKey: "root-secret\n"}, answer{403, "SignatureDoesNotMatch"}},
		{"session token beside a static key", "GET", "/data", "", &sign.By{AccessKey: "root-key", SecretKey: "root-secret", SessionToken: "old"}, answer{403, "InvalidTokenId"}},
		{"14 minutes late", "GET", "/data", "", &sign.By{AccessKey: "root-key", SecretKey: "root-secret", ClockAhead: -14 * time.Minute}, answer{200, ""}},
		{"20 minutes late", "GET", "/data", "", &sign.By{AccessKey: "root-key", SecretKey: "root-secret", ClockAhead: -20 * time.Minute}, answer{403, "RequestTimeTooSkewed"}},
		{"20 minutes early", "GET", "/data", "", &sign.By{AccessKey: "root-key", SecretKey: "root-secret", ClockAhead: 20 * time.Minute}, answer{403, "RequestTimeTooSkewed"}},
		{"unsigned", "GET", "/data/k", "", nil, answer{403, "AccessDenied"}},
		{"unsigned head", "HEAD", "/data/k", "", nil, answer{403, "AccessDenied"}},
		{"body that was not signed", "PUT", "/data/new", "forged", &root, answer{400, "XAmzContentSHA256Mismatch"}},
		{"missing bucket", "GET", "/nosuch", "", &root, answer{404, "NoSuchBucket"}},
		{"missing bucket, head", "HEAD", "/nosuch", "", &root, answer{404, "NoSuchBucket"}},
		{"missing object, head", "HEAD", "/data/nosuch", "", &root, answer{404, "NoSuchKey"}},
		{"reader reads", "GET", "/data/k", "", &reader, answer{200, ""}},
		{"reader may not write", "PUT", "/data/k", "", &reader, answer{403, "AccessDenied"}},
		{"reader may not delete", "DELETE", "/data/k", "", &reader, answer{403, "AccessDenied"}},
		{"writer may not list", "GET", "/outbox", "", &reader, answer{403, "AccessDenied"}},
		{"writer writes", "PUT", "/outbox/new", "", &reader, answer{200, ""}},
		{"closed bucket", "GET", "/closed", "", &reader, answer{403, "AccessDenied"}},
		{"missing bucket that may be listed", "GET", "/absent", "", &reader, answer{404, "NoSuchBucket"}},
		{"missing bucket that may not", "GET", "/nosuch", "", &reader, answer{403, "AccessDenied"}},
		{"a user without rights", "GET", "/", "", &sign.By{AccessKey: "nobody", SecretKey: "nobody-secret"}, answer{403, "AccessDenied"}},
		{"live", "GET", "/minio/health/live", "", nil, answer{200, ""}},
		{"live by post", "POST", "/minio/health/live", "", nil, answer{400, "BadRequest"}},
		{"no such health path", "GET", "/minio/health/nope", "", nil, answer{403, "AccessDenied"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, tt.method, s.URL()+tt.path, tt.body)
			if tt.signed != nil {
				tt.signed.Request(r, "")
			}
			require.Equal(t, tt.want, do(t, r))
		})
	}
	keys, err := s.Keys(t.Context(), "data")
	require.NoError(t, err)
	require.Equal(t, []string{"k"}, keys)
}

func TestOtherSchemesAreNamed(t *testing.T) {
	s := start(t, rootOptions())
	for _, scheme := range []string{"AWS root-key:sig", "Bearer abc", "Basic cm9vdDpyb290"} {
		r := request(t, http.MethodGet, s.URL()+"/data", "")
		r.Header.Set("Authorization", scheme)
		require.Equal(t, answer{400, "InvalidRequest"}, do(t, r), scheme)
	}
}

func TestBucketListShowsWhatTheUserMaySee(t *testing.T) {
	s := start(t, fakes3.Options{
		Buckets: []string{"one", "three", "two"},
		Users: []fakes3.User{
			{AccessKey: "all", SecretKey: "all-secret"},
			{AccessKey: "some", SecretKey: "some-secret", Allow: map[string]string{"two": "rw", "absent": "r"}},
		},
	})
	seen := map[string][]string{}
	for _, user := range []string{"all", "some"} {
		list, err := client(t, s, user, user+"-secret").ListBuckets(t.Context())
		require.NoError(t, err)
		for _, bucket := range list {
			seen[user] = append(seen[user], bucket.Name)
		}
	}
	require.Equal(t, map[string][]string{"all": {"one", "three", "two"}, "some": {"two"}}, seen)
}

func TestClockOfTheServer(t *testing.T) {
	options := rootOptions()
	options.ClockAhead = 20 * time.Minute
	s := start(t, options)
	r := request(t, http.MethodGet, s.URL()+"/data", "")
	sign.By{AccessKey: "root-key", SecretKey: "root-secret"}.Request(r, "")
	require.Equal(t, answer{403, "RequestTimeTooSkewed"}, do(t, r))

	live, err := http.DefaultClient.Do(request(t, http.MethodGet, s.URL()+"/minio/health/live", ""))
	require.NoError(t, err)
	require.NoError(t, live.Body.Close())
	shown, err := http.ParseTime(live.Header.Get("Date"))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(20*time.Minute), shown, time.Minute)
}

func TestRequestsAreCounted(t *testing.T) {
	s := start(t, rootOptions())
	do(t, request(t, http.MethodGet, s.URL()+"/minio/health/live", ""))
	r := request(t, http.MethodHead, s.URL()+"/data/k?versionId=1", "")
	sign.By{AccessKey: "stranger", SecretKey: "x"}.Request(r, "")
	do(t, r)
	require.Equal(t, []fakes3.Request{
		{Method: "GET", Path: "/minio/health/live"},
		{Method: "HEAD", Path: "/data/k", AccessKeyID: "stranger"},
	}, s.Requests())
}

func TestTLS(t *testing.T) {
	lender := httptest.NewTLSServer(nil)
	defer lender.Close()
	options := rootOptions()
	options.TLS = &tls.Config{Certificates: lender.TLS.Certificates}
	s := start(t, options)
	pool := x509.NewCertPool()
	pool.AddCert(lender.Certificate())
	trusting := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer trusting.CloseIdleConnections()

	got, err := trusting.Do(request(t, http.MethodGet, s.URL()+"/minio/health/live", ""))
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	require.Equal(t, 200, got.StatusCode)
	require.Equal(t, "https://"+s.Endpoint(), s.URL())
}

func TestStartRefusesWhatVerifiesNothing(t *testing.T) {
	user := fakes3.User{AccessKey: "abc", SecretKey: "s"}
	for name, options := range map[string]fakes3.Options{
		"nobody":    {},
		"no secret": {AccessKey: "abc"},
		"short key": {Users: []fakes3.User{{AccessKey: "ab", SecretKey: "s"}}},
		"twice":     {Users: []fakes3.User{user, user}},
		"buckets":   {Users: []fakes3.User{user}, Buckets: []string{"data", "data"}},
		"bad name":  {Users: []fakes3.User{user}, Buckets: []string{"Bad Name"}},
	} {
		_, err := fakes3.Start(options)
		require.Error(t, err, name)
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	s, err := fakes3.Start(rootOptions())
	require.NoError(t, err)
	own := &http.Client{Transport: &http.Transport{}}
	got, err := own.Do(request(t, http.MethodGet, s.URL()+"/minio/health/live", ""))
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	// The connection is kept, so that Close has one to end.
	require.Equal(t, []string{"(*Server).Serve(", "(*conn).serve("}, servingGoroutines())

	s.Close()
	require.Eventually(t, func() bool { return servingGoroutines() == nil }, 5*time.Second, 5*time.Millisecond)
	_, err = own.Do(request(t, http.MethodGet, s.URL()+"/", ""))
	require.ErrorContains(t, err, "connection refused")
}

// servingGoroutines names what runs on behalf of any server of this process.
func servingGoroutines() []string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var found []string
	for _, frame := range []string{"(*Server).Serve(", "(*conn).serve("} {
		if bytes.Contains(stacks, []byte("net/http."+frame)) {
			found = append(found, frame)
		}
	}
	return found
}
