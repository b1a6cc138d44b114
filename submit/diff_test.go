package submit_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

func TestDiff(t *testing.T) {
	a := submit.Run{
		ID: "1", Name: "a", Pipeline: "train", PipelineID: "p1", Version: "v1", VersionID: "11",
		ServiceAccount: "pipeline-runner",
		Parameters:     map[string]any{"lr": json.Number("0.1"), "layers": []any{"a", "b"}, "seed": json.Number("1"), "none": nil},
		Images:         map[string]string{"prepare": "prepare:1", "train": "train:1"},
	}
	b := submit.Run{
		ID: "2", Name: "b", Pipeline: "train", PipelineID: "p1", Version: "v2", VersionID: "12",
		ServiceAccount: "trainer", PipelineRoot: "s3://b/root",
		Parameters: map[string]any{"lr": json.Number("0.2"), "layers": []any{"a", "b"}, "epochs": json.Number("3"), "none": nil},
		Images:     map[string]string{"prepare": "prepare:1", "train": "train:2"},
	}
	for _, tt := range []struct {
		name    string
		a, b    submit.Run
		want    []submit.Difference
		unknown []string
	}{
		{name: "with itself", a: a, b: a},
		{name: "what it is called and what became of it do not count", a: a, b: func() submit.Run {
			c := a
			c.ID, c.Name, c.State, c.Experiment, c.Description = "3", "c", submit.Failed, "x", "y"
			return c
		}()},
		{name: "everything", a: a, b: b, want: []submit.Difference{
			{What: "pipeline version", A: "v1 (11)", B: "v2 (12)"},
			{What: "service account", A: "pipeline-runner", B: "trainer"},
			{What: "pipeline root", B: "s3://b/root"},
			{What: "parameter", Name: "epochs", B: json.Number("3")},
			{What: "parameter", Name: "lr", A: json.Number("0.1"), B: json.Number("0.2")},
			{What: "parameter", Name: "seed", A: json.Number("1")},
			{What: "image", Name: "train", A: "train:1", B: "train:2"},
		}},
		{name: "images that are not known", a: a, b: func() submit.Run {
			c := a
			c.Images = nil
			return c
		}(), unknown: []string{"images"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			differences, unknown := submit.Diff(tt.a, tt.b)
			require.Equal(t, tt.want, differences)
			require.Equal(t, tt.unknown, unknown)
		})
	}
}
