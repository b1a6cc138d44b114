package endtoend_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/internal/tlskit"
)

// verdict is what a test expects of one check.
type verdict struct {
	id     string
	state  checklist.State
	code   string
	detail string
}

// store is a target on the server, signed by somebody.
func store(m *teststack.Server, by user, buckets ...endpoints.Bucket) endpoints.S3 {
	return endpoints.S3{
		Endpoint:  endpoints.Setting{Key: "MINIO_ENDPOINT", Value: secret.Open(m.URL())},
		AccessKey: endpoints.Setting{Key: "MINIO_ACCESS_KEY", Value: secret.New(by.accessKey)},
		SecretKey: endpoints.Setting{Key: "MINIO_SECRET_KEY", Value: secret.New(by.secretKey)},
		PathStyle: true, Buckets: buckets,
	}
}

// see returns what the checks found from a rung on.
func see(t *testing.T, s endpoints.S3, env endpoints.Env, from checklist.Rung) []verdict {
	t.Helper()
	var seen []verdict
	for _, r := range (checklist.Runner{}).Run(t.Context(), s.Checks(env)).Results {
		if r.Rung >= from {
			seen = append(seen, verdict{r.ID, r.State, r.Code, r.Detail})
		}
	}
	return seen
}

func bucket(name, prefix, mode string) endpoints.Bucket {
	return endpoints.Bucket{Name: name, Prefix: prefix, Mode: mode, Needed: true}
}

