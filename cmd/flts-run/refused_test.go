package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakes3"
)

// The page on exit statuses shows what a server says that refuses credentials.
// It needs one, so the transcript is no command of the page but of this test.
func TestPageShowsWhatRefusedCredentialsLookLike(t *testing.T) {
	s3, err := fakes3.Start(fakes3.Options{
		AccessKey: "root-access", SecretKey: "root-secret",
		Users: []fakes3.User{{AccessKey: "component", SecretKey: "component-secret", Allow: map[string]string{"dataset": "r"}}}, Buckets: []string{"dataset"},
	})
	require.NoError(t, err)
	defer s3.Close()
	var said bytes.Buffer
	status := run(t.Context(), process{
		args:    []string{"exec", "--print=off", "--wait=0s", "--disable=mlflow,gateway", "--termination-log=none", "--", "true"},
		environ: []string{"PATH=/usr/bin:/bin", "APP_ENV=dev", "MINIO_ENDPOINT=" + s3.Endpoint(), "MINIO_ACCESS_KEY=component", "MINIO_SECRET_KEY=old-secret"},
		dir:     "/", stdout: &said, stderr: &said,
	})
	page, err := os.ReadFile("../../docs/exit-status.md")
	require.NoError(t, err)
	text := strings.ReplaceAll(said.String(), s3.Endpoint(), "minio:9000")
	require.Contains(t, string(page), fmt.Sprintf("```text\n$ flts-run exec --print=off --disable=mlflow,gateway -- true; echo \"status $?\"\n%sstatus %d\n```\n", text, status))
}
