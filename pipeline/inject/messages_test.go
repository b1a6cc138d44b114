package inject_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/inject"
)

// KFP publishes its messages as Go modules of July 2024 (platform) and January 2025
// (pipeline), and servers read more than them. What such messages lack is here, with the
// release that reads it, or with the release of the SDK that wrote it.
var (
	// injectedLacks is what an injection adds.
	injectedLacks = map[string]string{
		"kfp_kubernetes.ConfigMapAsEnv.configMapNameParameter":    "since 2.5",
		"kfp_kubernetes.ConfigMapAsEnv.optional":                  "since 2.15",
		"kfp_kubernetes.ConfigMapAsVolume.configMapNameParameter": "since 2.5",
		"kfp_kubernetes.SecretAsEnv.optional":                     "since 2.15",
		"kfp_kubernetes.SecretAsEnv.secretNameParameter":          "since 2.5",
		"kfp_kubernetes.SecretAsVolume.secretNameParameter":       "since 2.5",
	}
	// compiledLacks is what the SDK's compiler writes, some of it the same.
	compiledLacks = map[string]string{
		"kfp_kubernetes.ConfigMapAsEnv.configMapNameParameter":     "since 2.5",
		"kfp_kubernetes.ConfigMapAsEnv.optional":                   "since 2.15",
		"kfp_kubernetes.ConfigMapAsVolume.configMapNameParameter":  "since 2.5",
		"kfp_kubernetes.ImagePullSecret.secretNameParameter":       "since 2.5",
		"kfp_kubernetes.KubernetesExecutorConfig.securityContext":  "since 2.16",
		"kfp_kubernetes.NodeSelector.nodeSelectorJson":             "by 2.17",
		"kfp_kubernetes.PvcMount.pvcNameParameter":                 "since 2.5",
		"kfp_kubernetes.PvcMount.subPath":                          "by 2.17",
		"kfp_kubernetes.SecretAsEnv.optional":                      "since 2.15",
		"kfp_kubernetes.SecretAsEnv.secretNameParameter":           "since 2.5",
		"kfp_kubernetes.SecretAsVolume.secretNameParameter":        "since 2.5",
		"ml_pipelines.ComponentInputsSpec.ParameterSpec.literals":  "by 2.17",
		"ml_pipelines.ComponentSpec.taskConfigPassthroughs":        "by 2.17",
		"ml_pipelines.ParameterType.ParameterTypeEnum.TASK_CONFIG": "by 2.17",
		"ml_pipelines.PipelineConfig.workspace":                    "by 2.17",
		"ml_pipelines.PipelineTaskSpec.CachingOptions.cacheKey":    "by 2.17",
	}
)

// lacking are the fields of a pipeline's documents that the messages do not have.
func lacking(t *testing.T, messages teststack.KFPMessages, name string, text []byte) map[string]bool {
	p, err := pipeline.Read(name, text)
	require.NoError(t, err, name)
	spec, err := p.Spec()
	require.NoError(t, err)
	platform, err := p.PlatformSpec()
	require.NoError(t, err)
	fields, err := messages.Unknown(spec, platform)
	require.NoError(t, err, name)
	lacks := map[string]bool{}
	for _, field := range fields {
		lacks[field] = true
	}
	return lacks
}

// Every pipeline, injected in every way, is what KFP's messages describe, but for what
// they are too old for.
func TestInjectedPipelinesAreKFPsMessages(t *testing.T) {
	messages, err := teststack.Binaries{}.KFPMessages(context.WithoutCancel(t.Context()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, messages.Stop()) })

	pipelines := compiled(t)
	require.GreaterOrEqual(t, len(pipelines), 58)
	before, added := map[string]bool{}, map[string]bool{}
	for name, text := range pipelines {
		plain := lacking(t, messages, name, text)
		maps.Copy(before, plain)
		times := 0
		for way, o := range ways {
			if refused[way][name] != "" {
				continue
			}
			injected, err := inject.Inject(text, o)
			require.NoError(t, err, "%s: %s", way, name)
			for field := range lacking(t, messages, name, injected.Text) {
				if !plain[field] {
					added[field] = true
				}
			}
			times++
		}
		require.GreaterOrEqual(t, times, 3, name) // by volumes, by variables, and the program alone
	}
	require.Equal(t, slices.Sorted(maps.Keys(compiledLacks)), slices.Sorted(maps.Keys(before)))
	require.Equal(t, slices.Sorted(maps.Keys(injectedLacks)), slices.Sorted(maps.Keys(added)))
}
