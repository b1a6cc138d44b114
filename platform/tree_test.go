package platform_test

import (
	"fmt"
	"strings"
	"testing/fstest"
)

// tree is a recorded file system: /proc and the few files that tell where we
// are.
type tree fstest.MapFS

func (t tree) file(name, text string) tree {
	t[name] = &fstest.MapFile{Data: []byte(text)}
	return t
}

// process adds a process to /proc.
func (t tree) process(pid, ppid int, words ...string) tree {
	dir := fmt.Sprintf("proc/%d/", pid)
	t.file(dir+"cmdline", strings.Join(words, "\x00")+"\x00")
	return t.file(dir+"stat", fmt.Sprintf("%d (a) b) S %d %d 1 0 -1 4194560", pid, ppid, pid))
}

const (
	runInput = `{"inputs":{"parameterValues":{"dataset":"ElBorn"}},"outputs":{"outputFile":"/minio/b/v2/artifacts/1234/train/salt/output_metadata.json"}}`
	runSpec  = `{"executorLabel":"exec-trainer","inputDefinitions":{"parameters":{"dataset":{"defaultValue":"none"},"lr":{"defaultValue":0.1},"n":{"defaultValue":10000000.0},"must":{}}}}`
)

var launcherFlags = []string{
	"--pipeline_name", "step10", "--run_id", "1234", "--execution_id", "7", "--executor_input", runInput, "--component_spec", runSpec,
	"--pod_name", "pod-of-run", "--pod_uid", "u", "--ml_pipeline_server_address", "ml", "--ml_pipeline_server_port", "8887",
	"--publish_logs", "true", "--cache_disabled", "--",
}

// launcher is the command line of the recorded launcher with a task behind it.
func launcherLine(before []string, task ...string) []string {
	words := append([]string{}, before...)
	words = append(words, "/kfp-launcher/launch")
	return append(append(words, launcherFlags...), task...)
}
