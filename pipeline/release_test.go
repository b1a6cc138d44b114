package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
)

func TestParseRelease(t *testing.T) {
	for text, want := range map[string]pipeline.Release{"2.5": {2, 5}, "v2.16.0-rc.1": {2, 16}, "2.14-alpha": {2, 14}} {
		got, err := pipeline.ParseRelease(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "2", "2.", "x.5", "-1.5", "0.5", "2.-5"} {
		_, err := pipeline.ParseRelease(text)
		require.EqualError(t, err, `"`+text+`" is no version of Kubeflow Pipelines, such as 2.5`)
	}
}
