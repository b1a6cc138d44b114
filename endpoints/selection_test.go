package endpoints_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

// Whatever is skipped, no check of ours breaks for the lack of what it would have
// found, and nothing is called a pass that was not looked at.
func TestAnyRungCanBeSkipped(t *testing.T) {
	ca := newAuthority(t, "own CA")
	secure := &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, nil)}}
	s3 := serveTLS(t, map[string]route{"GET /minio/health/live": live(), "*": {status: 200, body: list}}, secure)
	store := minio(hostPort(t, s3.URL), "dataset", "models")
	store.Secure, store.CABundle = open("MINIO_SECURE", "true"), ca.Path
	api := serve(t, map[string]route{"*": {status: 200, header: map[string]string{"Content-Type": "application/json"}, body: jsonOK.body}})
	mlflow := endpoints.MLflow{URI: open("MLFLOW_TRACKING_URI", api.URL)}

	for name, target := range map[string]func() []checklist.Check{
		"minio":  func() []checklist.Check { return store.Checks(endpoints.Env{}) },
		"mlflow": func() []checklist.Check { return mlflow.Checks(endpoints.Env{}) },
	} {
		for _, skipped := range target() {
			selection := checklist.Selection{Skip: []string{skipped.ID}, SkippedBy: "--skip"}
			v := checklist.Runner{}.Run(t.Context(), selection.Of(target()))
			require.Zero(t, v.Status(), "%s without %s: %s", name, skipped.ID, checklist.Table(v))
			for _, r := range v.Results {
				behind := strings.HasSuffix(r.Detail, "was skipped")
				switch {
				case r.ID == skipped.ID:
					require.Equal(t, "skipped by --skip "+skipped.ID, r.Detail)
				case skipped.Dispensable:
					require.Equal(t, checklist.Pass, r.State, "%s without %s: %s", r.ID, skipped.ID, r.Detail)
				default:
					require.True(t, r.State == checklist.Pass || r.State == checklist.Skip && behind, "%s without %s: %s", r.ID, skipped.ID, r.Detail)
				}
			}
		}
	}
}

// Skipping the look at a certificate makes nobody more particular about it.
func TestACertificateThatNobodyLookedAt(t *testing.T) {
	withoutTLS := func(checks []checklist.Check) checklist.Verdict {
		return checklist.Runner{}.Run(t.Context(), checklist.Selection{Skip: []string{"*.tls"}, SkippedBy: "--skip"}.Of(checks))
	}
	ca := newAuthority(t, "own CA")
	secure := &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, nil)}}
	s := serveTLS(t, map[string]route{"GET /health": healOK, search: jsonOK}, secure)
	insecure := endpoints.Env{Task: map[string]string{"MLFLOW_TRACKING_INSECURE_TLS": "true"}}
	v := withoutTLS(tracking(s.URL).Checks(insecure))
	require.Zero(t, v.Status(), checklist.Table(v))
	v = withoutTLS(tracking(s.URL).Checks(endpoints.Env{}))
	require.Equal(t, "root cause: FLTS-L01 (1 failed, 2 skipped, 2 passed)", checklist.Summary(v))
}

// What was not asked is not said to have answered.
func TestARefusalWithoutALookAtHealth(t *testing.T) {
	s := serve(t, map[string]route{search: {status: 403, body: "Invalid Host header"}})
	v := checklist.Runner{}.Run(t.Context(), checklist.Selection{Skip: []string{"mlflow.health"}, SkippedBy: "--skip"}.Of(tracking(s.URL).Checks(endpoints.Env{})))
	r := v.Roots()[0]
	require.Equal(t, "FLTS-A12", r.Code)
	require.Equal(t, "sent Host: HOST, got 403", replaceHost(t, r.Evidence[len(r.Evidence)-1], s.URL))
}

func TestOneNameServerIsOneRootCause(t *testing.T) {
	env := endpoints.Env{Resolver: resolverAt(closedPort(t))}
	checks := append(gateway("http://gateway.example:8000").Checks(env), endpoints.TCP{Name: "db", Address: open("DB", "db.example:5432")}.Checks(env)...)
	v := checklist.Runner{}.Run(t.Context(), checks)
	require.Equal(t, "root cause: FLTS-D07 (2 failed, 3 skipped)", checklist.Summary(v))
}
