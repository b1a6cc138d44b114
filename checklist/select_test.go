package checklist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

// services is a ladder of which one rung hands nothing on, and another target.
func services() []checklist.Check {
	return []checklist.Check{
		check("minio.resolve", pass),
		check("minio.dial", pass, "minio.resolve"),
		dispensable(check("minio.health", fail, "minio.dial")),
		check("minio.sign", pass, "minio.health"),
		check("minio.bucket.a", pass, "minio.sign"),
		check("mlflow.dial", pass),
		check("mlflow.api", pass, "mlflow.dial"),
	}
}

func dispensable(c checklist.Check) checklist.Check {
	c.Dispensable = true
	return c
}

func TestASelectionOfChecks(t *testing.T) {
	for name, c := range map[string]struct {
		selection checklist.Selection
		want      map[string]string
	}{
		"everything": {checklist.Selection{}, map[string]string{
			"minio.resolve": "pass", "minio.dial": "pass", "minio.health": "fail", "minio.sign": "skip", "minio.bucket.a": "skip",
			"mlflow.dial": "pass", "mlflow.api": "pass",
		}},
		"only, with what it needs": {checklist.Selection{Only: []string{"minio.health", "mlflow.d?al"}}, map[string]string{
			"minio.resolve": "pass, prerequisite", "minio.dial": "pass, prerequisite", "minio.health": "fail", "mlflow.dial": "pass",
		}},
		"a star matches dots": {checklist.Selection{Only: []string{"*.dial"}}, map[string]string{
			"minio.resolve": "pass, prerequisite", "minio.dial": "pass", "mlflow.dial": "pass",
		}},
		"what needs a skipped check runs": {checklist.Selection{Skip: []string{"minio.health"}}, map[string]string{
			"minio.resolve": "pass", "minio.dial": "pass", "minio.health": "skip", "minio.sign": "pass", "minio.bucket.a": "pass",
			"mlflow.dial": "pass", "mlflow.api": "pass",
		}},
		"but not without what it works with": {checklist.Selection{Skip: []string{"m*.dial", "nothing"}}, map[string]string{
			"minio.resolve": "pass", "minio.dial": "skip", "minio.health": "skip", "minio.sign": "skip", "minio.bucket.a": "skip",
			"mlflow.dial": "skip", "mlflow.api": "skip",
		}},
		"both": {checklist.Selection{Only: []string{"minio.sign"}, Skip: []string{"minio.health"}}, map[string]string{
			"minio.resolve": "pass, prerequisite", "minio.dial": "pass, prerequisite", "minio.health": "skip, prerequisite", "minio.sign": "pass",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for _, r := range (checklist.Runner{}).Run(t.Context(), c.selection.Of(services())).Results {
				got[r.ID] = r.State.String()
				if r.Prerequisite {
					got[r.ID] += ", prerequisite"
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestTheReasonOfASkipNamesTheGlob(t *testing.T) {
	v := checklist.Runner{}.Run(t.Context(), checklist.Selection{Skip: []string{"x", "*.health"}, SkippedBy: "FLTS_SKIP_CHECKS"}.Of(services()))
	require.Equal(t, "skipped by FLTS_SKIP_CHECKS *.health", v.Results[2].Detail)
	require.Equal(t, 0, v.Results[2].Attempts)
	require.Equal(t, []string{"minio.dial"}, v.Results[3].Needs, "the failure of a rung below is not forgotten")
	require.Zero(t, v.Status())
}

func TestGlobsThatMatchNothing(t *testing.T) {
	require.Equal(t, []string{"minio", "*.dail"}, checklist.Unmatched([]string{"minio", "minio.*", "*.dail", "*"}, services()))
	require.True(t, checklist.ValidGlob("minio.[a-z]*"))
	require.False(t, checklist.ValidGlob("minio.[a"))
}
