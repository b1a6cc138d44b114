package doctor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

const oneReport = `{
  "schema": "flts-run/v1",
  "version": "1.0",
  "newer": {"than": "we"},
  "keys": [{}, {}],
  "findings": [],
  "checks": {
    "took_ms": 4,
    "results": [
      {"id": "minio.dial", "target": "minio", "rung": "dial", "state": "pass"},
      {"id": "minio.sign", "target": "minio", "rung": "sign", "needs": ["minio.dial"], "state": "fail", "code": "FLTS-A03", "detail": "two\nlines\u001b[31m", "failed": true}
    ]
  }
}
`

// A log has the lines of others between any two of ours.
func TestAReportAmongOtherLines(t *testing.T) {
	plain, err := parseReport([]byte(oneReport))
	require.NoError(t, err)
	var mixed strings.Builder
	for line := range strings.Lines("\n" + oneReport) {
		mixed.WriteString(line + "flts-run: warning: plain http\n[sidecar] {\"state\": \"pass\"}\n\n")
	}
	got, err := parseReport([]byte(mixed.String()))
	require.NoError(t, err)
	require.Equal(t, plain, got)

	v := got.verdict("pod x")
	for i := range v.Results {
		v.Results[i] = cleaned(v.Results[i], func(text string) string { return strings.ReplaceAll(text, "lines", "****") })
	}
	require.Equal(t, []checklist.Result{
		{
			ID: "inside.config", Target: "config", Vantage: "pod x", Title: "the configuration that the component gets is complete and consistent", Attempts: 1,
			Finding: checklist.Finding{State: checklist.Pass, Detail: "2 keys, APP_ENV not set"},
		},
		{ID: "inside.minio.dial", Target: "minio", Vantage: "pod x", Rung: checklist.Dial, Finding: checklist.Finding{State: checklist.Pass}},
		{
			ID: "inside.minio.sign", Target: "minio", Vantage: "pod x", Rung: checklist.Sign, Needs: []string{"inside.minio.dial"}, Failed: true,
			Finding: checklist.Finding{State: checklist.Fail, Code: "FLTS-A03", Detail: `two\n****\x1b[31m`},
		},
	}, v.Results)
}

func TestWhatIsNoReport(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "it printed no report",
		"{\n  \"schema\":\n":  "it printed no report",
		"{\n  x\n}\n":         "the report is no valid JSON",
		`{"schema": 1}`:       "the report is no valid JSON",
		`{"schema": "other"}`: "the report is not of the form flts-run/v1",
		`{"schema": "flts-run/v1", "checks": {"results": [{"id": "a", "state": "splendid"}]}}`: "the report has something in it that this fltsctl does not know",
		`{"schema": "flts-run/v1", "checks": {"results": [{"id": "a"}, {"id": "a"}]}}`:         "the report has results that cannot be told apart",
	} {
		_, err := parseReport([]byte(text))
		require.EqualError(t, err, want, text)
	}
}

// Whatever a pod prints: no panic, no circle, and no result that could be taken for one
// of ours.
func FuzzReport(f *testing.F) {
	f.Add([]byte(oneReport))
	f.Add([]byte(`{"schema": "flts-run/v1", "findings": [{"severity": "error", "code": "FLTS-C01", "message": "no"}], "reason": "no"}`))
	f.Add([]byte("{\n \"schema\": \"flts-run/v1\",\nflts-run: hint: {\n \"checks\": {\"results\": [{\"id\": \"config\"}]}\n}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := parseReport(text)
		if err != nil {
			return
		}
		v := checklist.Verdict{Results: []checklist.Result{result("inside.look", "inside", "", pass(""))}}
		v.Add(r.verdict("pod x"))
		seen := map[string]bool{}
		for i := range v.Results {
			v.Results[i] = cleaned(v.Results[i], func(text string) string { return text })
			id := v.Results[i].ID
			require.True(t, strings.HasPrefix(id, "inside."), id)
			require.False(t, seen[id], id)
			seen[id] = true
		}
		_ = checklist.Table(v) + checklist.Short(v) + checklist.JUnit(v)
	})
}
