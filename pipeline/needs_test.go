package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
)

func TestNeeds(t *testing.T) {
	needs := func(name string) map[string]string {
		since := map[string]string{}
		for _, n := range sample(t, name).Needs() {
			since[n.Field] = n.Since
			require.NotZero(t, sample(t, name).Line(n.At...), n.Field)
		}
		return since
	}
	require.Empty(t, needs("flts-train"))
	require.Equal(t, map[string]string{
		"configMapAsEnv": "2.1", "fieldPathAsEnv": "2.1",
		"configMapAsEnv.configMapNameParameter": "2.5", "secretAsEnv.secretNameParameter": "2.5",
		"configMapAsEnv.optional": "2.15", "secretAsEnv.optional": "2.15",
	}, needs("flts-train-kubernetes"))
	require.Equal(t, map[string]string{"securityContext": "2.16", "imagePullSecret.secretNameParameter": "2.5"}, needs("kubernetes-pod"))
	require.Equal(t, map[string]string{"emptyDirMounts": "2.3", "pvcMount.pvcNameParameter": "2.5"}, needs("kubernetes-claims"))
	require.Equal(t, map[string]string{"literals": "2.16"}, needs("inputs-literals"))
	require.Equal(t, map[string]string{"parameterType TASK_CONFIG": "2.15"}, needs("task-config"))
}

func TestMounts(t *testing.T) {
	tasks := sample(t, "kubernetes-claims").Tasks()
	require.Equal(t, []pipeline.Mount{{pipeline.Claim, pipeline.Supply{Task: "createpvc"}, "/scratch"}}, tasks[0].Injected.Mounts)
	require.Equal(t, []pipeline.Mount{
		{pipeline.Claim, constant("datasets"), "/datasets"}, {pipeline.Scratch, constant("shm"), "/dev/shm"}, {pipeline.Scratch, constant("cache"), "/cache"},
	}, tasks[1].Injected.Mounts)
	old := `---
platforms: {kubernetes: {deploymentSpec: {executors: {e: {pvcMount: [{constant: c, mountPath: /c}, {componentInputParameter: r, mountPath: /r}]}}}}}
`
	p, err := pipeline.Read("p", []byte(written(`{container: {image: i}}`, old, `a: {componentRef: {name: c}}`)))
	require.NoError(t, err)
	require.Equal(t, []pipeline.Mount{{pipeline.Claim, constant("c"), "/c"}, {pipeline.Claim, pipeline.Supply{Parameter: "r"}, "/r"}}, p.Tasks()[0].Injected.Mounts)
}

// A compiler that fits its defaults to their types leaves nothing to say.
func TestDefaultProblemsOfAllSamples(t *testing.T) {
	var said []string
	for _, file := range samples(t) {
		p, err := pipeline.Load(file)
		require.NoError(t, err)
		for _, problem := range p.DefaultProblems() {
			require.NotZero(t, p.Line(problem.At...))
			said = append(said, problem.Message)
		}
	}
	require.Equal(t, []string{"default: templated has [[RunUUID]] in it, in place of which KFP 2.16 and newer put something else"}, said)
}
