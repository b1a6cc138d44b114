package submit

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Node is a task at its place in its run.
type Node struct {
	Task  Task
	Depth int    // 0 at the root
	Path  string // the labels of its groups and its own, with slashes between
}

// Tree puts tasks in the order in which a person reads them: every group before
// what is in it, what started first before what started later, and last what has
// not. A task whose group is not there, or is in itself, is at the root.
func Tree(tasks []Task) []Node {
	parents := make(map[string]string, len(tasks))
	for _, t := range tasks {
		parents[t.ID] = t.Parent
	}
	children := map[string][]Task{}
	for _, t := range tasks {
		parent := t.Parent
		if _, there := parents[parent]; !there || within(t.ID, parents) {
			parent = ""
		}
		children[parent] = append(children[parent], t)
	}
	for _, list := range children {
		slices.SortStableFunc(list, inTime)
	}
	return below(Node{Depth: -1}, children, nil)
}

// within reports whether a task is among its own groups.
func within(id string, parents map[string]string) bool {
	at := id
	for range len(parents) {
		if at = parents[at]; at == id {
			return true
		}
		if at == "" {
			return false
		}
	}
	return false
}

// below adds what is below a node. Instances of a mapped group have one id, and
// what is in it is below the first.
func below(at Node, children map[string][]Task, nodes []Node) []Node {
	list := children[at.Task.ID]
	delete(children, at.Task.ID)
	for _, t := range list {
		n := Node{Task: t, Depth: at.Depth + 1, Path: t.Label()}
		if at.Path != "" {
			n.Path = at.Path + "/" + n.Path
		}
		nodes = below(n, children, append(nodes, n))
	}
	return nodes
}

func inTime(a, b Task) int {
	return cmp.Or(
		compareTimes(a.Started, b.Started),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.MapIndex, b.MapIndex),
		cmp.Compare(a.ID, b.ID),
	)
}

// compareTimes puts "not yet" last.
func compareTimes(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

// Label is the task's name, with its index if it is a mapped instance.
func (t Task) Label() string {
	if t.MapIndex < 0 {
		return t.Name
	}
	return fmt.Sprintf("%s[%d]", t.Name, t.MapIndex)
}
