package kfp

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/inject"
	"github.com/flts-run/flts-run/submit"
)

// What the real handlers refuse with flts-run in it they refuse without it, and for the
// same reason. From what they keep of the others, all that was added comes out again.
func TestInjectedSamplesAreRuns(t *testing.T) {
	s, _ := realServer(t)
	b := backendOf(t, s.url, Options{})
	files, err := filepath.Glob("../../testdata/kfp/pipelines/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			_, compiled, err := pipeline.Text(file)
			require.NoError(t, err)
			injected, err := inject.Inject(compiled, inject.Options{
				File: file, Variables: map[string]string{"APP_ENV": "prod", "FLTS_MODE": "supervise"},
				ConfigMap: inject.Object{Name: "own-config", Dir: "/mnt/flts/config"}, Secret: inject.Object{Name: "own-secrets", Dir: "/mnt/flts/secrets"},
			})
			require.NoError(t, err)
			o := submit.Order{Target: submit.Target{File: file, Text: string(injected.Text)}, Values: required(t, b, file), Name: name}
			got, err := b.Submit(t.Context(), o)
			if reason, newer := newerThan205[name]; newer {
				require.ErrorContains(t, err, reason)
				return
			}
			require.NoError(t, err)
			rec, err := b.client.getRun(t.Context(), got.Run.ID)
			require.NoError(t, err)
			kept, err := packageFrom(name, rec.Spec)
			if reason, odd := shownOtherwise[name]; odd {
				require.ErrorContains(t, err, reason)
				return
			}
			require.NoError(t, err)
			require.Equal(t, asSent(t, injected.Text), kept.Digest())
			stored, err := text(kept)
			require.NoError(t, err)
			bare, err := inject.Remove(name, stored)
			require.NoError(t, err)
			require.Equal(t, asSent(t, compiled), asSent(t, bare.Text))
		})
	}
}

// asSent is the digest of what the server of these tests gets of a file.
func asSent(t *testing.T, text []byte) string {
	t.Helper()
	p, err := pipeline.Read("p", text)
	require.NoError(t, err)
	p, _, err = fit(p, "2.0.5")
	require.NoError(t, err)
	return p.Digest()
}
