package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
)

func TestLine(t *testing.T) {
	read := func(text string) *pipeline.Package {
		p, err := pipeline.Read("p", []byte(text))
		require.NoError(t, err)
		return p
	}
	two := read("# of a compiler\n" + small + "components: &all\n  c:\n    input_definitions: {x: [a,\n      b]}\nagain: *all\n---\n" + platform)
	for _, c := range []struct {
		names []string
		want  int
	}{
		{[]string{"pipelineInfo", "name"}, 2},
		{[]string{"root", "dag", "tasks", "train"}, 4}, // as far as it leads
		{[]string{"components", "c", "inputDefinitions", "x", "1"}, 8},
		{[]string{"components", "c", "inputDefinitions", "x", "7"}, 7},
		{[]string{"again", "c"}, 6}, // where it is written
		{[]string{"platforms", "kubernetes"}, 11},
		{[]string{"nowhere"}, 0},
		{nil, 0},
	} {
		require.Equal(t, c.want, two.Line(c.names...), c.names)
	}

	json := read("{\"pipelineInfo\": {\"name\": \"p\"},\n\"schemaVersion\": \"2.1.0\",\n\"root\": {\"dag\": {}}}")
	require.Equal(t, 3, json.Line("root", "dag"))
	pairs := read("{\"pipelineInfo\": {\"name\": \"p\", \"description\": \"\\ud83d\\ude00\"},\n\"schemaVersion\": \"2.1.0\",\n\"root\": {\"dag\": {}}}")
	require.Equal(t, 0, pairs.Line("root"), "JSON that is no YAML")
	require.Equal(t, 0, new(pipeline.Package).Line("root"))
}
