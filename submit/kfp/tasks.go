package kfp

import (
	"strings"

	"github.com/flts-run/flts-run/submit"
)

// tasksOf are the tasks of the pipeline among the nodes of its workflow. For a
// task "train" KFP compiles a node train-driver, which prepares it, and a node
// train with the pod "executor" in it; for a pipeline in the pipeline a DAG with
// the same inside. Which task is in which DAG only the pipeline tells: the API
// shows no parents, and the children of a node are what runs after it too. A driver
// that failed is shown: the task behind it never began, so nothing else tells why.
func tasksOf(rec record, spec any) []submit.Task {
	places := placesOf(inner(spec))
	final := stateOf(rec.State).Final()
	var tasks []submit.Task
	ids := map[string]string{} // of tasks whose name is one
	for _, node := range rec.Tasks {
		place, known := places[node.Name]
		prepares := ""
		if !known {
			prepares = failedDriver(node)
		}
		if !known && prepares == "" && (len(places) > 0 || isMachinery(rec, node)) {
			continue
		}
		task := submit.Task{
			ID: node.ID, Name: node.Name, Parent: node.Parent,
			State: stateOf(node.State), Native: node.State,
			Started: node.Started, Finished: node.Finished,
			MapIndex: -1,
			Group:    place.group,
			Error:    errorOf(node.Error, node.History),
		}
		if prepares != "" && task.Error == "" {
			task.Error = "KFP could not prepare " + prepares
		}
		if !task.Group && prepares == "" {
			task.Pod = podOf(node)
		}
		if final && task.State == submit.Unknown {
			task.State = submit.Skipped // Argo left it out, or never came to it
		}
		tasks = append(tasks, task)
		ids[node.Name] = ifOne(ids, node)
	}
	for i, task := range tasks {
		if parent := places[task.Name].parent; task.Parent == "" && parent != "" {
			tasks[i].Parent = ids[parent]
		}
	}
	return tasks
}

// failedDriver is what the driver that failed was to prepare, "" of any other node.
func failedDriver(node taskRecord) string {
	task, driver := strings.CutSuffix(node.Name, "-driver")
	switch {
	case !driver || stateOf(node.State) != submit.Failed:
		return ""
	case task == "root":
		return "the run"
	}
	return "task " + task
}

// ifOne is the id of a node, or "" if it is not the only one of its name.
func ifOne(ids map[string]string, node taskRecord) string {
	if _, twice := ids[node.Name]; twice {
		return ""
	}
	return node.ID
}

// isMachinery knows the nodes that are no tasks where the pipeline is not known.
func isMachinery(rec record, node taskRecord) bool {
	switch {
	case node.Name == "root", node.Name == "executor", strings.HasPrefix(node.Name, "executor("), strings.HasSuffix(node.Name, "-driver"):
		return true
	}
	// The workflow itself has the name that begins the ids of all nodes.
	for _, n := range rec.Tasks {
		for _, child := range n.Children {
			if strings.HasPrefix(child, node.Name+"-") {
				return true
			}
		}
	}
	return false
}

// podOf is the node that has the log of a task.
func podOf(node taskRecord) string {
	if node.Pod != "" {
		return node.Pod
	}
	if len(node.Children) == 1 {
		return node.Children[0]
	}
	return ""
}

// place is where a task stands in its pipeline.
type place struct {
	parent string // task that is the DAG around it; "" at the root, and if there are several
	group  bool   // it is a DAG itself
}

// placesOf finds the tasks of a pipeline at all levels, by name.
func placesOf(spec map[string]any) map[string]place {
	places := map[string]place{}
	addPlaces(places, spec, object(spec, "root"), "", 0)
	return places
}

func addPlaces(places map[string]place, spec, component map[string]any, parent string, depth int) {
	const deepest = 50 // a component that contains itself is no pipeline
	if depth > deepest {
		return
	}
	for name, task := range object(component, "dag", "tasks") {
		reference, _ := object(task, "componentRef")["name"].(string)
		below := object(spec, "components", reference)
		_, group := below["dag"]
		if before, twice := places[name]; twice {
			if before.parent != parent {
				before.parent = ""
			}
			before.group = before.group || group
			places[name] = before
			continue
		}
		places[name] = place{parent: parent, group: group}
		addPlaces(places, spec, below, name, depth+1)
	}
}
