package kfp

import (
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// BenchmarkSubmit is a submission from reading the file to the receipt, on a
// loopback connection that is open, with the stand-in's own time in it.
func BenchmarkSubmit(b *testing.B) {
	web := httptest.NewServer(fakekfp.New(fakekfp.Options{}))
	defer web.Close()
	a, err := access.KFP(access.Options{Host: web.URL}, access.Surroundings{})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Client.CloseIdleConnections()
	for b.Loop() {
		o := submit.Order{
			Target:     submit.Target{File: filepath.Join("..", "..", "testdata", "kfp", "pipelines", "flts-train.yaml")},
			Values:     map[string]any{"dataset": "ElBorn", "identifier": "step10-test-001"},
			Experiment: "flts",
		}
		if _, err := New(a, Options{}).Submit(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}
