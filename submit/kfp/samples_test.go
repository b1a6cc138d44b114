package kfp

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/submit"
)

// newerThan205 are the samples that the handlers of 2.0.5 refuse, and what they
// say. What is listed must be refused: a list that is too long is found.
var newerThan205 = map[string]string{
	"exit-handler-final-status": "task final status not supported yet",
	"loop-collected":            "sorting failed: invalid dependency for-loop-1",
	"loop-collected-artifacts":  "sorting failed: invalid dependency for-loop-1",
	"loop-over-artifacts":       "artifact iterator not implemented yet",
	"task-caching":              "pipeline spec is invalid", // it has a key for the cache
	"task-config":               "pipeline spec is invalid", // it has a parameter of type TASK_CONFIG
}

// shownOtherwise are those that 2.0.5 runs, and gives back as something else.
var shownOtherwise = map[string]string{
	"pipeline-workspace": "has a platform document and no pipeline", // whose pipelineConfig it does not know
}

// Each pipeline that the SDK compiled is a run of the real handlers, and what they
// give back is the pipeline that was sent.
func TestSamplesAreRuns(t *testing.T) {
	s, _ := realServer(t)
	b := backendOf(t, s.url, Options{})
	files, err := filepath.Glob("../../testdata/kfp/pipelines/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 30)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			o := submit.Order{Target: submit.Target{File: file}, Values: required(t, b, file), Name: name}
			got, err := b.Submit(t.Context(), o)
			if reason, newer := newerThan205[name]; newer {
				require.ErrorIs(t, err, submit.Invalid)
				require.ErrorContains(t, err, reason)
				require.Less(t, len(err.Error()), 200)
				return
			}
			require.NoError(t, err)
			rec, err := b.client.getRun(t.Context(), got.Run.ID)
			require.NoError(t, err)
			back, err := packageFrom(name, rec.Spec)
			if reason, odd := shownOtherwise[name]; odd {
				require.ErrorContains(t, err, reason)
				return
			}
			require.NoError(t, err)
			sent, err := pipeline.Load(file)
			require.NoError(t, err)
			sent, _, err = fit(sent, "2.0.5")
			require.NoError(t, err)
			require.Equal(t, sent.Digest(), back.Digest())
		})
	}
}

// required gives every parameter a value that has to have one.
func required(t *testing.T, b *Backend, file string) map[string]any {
	t.Helper()
	f, err := b.Form(t.Context(), submit.Target{File: file})
	require.NoError(t, err)
	values := map[string]any{}
	for _, p := range f.Parameters() {
		if !p.Required {
			continue
		}
		values[p.Name] = map[string]any{
			"STRING": "x", "NUMBER_INTEGER": json.Number("1"), "NUMBER_DOUBLE": json.Number("1.5"),
			"BOOLEAN": true, "LIST": []any{"x"}, "STRUCT": map[string]any{"x": "y"},
		}[p.Type]
		if len(p.Choices) > 0 {
			values[p.Name] = p.Choices[0]
		}
	}
	return values
}
