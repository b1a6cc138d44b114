package pipeline_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
)

func TestCachingIsSwitchedOffAtEveryLevel(t *testing.T) {
	for file, want := range map[string]int{"nested-two-levels": 15, "task-caching": 3, "container-one": 1} {
		p, err := pipeline.Load("../testdata/kfp/pipelines/" + file + ".yaml")
		require.NoError(t, err)
		before := spec(t, p)
		copied, changed := p.DisableCaching()
		require.Equal(t, strings.Count(before, `"enableCache":true`), changed, file)
		require.Equal(t, want, changed, file)
		require.Equal(t, strings.ReplaceAll(before, `"enableCache":true`, `"enableCache":false`), spec(t, copied))
		require.Equal(t, before, spec(t, p), "what was given has changed")
		require.NotEqual(t, p.Digest(), copied.Digest())
	}
	p, err := pipeline.Read("p", []byte(`{"pipeline_info": {"name": "p"}, "schema_version": "2.1.0", "root": {"dag": {"tasks": {"a": {"caching_options": {"enable_cache": true}}, "b": {}, "c": 1}}}}`))
	require.NoError(t, err)
	copied, changed := p.DisableCaching()
	require.Equal(t, 1, changed)
	require.Contains(t, spec(t, copied), `"a":{"caching_options":{"enable_cache":false}}`)
}

func TestImages(t *testing.T) {
	p, err := pipeline.Load("../testdata/kfp/pipelines/importer-parameter.yaml")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"exec-read": "python:3.11-slim"}, p.Images())
}

func TestTheDigestIsOfWhatTheServerKeeps(t *testing.T) {
	digest := func(text string) string {
		p, err := pipeline.Read("p", []byte(text))
		require.NoError(t, err)
		return p.Digest()
	}
	first := digest(small + "x: {a: 1, b: 10000000}\n")
	require.Len(t, first, 64)
	require.Equal(t, first, digest("x: {b: 1.0e+7, a: 1.00}\n"+small))
	require.NotEqual(t, first, digest(small+"x: {a: '1', b: 10000000}\n"))
	require.NotEqual(t, first, digest(small+"x: {a: 1, b: 10000000}\n---\n"+platform))
	require.Equal(t, pipeline.Digest(map[string]any{"a": true}), pipeline.Digest(map[string]any{"a": true}))
}

func BenchmarkRead(b *testing.B) {
	for _, file := range []string{"flts-train", "inputs-sixty", "nested-same-component-twice"} {
		b.Run(file, func(b *testing.B) {
			for b.Loop() {
				p, err := pipeline.Load("../testdata/kfp/pipelines/" + file + ".yaml")
				require.NoError(b, err)
				p.Form()
				_, err = p.Spec()
				require.NoError(b, err)
			}
		})
	}
}
