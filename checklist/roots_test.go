package checklist_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

func TestFindingsThatExplainEachOtherAreOneRootCause(t *testing.T) {
	result := func(target, code string, state checklist.State, explains ...string) checklist.Result {
		return checklist.Result{
			ID: target + "." + code, Target: target, Failed: state == checklist.Fail,
			Finding: checklist.Finding{State: state, Code: code, Explains: explains},
		}
	}
	optional := func(r checklist.Result) checklist.Result {
		r.Advisory = true
		return r
	}
	key := result("minio", "S05", checklist.Warn, "minio/A03", "minio/A01")
	for name, c := range map[string]struct {
		known, results []checklist.Result
		want           []string
		summary        string
	}{
		"nothing failed": {[]checklist.Result{key}, []checklist.Result{result("minio", "", checklist.Pass)}, nil, "1 passed"},
		"the configuration explains a refusal": {
			[]checklist.Result{key},
			[]checklist.Result{result("minio", "A03", checklist.Fail)},
			[]string{"minio.S05"},
			"root cause: S05 (1 failed)",
		},
		"not that of another target": {
			[]checklist.Result{key},
			[]checklist.Result{result("minio", "A03", checklist.Fail), result("store", "A03", checklist.Fail)},
			[]string{"minio.S05", "store.A03"},
			"root causes: S05 minio, A03 store (2 failed)",
		},
		"whatever one target has": {
			nil,
			[]checklist.Result{result("api", "K20", checklist.Fail, "secret/*"), result("secret", "K05", checklist.Fail), result("kfp", "K05", checklist.Fail)},
			[]string{"api.K20", "kfp.K05"},
			"root causes: K20 api, K05 kfp (3 failed)",
		},
		"a warning explains a failure elsewhere": {
			nil,
			[]checklist.Result{result("mlflow", "L04", checklist.Fail), result("minio", "A06", checklist.Warn, "L04")},
			[]string{"minio.A06"},
			"root cause: A06 (1 failed, 1 warned)",
		},
		"the same cause in several targets": {
			nil,
			[]checklist.Result{
				result("minio", "D07", checklist.Fail, "D07"), result("mlflow", "D07", checklist.Fail, "D07"),
				result("gateway", "D07", checklist.Fail, "D07"), result("db", "T01", checklist.Fail),
			},
			[]string{"minio.D07", "db.T01"},
			"root causes: D07 minio, T01 db (4 failed)",
		},
		"a cause of a cause": {
			[]checklist.Result{result("", "C21", checklist.Warn, "A08")},
			[]checklist.Result{result("a", "X", checklist.Fail), result("b", "A08", checklist.Fail, "X")},
			[]string{".C21"},
			"root cause: C21 (2 failed)",
		},
		"a circle": {
			nil,
			[]checklist.Result{result("a", "X", checklist.Fail, "Y"), result("b", "Y", checklist.Fail, "Z"), result("c", "Z", checklist.Fail, "X")},
			[]string{"a.X", "b.Y", "c.Z"},
			"root causes: X a, Y b, Z c (3 failed)",
		},
		"the same of several": {
			nil,
			[]checklist.Result{result("a", "X", checklist.Fail), result("a", "X", checklist.Fail), result("b", "Y", checklist.Fail)},
			[]string{"a.X", "a.X", "b.Y"},
			"root causes: 2 times X a, Y b (3 failed)",
		},
		"what explains something enforced is not advisory": {
			nil,
			[]checklist.Result{optional(result("gateway", "D07", checklist.Fail, "D07")), result("minio", "D07", checklist.Fail, "D07")},
			[]string{"gateway.D07"},
			"root cause: D07 (2 failed)",
		},
		"what explains only the optional is": {
			[]checklist.Result{key},
			[]checklist.Result{optional(result("minio", "A03", checklist.Fail))},
			[]string{"minio.S05 advisory"},
			"root cause: S05 (1 failed)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := checklist.Verdict{Known: c.known, Results: c.results}
			var got []string
			for _, r := range v.Roots() {
				got = append(got, strings.TrimSpace(r.ID+" "+map[bool]string{true: "advisory"}[r.Advisory]))
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.summary, checklist.Summary(v))
		})
	}
}
