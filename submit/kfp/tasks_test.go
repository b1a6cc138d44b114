package kfp

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

// taskLines are tasks as "name<parent/pod", and "[name]" for groups.
func taskLines(tasks []submit.Task) []string {
	names := map[string]string{"": ""}
	for _, t := range tasks {
		names[t.ID] = t.Name
	}
	var lines []string
	for _, t := range tasks {
		name := t.Name
		if t.Group {
			name = "[" + name + "]"
		}
		lines = append(lines, name+"<"+names[t.Parent]+"/"+t.Pod)
	}
	return lines
}

func TestTasksOf(t *testing.T) {
	node := func(id, name string, children ...string) taskRecord {
		return taskRecord{ID: id, Name: name, State: "RUNNING", Children: children}
	}
	failed := func(id, name string, children ...string) taskRecord {
		return taskRecord{ID: id, Name: name, State: "FAILED", Children: children}
	}
	train := []taskRecord{
		node("0", "w-1", "w-1-100"), node("1", "root-driver", "w-1-101"), node("2", "root", "w-1-102"),
		node("3", "prepare-driver", "w-1-103"), node("4", "prepare", "w-1-104"), node("5", "executor"),
		node("6", "inner-driver", "w-1-105"), node("7", "inner", "w-1-106", "w-1-107"),
		node("8", "train", "w-1-108"), node("9", "executor(0)"), node("10", "executor"),
	}
	spec := map[string]any{
		"root": map[string]any{"dag": map[string]any{"tasks": map[string]any{
			"prepare": map[string]any{"componentRef": map[string]any{"name": "comp-a"}},
			"inner":   map[string]any{"componentRef": map[string]any{"name": "comp-dag"}},
		}}},
		"components": map[string]any{
			"comp-a": map[string]any{"executorLabel": "exec-a"},
			"comp-dag": map[string]any{"dag": map[string]any{"tasks": map[string]any{
				"train": map[string]any{"componentRef": map[string]any{"name": "comp-a"}},
			}}},
			"comp-self": map[string]any{"dag": map[string]any{"tasks": map[string]any{
				"again": map[string]any{"componentRef": map[string]any{"name": "comp-self"}},
			}}},
		},
	}
	twice := map[string]any{"components": spec["components"], "root": map[string]any{"dag": map[string]any{"tasks": map[string]any{
		"train": map[string]any{"componentRef": map[string]any{"name": "comp-a"}},
		"inner": map[string]any{"componentRef": map[string]any{"name": "comp-dag"}},
	}}}}
	for name, tc := range map[string]struct {
		spec  any
		nodes []taskRecord
		want  []string
	}{
		"nothing yet":             {spec, nil, nil},
		"two levels":              {spec, train, []string{"prepare</w-1-104", "[inner]</", "train<inner/w-1-108"}},
		"with platform document":  {map[string]any{"pipeline_spec": spec, "platform_spec": map[string]any{}}, train, []string{"prepare</w-1-104", "[inner]</", "train<inner/w-1-108"}},
		"pipeline not known":      {nil, train, []string{"prepare</w-1-104", "inner</", "train</w-1-108"}},
		"one name at two levels":  {twice, []taskRecord{node("1", "inner"), node("2", "train", "p"), node("3", "train", "q")}, []string{"[inner]</", "train</p", "train</q"}},
		"server that says parent": {spec, []taskRecord{node("1", "inner"), {ID: "2", Name: "train", Parent: "1", Pod: "pod"}}, []string{"[inner]</", "train<inner/pod"}},
		"component in itself": {map[string]any{"components": spec["components"], "root": map[string]any{"dag": map[string]any{"tasks": map[string]any{
			"again": map[string]any{"componentRef": map[string]any{"name": "comp-self"}},
		}}}}, []taskRecord{node("1", "again")}, []string{"[again]</"}},
		"drivers that failed": {spec, []taskRecord{failed("1", "root-driver", "2"), failed("3", "prepare-driver", "x"), node("4", "inner-driver", "y")}, []string{"root-driver</", "prepare-driver</"}},
		"nonsense":            {[]any{1}, []taskRecord{node("1", "a")}, []string{"a</"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, taskLines(tasksOf(record{State: "RUNNING", Tasks: tc.nodes}, tc.spec)))
		})
	}
}

// What a driver could not prepare never begins: the driver says why.
func TestDriverThatFailed(t *testing.T) {
	for name, tc := range map[string]struct{ said, want string }{
		"root-driver":  {"", "KFP could not prepare the run"},
		"train-driver": {"", "KFP could not prepare task train"},
		"fit-driver":   {"failed to resolve inputs", "failed to resolve inputs"},
	} {
		tasks := tasksOf(record{State: "FAILED", Tasks: []taskRecord{{ID: "1", Name: name, State: "FAILED", Error: tc.said}}}, nil)
		require.Len(t, tasks, 1)
		require.Equal(t, submit.Failed, tasks[0].State)
		require.Equal(t, tc.want, tasks[0].Error)
	}
}

func TestTaskOfNode(t *testing.T) {
	for node, want := range map[string]struct {
		task string
		try  int
	}{
		"w.root.train.executor":          {"train", 1},
		"w.root.inner.train.executor(2)": {"train", 3},
		"w.root.loop.train(0).executor":  {"train", 1},
		"w.root.importer":                {"importer", 1},
		"w.root.train-driver":            {"train-driver", 1},
		"w.root-driver":                  {"root-driver", 1},
		"":                               {"", 1},
		"executor":                       {"executor", 1},
		"w.root.train.executor(x)":       {"executor(x)", 1},
	} {
		task, try := taskOfNode(node)
		require.Equal(t, want.task, task, node)
		require.Equal(t, want.try, try, node)
	}
}
