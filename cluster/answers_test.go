package cluster

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The two answers of the API that no library reads for us.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"metadata":{"continue":"next"},"columnDefinitions":[{"name":"Name"},{"name":"Data"}],"rows":[{"cells":["flts-secrets",2]}]}`))
	f.Add([]byte(`{"metadata":{},"items":[{"metadata":{"name":"w"},"spec":{"templates":[{"name":"main","container":{"image":"x"}}],"workflowSpec":{"templates":[{"script":{}}]}},"status":{"phase":"Failed"}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if rows, _, err := countsOf(text); err != nil {
			require.Empty(t, rows)
		}
		workflows, _, _ := workflowsOf(text)
		for _, w := range workflows {
			for _, spec := range w.podSpecs() {
				require.NotEmpty(t, spec.Containers)
				References(&spec)
			}
		}
	})
}

func TestCountsOf(t *testing.T) {
	for text, want := range map[string]struct {
		rows []countRow
		next string
		ok   bool
	}{
		`{"metadata":{"continue":"n"},"columnDefinitions":[{"name":"Name"},{"name":"Type"},{"name":"Data"}],"rows":[{"cells":["a","Opaque",2]},{"cells":["b","x",0]}]}`: {[]countRow{{"a", 2}, {"b", 0}}, "n", true},
		`{"columnDefinitions":[{"name":"Name"}],"rows":[{"cells":["a"]}]}`:                                                                                              {},
		`{"columnDefinitions":[{"name":"Name"},{"name":"Data"}],"rows":[{"cells":["a"]}]}`:                                                                              {},
		`{"columnDefinitions":[{"name":"Name"},{"name":"Data"}],"rows":[{"cells":["a","two"]}]}`:                                                                        {},
		`{"rows":[]}`: {ok: true},
		`nothing`:     {},
	} {
		rows, next, err := countsOf([]byte(text))
		require.Equal(t, want.ok, err == nil, text)
		require.Equal(t, want.rows, rows, text)
		require.Equal(t, want.next, next, text)
	}
}
