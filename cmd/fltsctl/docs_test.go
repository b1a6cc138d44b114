package main_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/docpage"
	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/internal/fakekfp"
)

// Every page in docs/fltsctl is run from top to bottom, in a directory in which
// pipeline.yaml is the training pipeline; that on lint has a careless one beside it. The
// address 127.0.0.1:8080 is a KFP, or an Airflow for the page on that, on another port in
// truth. "go test -update" rewrites the output.
func TestDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/fltsctl/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	pipeline, err := os.ReadFile("../../testdata/kfp/pipelines/flts-train.yaml")
	require.NoError(t, err)
	for _, file := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".md"), func(t *testing.T) {
			files := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(files, "pipeline.yaml"), pipeline, 0o644))
			var answers http.Handler = fakekfp.New(fakekfp.Options{Now: theMoment})
			environ := []string{"PATH=" + binaries + ":/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "USER=ada"}
			before := newHistory()
			switch filepath.Base(file) {
			case "runs.md":
				answers = before.Server
			case "doctor.md":
				environ = doctorPage(t, files)
			case "manifests.md":
				environ = manifestsPage(t)
			case "secrets.md":
				environ = secretsPage(t, files)
			case "lint.md":
				careless, err := os.ReadFile("../../testdata/fltsctl/docs/careless.yaml")
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(files, "careless.yaml"), careless, 0o644))
			case "airflow.md":
				answers = documentedAirflow()
				require.NoError(t, os.WriteFile(filepath.Join(files, "airflow.password"), []byte(fakeairflow.Password), 0o600))
			}
			server := httptest.NewServer(answers)
			t.Cleanup(server.Close)
			if answers == http.Handler(before.Server) {
				before.make(t, filepath.Join(files, "pipeline.yaml"), server.URL)
			}
			host := strings.TrimPrefix(server.URL, "http://")
			docpage.Page{
				File:    file,
				Files:   files,
				Environ: environ,
				Real:    strings.NewReplacer("127.0.0.1:8080", host),
				Shown:   strings.NewReplacer(host, "127.0.0.1:8080"),
				Steady:  documented,
			}.Run(t, *update)
		})
	}
}

// The front page shows what a page of docs/fltsctl shows, which is run.
func TestFrontPage(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	shown := regexp.MustCompile("(?s)<!-- (docs/fltsctl/.*?) -->\n```console\n(.*?)```\n").FindAllSubmatch(readme, -1)
	require.Len(t, shown, 4)
	for _, block := range shown {
		page, err := os.ReadFile(filepath.Join("../..", string(block[1])))
		require.NoError(t, err)
		require.Contains(t, string(page), string(block[2]))
	}
}

// documented is what a page shows: names of runs and times that look like some.
func documented(text string) string {
	text = someTime.ReplaceAllString(aTime.ReplaceAllString(text, "2026-01-02T03:04:05Z"), "N ms")
	text = justNow.ReplaceAllString(text, "2 s ago")
	text = forSeconds.ReplaceAllString(text, "for 2s")
	return strings.ReplaceAll(steadyText(text), "-DATE-TIME-RAND", "-20260102-030405-k3v9q")
}

var aTime = regexp.MustCompile(`\b20\d\d-\d\d-\d\dT[0-9:.]+Z`)
