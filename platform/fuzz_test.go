package platform_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/platform"
)

// printable is what every name must be, whoever wrote it.
func printable(t *testing.T, p platform.Platform) {
	names := append([]string{p.Pipeline, p.DAG, p.RunID, p.Task, p.Component, p.Try, p.PodName, p.PodNamespace}, p.Evidence...)
	for _, name := range names {
		require.True(t, utf8.ValidString(name) && len(name) < 300, "%q", name)
		require.Equal(t, -1, strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", name)
	}
}

func FuzzLauncher(f *testing.F) {
	f.Add(strings.Join(launcherLine(nil, "flts-run"), "\x00")+"\x00", "7 (launch) S 1 7", runInput)
	f.Add("/kfp-launcher/launch\x00--executor_input\x00", "7 (a) b) S 7 7", `{"inputs":{"parameterValues":{"lr":0.1}}}`)
	f.Add("x\x00--component_spec\x00{}\x00--executor_input", "", "{{$}}")
	f.Fuzz(func(t *testing.T, cmdline, stat, input string) {
		p := platform.Detect(platform.Input{PPID: 7, Files: fstest.MapFS(tree{}.file("proc/7/cmdline", cmdline).file("proc/7/stat", stat))})
		printable(t, p)
		for name, value := range p.ComponentDefaults(input) {
			require.NotEmpty(t, value, name)
			require.Contains(t, cmdline, string(value))
		}
	})
}

func FuzzDetect(f *testing.F) {
	f.Add("KFP_POD_NAME=a\x00KUBERNETES_SERVICE_HOST=b", "train\x00--executor_input\x00"+runInput, "team-a", "0::/")
	f.Add("AIRFLOW_CTX_DAG_ID=\x1b[0m\x00AIRFLOW_CONN_\xff=x", "--executor_input={{$}}", "a\nb", "docker")
	f.Fuzz(func(t *testing.T, environ, task, namespace, groups string) {
		words := strings.Split(task, "\x00")
		p := platform.Detect(platform.Input{
			Environ: strings.Split(environ, "\x00"), Task: words, PPID: 7,
			Files: fstest.MapFS(tree{}.file("proc/self/cgroup", groups).file("var/run/secrets/kubernetes.io/serviceaccount/namespace", namespace)),
		})
		printable(t, p)
		require.Contains(t, task, p.Executor.Text)
		require.Equal(t, p.Executor.Text == "", p.Executor.From == "")
	})
}
