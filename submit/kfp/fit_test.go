package kfp

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
)

func TestReleaseOf(t *testing.T) {
	for tag, want := range map[string]pipeline.Release{
		"2.0.5": {2, 0}, "v2.4.1": {2, 4}, "2.17.0-rc.1": {2, 17}, "2.14": {2, 14}, "2.15-rc1": {2, 15},
		"": {}, "dev": {}, "master-abc": {}, "2": {}, "2.x": {},
	} {
		require.Equal(t, want, pipeline.ReleaseOf(tag), tag)
	}
	require.True(t, pipeline.Release{2, 4}.Before(pipeline.Release{2, 5}))
	require.True(t, pipeline.Release{1, 9}.Before(pipeline.Release{2, 0}))
	require.False(t, pipeline.Release{2, 5}.Before(pipeline.Release{2, 5}))
	require.False(t, pipeline.Release{3, 0}.Before(pipeline.Release{2, 5}))
	require.False(t, pipeline.Release{}.Before(pipeline.Release{2, 5}), "what is not known is not held against it")
}

func TestFit(t *testing.T) {
	const spec = `{"pipelineInfo":{"name":"p"},"schemaVersion":"2.1.0","root":{"dag":{"tasks":{}},"inputDefinitions":{"parameters":{"mode":{"parameterType":"STRING","literals":["a","b"]},"n":{"parameterType":"NUMBER_DOUBLE","defaultValue":1.50}}}}}`
	const plain = `{"pipelineInfo":{"name":"p"},"schemaVersion":"2.1.0","root":{"dag":{"tasks":{}},"inputDefinitions":{"parameters":{"mode":{"parameterType":"STRING"},"n":{"parameterType":"NUMBER_DOUBLE","defaultValue":1.50}}}}}`
	platform := func(fields string) string {
		return `{"platforms":{"kubernetes":{"deploymentSpec":{"executors":{"exec-a":` + fields + `}}}}}`
	}
	const constant = `{"runtimeValue":{"constant":"s"}}`
	for name, tc := range map[string]struct {
		tag                    string
		spec, platform         string
		wantSpec, wantPlatform string
		notes                  []string
	}{
		"new server":     {"2.17.0", spec, platform(`{"secretAsEnv":[{"secretName":"s","secretNameParameter":` + constant + `,"optional":false}]}`), spec, platform(`{"secretAsEnv":[{"secretName":"s","secretNameParameter":` + constant + `,"optional":false}]}`), nil},
		"unknown server": {"dev", spec, "", spec, "", nil},
		"literals":       {"2.5.0", spec, "", plain, "", []string{"sent without the lists of allowed values of 1 parameter, which KFP reads from 2.16 on; this server is 2.5.0"}},
		"same name twice": {
			"2.4.0", plain, platform(`{"secretAsEnv":[{"secretName":"s","secretNameParameter":` + constant + `,"optional":false}],"configMapAsVolume":[{"configMapName":"s","configMapNameParameter":` + constant + `,"optional":false}]}`),
			plain, platform(`{"secretAsEnv":[{"secretName":"s"}],"configMapAsVolume":[{"configMapName":"s","optional":false}]}`), nil,
		},
		"name from a parameter": {
			"2.4.0", plain, platform(`{"secretAsEnv":[{"secretNameParameter":{"componentInputParameter":"x"},"optional":true}]}`),
			plain, platform(`{"secretAsEnv":[{"secretNameParameter":{"componentInputParameter":"x"},"optional":true}]}`),
			[]string{
				"the tasks may fail: KFP reads optional of the platform document from 2.15 on; this server is 2.4.0",
				"the tasks may fail: KFP reads secretNameParameter of the platform document from 2.5 on; this server is 2.4.0",
			},
		},
		"fields": {
			"2.0.5", plain, platform(`{"tolerations":[{"key":"x"}],"emptyDirMounts":[{}],"nodeSelector":{"labels":{}}}`),
			plain, platform(`{"tolerations":[{"key":"x"}],"emptyDirMounts":[{}],"nodeSelector":{"labels":{}}}`),
			[]string{
				"the tasks may fail: KFP reads emptyDirMounts of the platform document from 2.3 on; this server is 2.0.5",
				"the tasks may fail: KFP reads tolerations of the platform document from 2.1 on; this server is 2.0.5",
			},
		},
		"nothing for the executors": {"2.0.5", plain, `{"platforms":{"kubernetes":{}}}`, plain, `{"platforms":{"kubernetes":{"deploymentSpec":{"executors":{}}}}}`, nil},
		"whole pipeline": {
			"2.0.5", plain, `{"platforms":{"kubernetes":{"pipelineConfig":{"workspace":{}}}}}`, plain, `{"platforms":{"kubernetes":{"deploymentSpec":{"executors":{}},"pipelineConfig":{"workspace":{}}}}}`,
			[]string{"the server drops the platform document: it does not know pipelineConfig in it; this server is 2.0.5"},
		},
		"another platform": {"2.0.5", plain, `{"platforms":{"moon":{}}}`, plain, `{"platforms":{"moon":{}}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			text := tc.spec
			if tc.platform != "" {
				text += "\n---\n" + tc.platform
			}
			p, err := pipeline.Read("p.yaml", []byte(text))
			require.NoError(t, err)
			before := p.Digest()
			got, notes, err := fit(p, tc.tag)
			require.NoError(t, err)
			require.Equal(t, tc.notes, notes)
			require.Equal(t, before, p.Digest(), "what was given stays")
			gotSpec, err := got.Spec()
			require.NoError(t, err)
			require.JSONEq(t, tc.wantSpec, string(gotSpec))
			require.Contains(t, string(gotSpec), "1.50")
			gotPlatform, err := got.PlatformSpec()
			require.NoError(t, err)
			if tc.wantPlatform == "" {
				require.Nil(t, gotPlatform)
				return
			}
			require.JSONEq(t, tc.wantPlatform, string(gotPlatform))
		})
	}
}
