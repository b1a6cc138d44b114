package inject_test

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/inject"
)

// Whatever a file holds, what comes out of an injection is a pipeline, a second one
// changes nothing, and all of it comes out again.
func FuzzInject(f *testing.F) {
	for _, name := range []string{"container-one", "kubernetes-nested", "kubernetes-claims", "importer-constant", "pipeline-workspace"} {
		text, err := os.ReadFile("../../testdata/kfp/pipelines/" + name + ".yaml")
		require.NoError(f, err)
		f.Add(string(text), true)
	}
	f.Add(written, false)
	f.Add(written+platformOf("pvcMount: []\n"), true)
	f.Add(`{"schemaVersion": "2.1.0", "pipelineInfo": {"name": "p"}, "root": {"dag": {"tasks": {"t": {"componentRef": {"name": "c"}}}}}, "components": {"c": {"executorLabel": "e"}}, "deploymentSpec": {"executors": {"e": {"container": {"command": ["x"], "image": "i"}}}}}`, true)
	f.Fuzz(func(t *testing.T, text string, volumes bool) {
		o := both
		o.Variables = map[string]string{"APP_ENV": "dev"}
		if !volumes {
			o.By, o.Keys = inject.Variables, []inject.Key{{Name: "A"}, {Name: "B", Sensitive: true}}
		}
		bare, err := inject.Remove("p.yaml", []byte(text))
		if err != nil {
			return
		}
		got, err := inject.Inject([]byte(text), o)
		var refusal *inject.Refusal
		if errors.As(err, &refusal) {
			require.NotEmpty(t, refusal.Problems)
			return
		}
		require.NoError(t, err)
		p, err := pipeline.Read("p.yaml", got.Text)
		require.NoError(t, err)
		before, err := pipeline.Read("p.yaml", bare.Text)
		require.NoError(t, err)
		for i, task := range p.Tasks() {
			require.Equal(t, before.Tasks()[i].Repeated(), task.Repeated())
		}
		again, err := inject.Inject(got.Text, o)
		require.NoError(t, err)
		require.Equal(t, string(got.Text), string(again.Text))
		back, err := inject.Remove("p.yaml", got.Text)
		require.NoError(t, err)
		require.Equal(t, withoutEmpty(valuesOf(t, bare.Text)), withoutEmpty(valuesOf(t, back.Text)))
	})
}

// withoutEmpty is a value without what says nothing: servers take it for what is not there.
func withoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for name, inner := range v {
			if inner = withoutEmpty(inner); inner != nil {
				m[name] = inner
			}
		}
		if len(m) > 0 {
			return m
		}
		return nil
	case []any:
		var list []any
		for _, inner := range v {
			if inner = withoutEmpty(inner); inner != nil {
				list = append(list, inner)
			}
		}
		if len(list) > 0 {
			return list
		}
		return nil
	}
	return v
}
