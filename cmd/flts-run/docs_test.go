package main_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/docpage"
)

// Every page in docs is run from top to bottom. A page runs in a directory of its
// own, which starts as a copy of testdata/docs/PAGE. The addresses 127.0.0.1:9000,
// :5000, :8000 and :4566 are an S3 server, an MLflow, a gateway and a Secrets Manager,
// on other ports in truth. "go test -update" rewrites the output.
func TestDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, file := range pages {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		t.Run(name, func(t *testing.T) {
			s, err := startServices()
			require.NoError(t, err)
			t.Cleanup(s.close)
			docpage.Page{
				File:    file,
				Files:   filepath.Join("../../testdata/docs", name),
				Environ: []string{"PATH=" + binaries + ":/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "FLTS_TERMINATION_LOG=termination-log"},
				Real:    strings.NewReplacer("127.0.0.1:9000", s.s3, "127.0.0.1:5000", s.mlflow, "127.0.0.1:8000", s.gateway, "127.0.0.1:4566", s.store),
				Shown:   strings.NewReplacer(s.s3, "127.0.0.1:9000", s.mlflow, "127.0.0.1:5000", s.gateway, "127.0.0.1:8000", s.store, "127.0.0.1:4566"),
				Steady:  steadyText,
			}.Run(t, *update)
		})
	}
}
