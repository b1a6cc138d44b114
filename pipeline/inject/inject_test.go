package inject_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/inject"
)

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
		"kubernetes-configmap-volume.yaml":    "exec-say mounts another object at /etc/flts/config already",
		"kubernetes-names-as-parameters.yaml": "exec-say mounts another object at /etc/flts/config already",
		"kubernetes-secret-volume.yaml":       "exec-double mounts another object at /etc/flts/secrets already",
	},
	"old server": {"kubernetes-secret-volume.yaml": "exec-double mounts another object at /etc/flts/secrets already"},
}

// Whatever is injected, nothing else changes, a second time changes nothing, no pod is
// made impossible, and all of it comes out again.
func TestEveryCompiledPipeline(t *testing.T) {
	for way, o := range ways {
		for name, text := range compiled(t) {
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
			p, err := pipeline.Read(name, got.Text)
			require.NoError(t, err)
			for _, task := range p.Tasks() {
				require.Empty(t, task.Repeated(), "%s %s", way, name)
			}
		}
	}
}
