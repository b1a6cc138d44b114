package submit

import (
	"context"
	"slices"
	"time"
)

// ExplainedTasks is of how many tasks Explain reads the logs.
const ExplainedTasks = 3

const (
	readLines  = 500 // of a log, for what flts-run said before the last ones
	logTimeout = 15 * time.Second
)

// Failure is why a task failed, as far as that can be found out.
type Failure struct {
	Task  Task
	Path  string // its name with those of its groups in front
	Ref   string // how LogQuery.Task names it
	Log   LogEnd
	NoLog error // why the log could not be read
}

// Explain finds out why a run failed: from its tasks, what failed first in front,
// and from the ends of the logs of the first few. A run that was terminated has
// nothing to explain.
func Explain(ctx context.Context, b Backend, run Run) []Failure {
	if run.State != Failed || run.Terminated {
		return nil
	}
	var list []Failure
	for _, n := range failedTasks(run.Tasks) {
		f := Failure{Task: n.Task, Path: n.Path, Ref: TaskRef(run.Tasks, n.Task)}
		if len(list) < ExplainedTasks {
			f.Log, f.NoLog = readLogEnd(ctx, b, LogQuery{Run: run.ID, Task: f.Ref, Tail: readLines})
		}
		list = append(list, f)
	}
	return list
}

// failedTasks leaves out the groups that failed with what is in them, and the
// tasks that never started because of another one.
func failedTasks(tasks []Task) []Node {
	var leaves, groups []Node
	for _, n := range Tree(tasks) {
		switch {
		case n.Task.State != Failed:
		case n.Task.Group:
			groups = append(groups, n)
		default:
			leaves = append(leaves, n)
		}
	}
	if len(leaves) == 0 {
		return groups
	}
	slices.SortStableFunc(leaves, func(a, b Node) int { return compareTimes(a.Task.Finished, b.Task.Finished) })
	if started := slices.DeleteFunc(slices.Clone(leaves), neverStarted); len(started) > 0 {
		return started
	}
	return leaves
}

func neverStarted(n Node) bool { return n.Task.Started.IsZero() && n.Task.Error == "" }

// TaskRef names a task of a run for people: by its label if no other has it, else
// by its id.
func TaskRef(tasks []Task, t Task) string {
	same := 0
	for _, other := range tasks {
		if other.Label() == t.Label() {
			same++
		}
	}
	if same == 1 {
		return t.Label()
	}
	return t.ID
}

// readLogEnd reads the end of a task's log. It waits no longer than people do.
func readLogEnd(ctx context.Context, b Backend, q LogQuery) (LogEnd, error) {
	ctx, cancel := context.WithTimeout(ctx, logTimeout)
	defer cancel()
	var tail LogTail
	err := b.Logs(ctx, q, &tail)
	return tail.End(), err
}
