package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// asLauncher is the name under which this test binary is the launcher of
// Kubeflow Pipelines: the parent of the task, with a command line that holds the
// run.
const asLauncher = "launch"

// installLauncher makes DIR/kfp-launcher/launch, where the init container of KFP
// puts it, and returns its path.
func installLauncher(dir string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "kfp-launcher", asLauncher)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, os.Symlink(self, path)
}

// launcher makes LAUNCH the path of a launcher.
func launcher(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: launcher")
	}
	path, err := installLauncher(ts.MkAbs("."))
	ts.Check(err)
	ts.Setenv("LAUNCH", path)
}

// beLauncher does what the launcher does: it adds the defaults of the component
// to the executor input, puts that in place of {{$}}, runs the task as a child,
// and makes every failure a 1.
func beLauncher(args []string) int {
	end := slices.Index(args, "--")
	flags := map[string]string{}
	for i := 0; i+1 < end; i += 2 {
		flags[args[i]] = args[i+1]
	}
	input, err := withDefaults(flags["--executor_input"], flags["--component_spec"])
	if err != nil {
		fmt.Fprintln(os.Stderr, "launcher:", err)
		return 1
	}
	task := slices.Clone(args[end+1:])
	for i := range task {
		task[i] = strings.ReplaceAll(task[i], "{{$}}", input)
	}
	cmd := exec.Command(task[0], task[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "launcher: failed to execute component:", err)
		return 1
	}
	return 0
}

func withDefaults(input, spec string) (string, error) {
	var doc map[string]map[string]any
	var component struct {
		InputDefinitions struct {
			Parameters map[string]struct{ DefaultValue any }
		}
	}
	if err := json.Unmarshal([]byte(input), &doc); err != nil {
		return "", fmt.Errorf("--executor_input: %w", err)
	}
	if err := json.Unmarshal([]byte(spec), &component); err != nil {
		return "", fmt.Errorf("--component_spec: %w", err)
	}
	values := map[string]any{}
	for name, p := range component.InputDefinitions.Parameters {
		if p.DefaultValue != nil {
			values[name] = p.DefaultValue
		}
	}
	given, _ := doc["inputs"]["parameterValues"].(map[string]any)
	maps.Copy(values, given)
	doc["inputs"]["parameterValues"] = values
	text, err := json.Marshal(doc)
	return string(text), err
}
