package endpoints_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// written is a target whose bucket the task writes to.
func written(endpoint, prefix string) endpoints.S3 {
	target := minio(endpoint, "dataset")
	target.Buckets[0].Mode, target.Buckets[0].Prefix = "rw", prefix
	return target
}

func TestWriteProbe(t *testing.T) {
	t.Parallel()
	readOnly := []fakes3.User{{AccessKey: keyID, SecretKey: secretKey, Allow: map[string]string{"dataset": "r"}}}
	below := []fakes3.User{{AccessKey: keyID, SecretKey: secretKey, Prefix: "team/"}}
	for name, c := range map[string]struct {
		server fakes3.Options
		prefix string
		task   map[string]string
		want   says
		puts   int
	}{
		"allowed":                {want: says{"minio.write.dataset", checklist.Pass, "", "bucket dataset can be written, nothing was stored"}, puts: 1},
		"allowed below a prefix": {server: fakes3.Options{Users: below}, prefix: "team/a b+c", want: says{"minio.write.dataset/team/a b+c", checklist.Pass, "", "bucket dataset/team/a b+c can be written, nothing was stored"}, puts: 1},
		"denied":                 {server: fakes3.Options{Users: readOnly}, want: says{"minio.write.dataset", checklist.Fail, "FLTS-X04", "credentials accepted, bucket dataset may not be written"}, puts: 1},
		"full":                   {server: fakes3.Options{Faults: fakes3.Faults{Full: true}}, want: says{"minio.write.dataset", checklist.Fail, "FLTS-X11", "the server has no space left"}, puts: 1},
		"over quota":             {server: fakes3.Options{Faults: fakes3.Faults{OverQuota: true}}, want: says{"minio.write.dataset", checklist.Fail, "FLTS-X11", "the quota of bucket dataset is used up"}, puts: 1},
		"no checksums": {
			server: fakes3.Options{Faults: fakes3.Faults{NoChecksums: true}}, puts: 2,
			want: says{"minio.write.dataset", checklist.Warn, "FLTS-X05", "the server refuses the checksums that boto3 sends since 1.36"},
		},
		"no checksums, none sent": {
			server: fakes3.Options{Faults: fakes3.Faults{NoChecksums: true}}, puts: 1,
			task: map[string]string{"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"},
			want: says{"minio.write.dataset", checklist.Pass, "", "bucket dataset can be written, nothing was stored"},
		},
		"large bodies get lost": {
			server: fakes3.Options{Faults: fakes3.Faults{LargestBody: 1400}}, puts: 2,
			want: says{"minio.write.dataset", checklist.Warn, "FLTS-T08", "an upload of 64 KiB gets no answer, one of a byte does"},
		},
		"large bodies get lost, small ones are stored": {
			server: fakes3.Options{Faults: fakes3.Faults{LargestBody: 1400, IgnoreMD5: true}}, puts: 2,
			want: says{"minio.write.dataset", checklist.Warn, "FLTS-X14", "bucket dataset can be written; the server ignores Content-MD5 and stored the probe, which was removed"},
		},
		"stored all the same": {
			server: fakes3.Options{Faults: fakes3.Faults{IgnoreMD5: true}}, puts: 1,
			want: says{"minio.write.dataset", checklist.Warn, "FLTS-X14", "bucket dataset can be written; the server ignores Content-MD5 and stored the probe, which was removed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.server.Buckets = []string{"dataset"}
			if c.server.Users != nil {
				c.server.AccessKey, c.server.SecretKey = "root", "rootroot"
			}
			s := fakeS3(t, c.server)
			env := endpoints.Env{WriteProbe: true, Thorough: true, Limits: endpoints.Limits{Request: 500 * time.Millisecond}}
			if c.task != nil {
				env.Task = map[string]string{"AWS_ENDPOINT_URL_S3": s.URL(), "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secretKey}
				for k, v := range c.task {
					env.Task[k] = v
				}
			}
			said, _ := judge(t, written(s.Endpoint(), c.prefix).Checks(env))
			require.Equal(t, c.want, said[len(said)-1])
			puts := 0
			for _, r := range s.Requests() {
				if r.Method == http.MethodPut {
					puts++
				}
			}
			require.Equal(t, c.puts, puts)
			left, err := s.Keys(t.Context(), "dataset")
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

// What was stored and cannot be removed is said, with the command that does.
func TestAProbeThatStays(t *testing.T) {
	s := serve(t, map[string]route{
		"GET /minio/health/live": live(), "GET /dataset": {status: 200, body: list},
		"*": {status: 200, header: map[string]string{"X-Amz-Version-Id": "v/1"}},
	})
	target := written(hostPort(t, s.URL), "")
	r := root(t, target.Checks(endpoints.Env{WriteProbe: true}))
	require.Equal(t, "bucket dataset can be written; the server ignores Content-MD5 and stored the probe, which was removed", r.Detail)
	deleted := s.seen[len(s.seen)-1]
	require.Equal(t, []string{http.MethodDelete, "versionId=v%2F1"}, []string{deleted.Method, deleted.URL.RawQuery}, "the version, or a marker would be left")

	keeps := serve(t, map[string]route{"GET /minio/health/live": live(), "GET /dataset": {status: 200, body: list}, "*": {status: 200}})
	keeps.refuse = http.MethodDelete
	r = root(t, written(hostPort(t, keeps.URL), "").Checks(endpoints.Env{WriteProbe: true}))
	require.Equal(t, "FLTS-X14", r.Code)
	require.Equal(t, "bucket dataset can be written; the server ignores Content-MD5 and stored the probe, which could not be removed", r.Detail)
	require.Regexp(t, `^mc rm --versions ALIAS/dataset/flts-run-[a-z2-7]{12}$`, r.Hint)
}

// Without being asked to, nothing is tried.
func TestNoWriteProbeUnasked(t *testing.T) {
	s := fakeS3(t, fakes3.Options{Buckets: []string{"dataset"}})
	judge(t, written(s.Endpoint(), "").Checks(endpoints.Env{Thorough: true}))
	reader := minio(s.Endpoint(), "dataset")
	judge(t, reader.Checks(endpoints.Env{WriteProbe: true}))
	for _, r := range s.Requests() {
		require.Equal(t, http.MethodGet, r.Method, "a refused HEAD says nothing, so there is none either")
	}
}

func TestAPrefixIsWhatIsListedAndRead(t *testing.T) {
	s := serve(t, map[string]route{"GET /minio/health/live": live(), "GET /dataset": {status: 403, body: denied}, "*": {status: 404, body: noKey}})
	target := written(hostPort(t, s.URL), "team/a b")
	r := root(t, target.Checks(endpoints.Env{}))
	require.Equal(t, finding{
		ID: "minio.bucket.dataset/team/a b", Code: "FLTS-A04", Detail: "credentials accepted, objects of bucket dataset/team/a b can be read, not listed",
		Hint: "if the task lists it, allow s3:ListBucket: mc admin policy attach ALIAS POLICY --user ACCESS_KEY",
	}, found(r))
	asked := s.requests()
	require.Equal(t, "GET /dataset?list-type=2&max-keys=1&prefix=team%2Fa%20b", asked[1])
	require.True(t, strings.HasPrefix(asked[2], "GET /dataset/team/a%20b/flts-run-"), asked[2])
}

// A start of a task must not cost the servers more than this.
func TestAtMostThreeRequestsBeforeATask(t *testing.T) {
	region := fakes3.Options{Buckets: []string{"dataset"}, Region: "eu-central-1"}
	for name, c := range map[string]struct {
		server  fakes3.Options
		buckets []string
		key     string
		most    int
	}{
		"healthy":      {fakes3.Options{Buckets: []string{"dataset"}}, []string{"dataset"}, secretKey, 2},
		"two buckets":  {fakes3.Options{Buckets: []string{"dataset", "out"}}, []string{"dataset", "out"}, secretKey, 3},
		"other region": {region, []string{"dataset"}, secretKey, 3},
		"wrong key":    {fakes3.Options{Buckets: []string{"dataset"}}, []string{"dataset"}, "d3JvbmcgbG9uZyBzZWNyZXQ=", 2},
		"no bucket":    {fakes3.Options{}, []string{"dataset"}, secretKey, 2},
		"denied":       {fakes3.Options{Users: []fakes3.User{{AccessKey: keyID, SecretKey: secretKey, Allow: map[string]string{}}}, AccessKey: "root", SecretKey: "rootroot"}, []string{"dataset"}, secretKey, 3},
	} {
		s := fakeS3(t, c.server)
		target := minio(s.Endpoint(), c.buckets...)
		target.SecretKey = hidden("MINIO_SECRET_KEY", c.key)
		judge(t, target.Checks(endpoints.Env{}))
		require.Len(t, s.Requests(), c.most, name)
	}
	s := serve(t, map[string]route{"*": {status: 404}})
	judge(t, minio(hostPort(t, s.URL), "dataset").Checks(endpoints.Env{}))
	require.Len(t, s.requests(), 3, "a server that nobody knows")
}
