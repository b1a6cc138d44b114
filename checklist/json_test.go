package checklist_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

func TestAReportIsReadBack(t *testing.T) {
	for name, v := range verdicts() {
		v.Known = []checklist.Result{{ID: "config.KEY", Target: "minio", Finding: checklist.Finding{
			State: checklist.Warn, Code: "FLTS-S05", Detail: "base64 twice", Refused: true, Explains: []string{"minio/FLTS-A03"},
		}}}
		if len(v.Results) > 0 {
			r := &v.Results[0]
			r.Prerequisite, r.Interrupted, r.Waited, r.Explains = true, true, 2100*ms+3*time.Microsecond, []string{"FLTS-L04"}
		}
		text, err := json.Marshal(v)
		require.NoError(t, err)
		var got checklist.Verdict
		require.NoError(t, json.Unmarshal(text, &got))
		require.Equal(t, v.Took, got.Took)
		require.Equal(t, v.Known, got.Known)
		require.Equal(t, append([]checklist.Result{}, v.Results...), got.Results, name)
	}
}

func TestWhatIsNoReport(t *testing.T) {
	for text, want := range map[string]string{
		`[]`: "json: cannot unmarshal array into Go value of type checklist.verdictJSON",
		`{"results": [{"id": "a", "state": "good"}]}`:  `"good" is no state`,
		`{"results": [{"id": "a", "rung": "cellar"}]}`: `"cellar" is no rung`,
		`{"took_ms": -1}`: "-1 is no duration in milliseconds",
		`{"results": [{"id": "a", "waited_ms": 1e300}]}`:                                           "1e+300 is no duration in milliseconds",
		`{"results": [{"id": "a", "needs": ["b"]}, {"id": "b", "because": "a", "state": "skip"}]}`: "check a needs itself in a circle",
		`{"results": [{"id": "a", "because": "a"}]}`:                                               "check a needs itself in a circle",
		`{"status": "fine"}`: "json: cannot unmarshal string into Go struct field verdictJSON.status of type int",
	} {
		require.EqualError(t, json.Unmarshal([]byte(text), &checklist.Verdict{}), want, text)
	}
}

// Whatever a pod wrote: what can be read is written again as it was, and nothing
// that follows from it takes for ever.
func FuzzVerdict(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(f, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(`{"results": [{"id": "a", "needs": ["elsewhere", "a "], "state": "skip", "because": "nobody", "newer": 1}], "newer": true}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var v checklist.Verdict
		if json.Unmarshal(text, &v) != nil {
			return
		}
		once, err := json.Marshal(v)
		require.NoError(t, err)
		var again checklist.Verdict
		require.NoError(t, json.Unmarshal(once, &again))
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.JSONEq(t, string(once), string(twice))
		_ = checklist.Table(v) + checklist.Short(v) + checklist.JUnit(v)
	})
}