// What users of the real server may and may not do.
func TestUsersOfRealMinIO(t *testing.T) {
	ctx := t.Context()
	m, err := teststack.MinIO(ctx, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(m.Close)
	for _, name := range []string{"data", "versions"} {
		require.NoError(t, m.MakeBucket(ctx, name))
	}
	require.NoError(t, m.KeepVersions(ctx, "versions"))
	add := func(name, policy string) user {
		u := user{name, "secret-of-" + name}
		require.NoError(t, m.AddUser(ctx, u.accessKey, u.secretKey, policy))
		return u
	}
	writer := add("writer", allow(t, map[string]string{"data": "rw", "versions": "w"}))
	reader := add("reader", allow(t, map[string]string{"data": "r"}))
	below := add("below", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::data"], "Condition": {"StringLike": {"s3:prefix": ["team/*"]}}},
		{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::data/team/*"]}]}`)
	disabled := add("disabled", "")
	require.NoError(t, m.DisableUser(ctx, disabled.accessKey))

	probe := endpoints.Env{WriteProbe: true, Thorough: true}
	host := m.Endpoint()
	accepted := verdict{"minio.sign", checklist.Pass, "", "credentials accepted"}
	for name, c := range map[string]struct {
		target endpoints.S3
		env    endpoints.Env
		want   []verdict
	}{
		"disabled": {store(m, disabled), endpoints.Env{}, []verdict{{"minio.sign", checklist.Fail, "FLTS-A01", host + " knows the access key, and the account is disabled"}}},
		"the writer's probes": {store(m, writer, bucket("data", "", "rw"), bucket("versions", "", "w")), probe, []verdict{
			accepted,
			{"minio.bucket.data", checklist.Pass, "", "bucket data listed"},
			{"minio.write.data", checklist.Pass, "", "bucket data can be written, nothing was stored"},
			{"minio.bucket.versions", checklist.Pass, "", "bucket versions cannot be listed, which a task that only writes need not"},
			{"minio.write.versions", checklist.Pass, "", "bucket versions can be written, nothing was stored"},
		}},
		"the reader's probe": {store(m, reader, bucket("data", "", "rw")), probe, []verdict{
			accepted,
			{"minio.bucket.data", checklist.Pass, "", "bucket data listed"},
			{"minio.write.data", checklist.Fail, "FLTS-X04", "credentials accepted, bucket data may not be written"},
		}},
		"below a prefix": {store(m, below, bucket("data", "team/a", "rw")), probe, []verdict{
			accepted,
			{"minio.bucket.data/team/a", checklist.Warn, "FLTS-A04", "bucket data/team/a can be listed, an object of no known name not be read"}, // no s3:GetObject
			{"minio.write.data/team/a", checklist.Pass, "", "bucket data/team/a can be written, nothing was stored"},
		}},
		"beside the prefix": {store(m, below, bucket("data", "", "rw")), probe, []verdict{
			accepted,
			{"minio.bucket.data", checklist.Fail, "FLTS-X02", "credentials accepted, bucket data does not exist or may not be seen"},
			{"minio.write.data", checklist.Fail, "FLTS-X04", "credentials accepted, bucket data may not be written"},
		}},
		"no bucket to write to": {store(m, user{m.AccessKey(), m.SecretKey()}, bucket("absent", "", "rw")), probe, []verdict{
			accepted,
			{"minio.bucket.absent", checklist.Fail, "FLTS-X01", "bucket absent does not exist"},
			{"minio.write.absent", checklist.Fail, "FLTS-X01", "bucket absent does not exist"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, see(t, c.target, c.env, checklist.Sign))
		})
	}
	for _, name := range []string{"data", "versions"} {
		left, err := m.Remains(ctx, name)
		require.NoError(t, err)
		require.Empty(t, left, "the write probe left something in %s", name)
	}
}

// A server with a certificate of its own authority and a region.
func TestRealMinIOWithTLSAndARegion(t *testing.T) {
	ctx := t.Context()
	ca, err := tlskit.New(t.TempDir(), "own CA")
	require.NoError(t, err)
	leaf, err := ca.Leaf(nil)
	require.NoError(t, err)
	m, err := teststack.MinIOWith(ctx, t.TempDir(), teststack.Options{Certificate: &leaf, Region: "eu-central-1"})
	require.NoError(t, err)
	t.Cleanup(m.Close)
	require.NoError(t, m.MakeBucket(ctx, "data"))
	root := user{m.AccessKey(), m.SecretKey()}
	target := store(m, root, bucket("data", "", "rw"))
	own := map[string]string{"AWS_CA_BUNDLE": ca.Path}
	probe := endpoints.Env{WriteProbe: true, Thorough: true}

	target.CABundle = ca.Path
	target.Region = "eu-central-1"
	require.Equal(t, []verdict{
		{"minio.tls", checklist.Pass, "", "TLS 1.3, certificate valid until " + time.Now().Add(time.Hour).UTC().Format("2006-01-02")},
		{"minio.health", checklist.Pass, "", "MinIO is live"},
		{"minio.sign", checklist.Pass, "", "credentials accepted"},
		{"minio.bucket.data", checklist.Pass, "", "bucket data listed"},
		{"minio.write.data", checklist.Pass, "", "bucket data can be written, nothing was stored"},
	}, see(t, target, probe, checklist.TLS), "with the checksum behind the body")
	left, err := m.Remains(ctx, "data")
	require.NoError(t, err)
	require.Empty(t, left)

	target.Region = ""
	require.Equal(t, []verdict{
		{"minio.sign", checklist.Warn, "FLTS-A07", "the server is in region eu-central-1, the request was signed for us-east-1; boto3 and MLflow sign again and succeed, pyarrow, DuckDB and others do not"},
		{"minio.bucket.data", checklist.Pass, "", "bucket data listed"},
	}, see(t, target, endpoints.Env{}, checklist.Sign))

	target.CABundle = ""
	require.Equal(t, verdict{"minio.tls", checklist.Fail, "FLTS-L01", "the certificate of " + m.Endpoint() + " comes from an unknown authority"}, see(t, target, endpoints.Env{}, checklist.TLS)[0])
	own["AWS_ACCESS_KEY_ID"], own["AWS_SECRET_ACCESS_KEY"] = root.accessKey, root.secretKey
	own["AWS_ENDPOINT_URL_S3"] = m.URL()
	require.Equal(t, checklist.Pass, see(t, target, endpoints.Env{Task: own}, checklist.TLS)[0].state, "by the variable of the task")

	plain := target
	plain.Endpoint.Value = secret.Open("http://" + m.Endpoint())
	require.Equal(t, verdict{"minio.health", checklist.Fail, "FLTS-L05", m.Endpoint() + " speaks TLS, not plain http"}, see(t, plain, endpoints.Env{}, checklist.HTTP)[0])
}

// The console is on the next port, and answers the health path.
func TestRealConsole(t *testing.T) {
	m, err := teststack.MinIO(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(m.Close)
	target := store(m, user{m.AccessKey(), m.SecretKey()})
	target.Endpoint.Value = secret.Open("http://" + m.ConsoleEndpoint())
	require.Equal(t, verdict{"minio.health", checklist.Fail, "FLTS-H01", m.ConsoleEndpoint() + " is the web console of MinIO, not its API"}, see(t, target, endpoints.Env{}, checklist.HTTP)[0])
}

// A server that lost most of its drives is live, and cannot store anything.
func TestRealMinIOWithoutItsDrives(t *testing.T) {
	m, err := teststack.MinIOWith(t.Context(), t.TempDir(), teststack.Options{Drives: 4})
	require.NoError(t, err)
	t.Cleanup(m.Close)
	target := store(m, user{m.AccessKey(), m.SecretKey()})
	require.Equal(t, verdict{"minio.health", checklist.Pass, "", "MinIO is live"}, see(t, target, endpoints.Env{Thorough: true}, checklist.HTTP)[0])
	require.NoError(t, m.LoseDrives(3))
	want := verdict{"minio.health", checklist.Fail, "FLTS-H03", "MinIO has too few drives or servers to write (503)"}
	require.Eventually(t, func() bool {
		return see(t, target, endpoints.Env{Thorough: true}, checklist.HTTP)[0] == want
	}, 30*time.Second, 200*time.Millisecond, "the server notices by itself after a while")
	require.Equal(t, verdict{"minio.health", checklist.Pass, "", "MinIO is live"}, see(t, target, endpoints.Env{}, checklist.HTTP)[0], "which is all that the live path says")
}
