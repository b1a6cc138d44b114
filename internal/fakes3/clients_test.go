package fakes3_test

import (
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/flts-run/flts-run/internal/fakes3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/stretchr/testify/require"
)

func start(t *testing.T, o fakes3.Options) *fakes3.Server {
	t.Helper()
	s, err := fakes3.Start(o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func rootOptions() fakes3.Options {
	return fakes3.Options{AccessKey: "root-key", SecretKey: "root-secret", Buckets: []string{"data"}}
}

func client(t *testing.T, s *fakes3.Server, accessKey, secretKey string) *minio.Client {
	t.Helper()
	c, err := minio.New(s.Endpoint(), &minio.Options{Creds: credentials.NewStaticV4(accessKey, secretKey, "")})
	require.NoError(t, err)
	return c
}

func TestMinioGo(t *testing.T) {
	s := start(t, rootOptions())
	c := client(t, s, "root-key", "root-secret")
	ctx := t.Context()

	sizes := map[string]int{"empty": 0, "dir/small.csv": 11, "dir/two chunks é+": 200_000, "parts": 11 << 20}
	for key, size := range sizes {
		data := bytes.Repeat([]byte("0123456789a"), size/11+1)[:size]
		_, err := c.PutObject(ctx, "data", key, bytes.NewReader(data), int64(size), minio.PutObjectOptions{PartSize: 5 << 20})
		require.NoError(t, err, key)

		info, err := c.StatObject(ctx, "data", key, minio.StatObjectOptions{})
		require.NoError(t, err, key)
		require.Equal(t, int64(size), info.Size, key)

		object, err := c.GetObject(ctx, "data", key, minio.GetObjectOptions{})
		require.NoError(t, err, key)
		got, err := io.ReadAll(object)
		require.NoError(t, err, key)
		require.True(t, bytes.Equal(data, got), key)

		seen, err := s.Get(ctx, "data", key)
		require.NoError(t, err, key)
		require.True(t, bytes.Equal(data, seen), key)
	}

	var listed []string
	for info := range c.ListObjects(ctx, "data", minio.ListObjectsOptions{Prefix: "dir/", Recursive: true}) {
		require.NoError(t, info.Err)
		listed = append(listed, info.Key)
	}
	require.Equal(t, []string{"dir/small.csv", "dir/two chunks é+"}, listed)

	keys, err := s.Keys(ctx, "data")
	require.NoError(t, err)
	require.Equal(t, []string{"dir/small.csv", "dir/two chunks é+", "empty", "parts"}, keys)

	_, err = c.StatObject(ctx, "data", "absent", minio.StatObjectOptions{})
	require.Equal(t, "NoSuchKey", minio.ToErrorResponse(err).Code)
	_, err = client(t, s, "root-key", "wrong-secret").ListBuckets(ctx)
	require.Equal(t, "SignatureDoesNotMatch", minio.ToErrorResponse(err).Code)
}

func TestTrailingChecksumsAreNotStoredAsData(t *testing.T) {
	s := start(t, rootOptions())
	c, err := minio.New(s.Endpoint(), &minio.Options{
		Creds:           credentials.NewStaticV4("root-key", "root-secret", ""),
		TrailingHeaders: true,
	})
	require.NoError(t, err)
	_, err = c.PutObject(t.Context(), "data", "k", bytes.NewReader([]byte("hello")), 5, minio.PutObjectOptions{Checksum: minio.ChecksumCRC32C})
	require.NoError(t, err)
	got, err := s.Get(t.Context(), "data", "k")
	require.NoError(t, err)
	require.Equal(t, "hello", string(got))
}

func TestPresignedURL(t *testing.T) {
	s := start(t, rootOptions())
	require.NoError(t, s.Put(t.Context(), "data", "k", []byte("hello")))
	got := map[string]answer{}
	for _, secret := range []string{"root-secret", "wrong-secret"} {
		c, err := minio.New(s.Endpoint(), &minio.Options{
			Creds:  credentials.NewStaticV4("root-key", secret, ""),
			Region: "us-east-1", // else the region is asked for first
		})
		require.NoError(t, err)
		link, err := c.PresignedGetObject(t.Context(), "data", "k", time.Minute, nil)
		require.NoError(t, err)
		got[secret] = do(t, request(t, http.MethodGet, link.String(), ""))
	}
	require.Equal(t, map[string]answer{"root-secret": {200, ""}, "wrong-secret": {403, "SignatureDoesNotMatch"}}, got)
}

// The demo's component needs nothing but curl, so its way of signing must pass.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	require.NoError(t, err, "install it with: apt-get install curl")
	s := start(t, rootOptions())
	require.NoError(t, s.Put(t.Context(), "data", "in.csv", []byte("1,2\n3,4\n")))
	file := filepath.Join(t.TempDir(), "file.csv")
	sigv4 := func(user string, more ...string) (string, error) {
		args := append([]string{"-sS", "--fail-with-body", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user", user}, more...)
		out, err := exec.CommandContext(t.Context(), curl, args...).CombinedOutput()
		return string(out), err
	}

	out, err := sigv4("root-key:root-secret", "-o", file, s.URL()+"/data/in.csv")
	require.NoError(t, err, out)
	out, err = sigv4("root-key:root-secret", "-T", file, s.URL()+"/data/out.csv")
	require.NoError(t, err, out)
	got, err := s.Get(t.Context(), "data", "out.csv")
	require.NoError(t, err)
	require.Equal(t, "1,2\n3,4\n", string(got))

	out, err = sigv4("root-key:wrong", "-T", file, s.URL()+"/data/refused.csv")
	require.Error(t, err)
	require.Contains(t, out, "SignatureDoesNotMatch")
	keys, err := s.Keys(t.Context(), "data")
	require.NoError(t, err)
	require.Equal(t, []string{"in.csv", "out.csv"}, keys)
}
