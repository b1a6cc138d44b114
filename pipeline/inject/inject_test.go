package inject_test

import (
	"cmp"
	"flag"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/inject"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// ways are options that together use everything there is.
var ways = map[string]inject.Options{
	"volume": {
		ConfigMap: inject.Object{Name: "team-config"}, Secret: inject.Object{Name: "team-secrets"},
		Variables: map[string]string{"FLTS_MODE": "supervise", "APP_ENV": "prod"},
	},
	"volume elsewhere": {
		Program:   "/opt/flts/flts-run",
		ConfigMap: inject.Object{Name: "team-config", Dir: "/mnt/own/config", Required: true}, Secret: inject.Object{Name: "team-secrets", Dir: "/mnt/own/secrets"},
	},
	"env": {
		By: inject.Variables, ConfigMap: inject.Object{Name: "team-config"}, Secret: inject.Object{Name: "team-secrets"},
		Keys: []inject.Key{{Name: "APP_ENV"}, {Name: "GATEWAY_URL"}, {Name: "MINIO_SECRET_KEY", Sensitive: true}},
	},
	"program alone": {},
	"old server":    {Secret: inject.Object{Name: "team-secrets"}, Server: "2.0.5"},
}

// compiled are the pipelines that the SDK compiled, by name.
func compiled(t testing.TB) map[string][]byte {
	files, err := filepath.Glob("../../testdata/kfp/pipelines/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 50)
	texts := map[string][]byte{}
	for _, file := range files {
		texts[filepath.Base(file)], err = os.ReadFile(file)
		require.NoError(t, err)
	}
	return texts
}

// refused are the pipelines that cannot have it, by the way: they mount something of
// their own at the standard place.
var refused = map[string]map[string]string{
	"volume": {
		"flts-components.yaml":                componentsMount("/etc/flts/config", "/etc/flts/secrets"),
		"kubernetes-configmap-volume.yaml":    "exec-say mounts another object at /etc/flts/config already",
		"kubernetes-names-as-parameters.yaml": "exec-say mounts another object at /etc/flts/config already",
		"kubernetes-secret-volume.yaml":       "exec-double mounts another object at /etc/flts/secrets already",
	},
	"old server": {
		"flts-components.yaml":          componentsMount("/etc/flts/secrets"),
		"kubernetes-secret-volume.yaml": "exec-double mounts another object at /etc/flts/secrets already",
	},
}

// componentsMount is why the pipeline of the four components is refused: its author
// mounts objects of other names there.
func componentsMount(dirs ...string) string {
	var reasons []string
	for _, executor := range []string{"exec-evaluate", "exec-predict", "exec-preprocess", "exec-train"} {
		for _, dir := range dirs {
			reasons = append(reasons, executor+" mounts another object at "+dir+" already")
		}
	}
	return strings.Join(reasons, "; ")
}

// everyWay are the pipelines that tell one way from another: the others differ in what no
// injection touches, and have one of them.
var everyWay = regexp.MustCompile(`^(kubernetes|container|importer|flts|pipeline|task-environment)`)

// Whatever is injected, nothing else changes, a second time changes nothing, no pod is
// made impossible, and all of it comes out again.
func TestEveryCompiledPipeline(t *testing.T) {
	for way, o := range ways {
		for name, text := range compiled(t) {
			if way != "volume elsewhere" && !everyWay.MatchString(name) {
				continue
			}
			o.File = name
			got, err := inject.Inject(text, o)
			if reason := refused[way][name]; reason != "" {
				require.EqualError(t, err, reason)
				continue
			}
			require.NoError(t, err, "%s %s", way, name)
			require.False(t, got.Anew, "%s %s", way, name)
			again, err := inject.Inject(got.Text, o)
			require.NoError(t, err, "%s %s", way, name)
			require.Equal(t, string(got.Text), string(again.Text), "%s %s", way, name)
			back, err := inject.Remove(name, got.Text)
			require.NoError(t, err, "%s %s", way, name)
			require.Equal(t, string(text), string(back.Text), "%s %s", way, name)
			require.True(t, holdsLinesOf(got.Text, text), "%s %s: a line is gone", way, name)
			sameTasks(t, text, got.Text, cmp.Or(o.Program, inject.DefaultProgram))
		}
	}
}

// holdsLinesOf reports whether all lines of a text are in another one, in their order.
func holdsLinesOf(text, before []byte) bool {
	left := strings.Split(strings.TrimSpace(string(before)), "\n")
	for line := range strings.Lines(string(text)) {
		if len(left) > 0 && strings.TrimSuffix(line, "\n") == left[0] {
			left = left[1:]
		}
	}
	return len(left) == 0
}

// sameTasks holds tasks against what they were: they start the same under flts-run, and
// have what they had.
func sameTasks(t *testing.T, before, after []byte, program string) {
	t.Helper()
	was, err := pipeline.Read("before", before)
	require.NoError(t, err)
	is, err := pipeline.Read("after", after)
	require.NoError(t, err)
	require.Len(t, is.Tasks(), len(was.Tasks()))
	for i, task := range is.Tasks() {
		old := was.Tasks()[i]
		require.Empty(t, task.Repeated())
		require.Equal(t, old.Inputs, task.Inputs)
		require.Equal(t, old.Image, task.Image)
		require.Subset(t, task.Environ, old.Environ)
		require.Subset(t, task.Injected.Variables, old.Injected.Variables)
		require.Subset(t, task.Injected.Volumes, old.Injected.Volumes)
		if path.Base(old.Command[0]) == "flts-run" {
			require.Equal(t, old.Command, task.Command)
			continue
		}
		require.Equal(t, []string{program, "exec"}, task.Command[:2])
		_, own, found := strings.Cut(strings.Join(task.Command, "\x00"), "\x00--\x00")
		require.True(t, found)
		require.Equal(t, strings.Join(old.Command, "\x00"), own)
	}
}

// The goldens are whole pipelines, as the command writes them.
func TestGoldens(t *testing.T) {
	texts := compiled(t)
	for name, way := range map[string]string{
		"kubernetes-pod.yaml": "volume", "kubernetes-nested.yaml": "volume elsewhere", "importer-parameter.yaml": "env",
		"container-args-only.yaml": "program alone", "container-flts-run.yaml": "old server", "pipeline-workspace.yaml": "volume",
	} {
		got, err := inject.Inject(texts[name], ways[way])
		require.NoError(t, err)
		golden := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(golden, got.Text, 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got.Text))
	}
}
