package main_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/docpage"
	"github.com/flts-run/flts-run/internal/fakegateway"
	"github.com/flts-run/flts-run/internal/fakemlflow"
	"github.com/flts-run/flts-run/internal/fakes3"
)

// The pages in docs/roles tell whole stories, with both commands and kubectl: on a real
// Kubernetes API with a real kubelet, where 127.0.0.1:8080 is a KFP on which some runs
// were made, and :9000, :5000 and :8000 an S3 server, an MLflow and a gateway, all on
// other ports in truth. Each page starts with a namespace of its own, which it calls
// mlops, and in a directory with the training pipeline and what is in
// testdata/fltsctl/docs/roles/common and beside it in the directory of the page.
func TestDocsOfRoles(t *testing.T) {
	pages, err := filepath.Glob("../../docs/roles/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	pipeline, err := os.ReadFile("../../testdata/kfp/pipelines/flts-train.yaml")
	require.NoError(t, err)
	for i, file := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".md"), func(t *testing.T) {
			files := t.TempDir()
			for _, of := range []string{"common", strings.TrimSuffix(filepath.Base(file), ".md")} {
				if dir := filepath.Join("../../testdata/fltsctl/docs/roles", of); isDir(dir) {
					require.NoError(t, os.CopyFS(files, os.DirFS(dir)))
				}
			}
			require.NoError(t, os.WriteFile(filepath.Join(files, "pipeline.yaml"), pipeline, 0o644))
			namespace := fmt.Sprintf("role%d", i) // as long as mlops: tables stay as they are
			rename(t, files, "mlops", namespace)
			environ := clusterOfPage(t, namespace, files)

			runs := newHistory()
			kfp := httptest.NewServer(runs)
			t.Cleanup(kfp.Close)
			runs.make(t, filepath.Join(files, "pipeline.yaml"), kfp.URL)

			real, shown := []string{"mlops", namespace}, []string{namespace, "mlops"}
			for documented, actual := range servicesOfPage(t) {
				real, shown = append(real, documented, actual), append(shown, actual, documented)
			}
			host := strings.TrimPrefix(kfp.URL, "http://")
			docpage.Page{
				File: file, Files: files, Environ: environ,
				Real:   strings.NewReplacer(append(real, "127.0.0.1:8080", host)...),
				Shown:  strings.NewReplacer(append(shown, host, "127.0.0.1:8080")...),
				Steady: func(text string) string { return aDigest.ReplaceAllString(documented(text), "v1:DIGEST") },
			}.Run(t, *update)
		})
	}
}

// servicesOfPage are what components talk to, by the addresses that pages have for them.
// The user "component" with the key "component-secret" reads the bucket dataset and
// writes processed-data.
func servicesOfPage(t *testing.T) map[string]string {
	t.Helper()
	s3, err := fakes3.Start(fakes3.Options{
		AccessKey: "root-access", SecretKey: "root-secret",
		Users:   []fakes3.User{{AccessKey: "component", SecretKey: "component-secret", Allow: map[string]string{"dataset": "r", "processed-data": "rw"}}},
		Buckets: []string{"dataset", "processed-data"},
	})
	require.NoError(t, err)
	t.Cleanup(s3.Close)
	mlflow, err := fakemlflow.Start(fakemlflow.Options{})
	require.NoError(t, err)
	t.Cleanup(mlflow.Close)
	gateway, err := fakegateway.Start(fakegateway.Options{Endpoint: s3.Endpoint(), AccessKey: "root-access", SecretKey: "root-secret"})
	require.NoError(t, err)
	t.Cleanup(gateway.Close)
	return map[string]string{"127.0.0.1:9000": s3.Endpoint(), "127.0.0.1:5000": mlflow.Endpoint(), "127.0.0.1:8000": gateway.Endpoint()}
}

// rename writes another word into the files of a directory.
func rename(t *testing.T, dir, from, to string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(text), from, to)), 0o644))
	}
}

// aDigest is one of a configuration, with the ports of this run in it.
var aDigest = regexp.MustCompile(`\bv1:[0-9a-f]{16}\b`)

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
