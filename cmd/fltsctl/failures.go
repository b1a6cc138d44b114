package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/submit"
)

// How much is said of a run that failed, and how long its logs are waited for.
const (
	explainedTasks = 3
	shownLines     = 20
	readLines      = 500 // for a line of flts-run in front of those
	logTimeout     = 15 * time.Second
)

// taskFailure is why a task failed, as far as that can be found out.
type taskFailure struct {
	Path  string
	Task  submit.Task
	Ref   string // how the task is named to "fltsctl runs logs"
	Log   logEnd
	NoLog error // why the log could not be read
}

// explain finds out why a run failed: from its tasks, the first to fail first, and
// from the ends of their logs.
func (r *runner) explain(ctx context.Context, b submit.Backend, run submit.Run) []taskFailure {
	if run.State != submit.Failed || run.Terminated {
		return nil
	}
	r.hide("", run.Parameters)
	var list []taskFailure
	for _, n := range failed(run.Tasks) {
		f := taskFailure{Path: n.Path, Task: n.Task, Ref: taskRef(run.Tasks, n.Task)}
		if len(list) < explainedTasks {
			f.Log, f.NoLog = readLogEnd(ctx, b, submit.LogQuery{Run: run.ID, Task: f.Ref, Tail: readLines})
		}
		list = append(list, f)
	}
	return list
}

// failed lists the tasks that failed, without the groups that failed with them. A
// task that never started did so only because of another one.
func failed(tasks []submit.Task) []submit.Node {
	var leaves, groups []submit.Node
	for _, n := range submit.Tree(tasks) {
		switch {
		case n.Task.State != submit.Failed:
		case n.Task.Group:
			groups = append(groups, n)
		default:
			leaves = append(leaves, n)
		}
	}
	if len(leaves) == 0 {
		return groups
	}
	slices.SortStableFunc(leaves, func(a, b submit.Node) int {
		switch x, y := a.Task.Finished, b.Task.Finished; {
		case x.IsZero() == y.IsZero():
			return x.Compare(y)
		case x.IsZero():
			return 1
		}
		return -1
	})
	started := func(n submit.Node) bool { return !n.Task.Started.IsZero() }
	if slices.ContainsFunc(leaves, started) {
		leaves = slices.DeleteFunc(leaves, func(n submit.Node) bool { return !started(n) && n.Task.Error == "" })
	}
	return leaves
}

// taskRef names a task: by its label if no other has it, else by its id.
func taskRef(tasks []submit.Task, t submit.Task) string {
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
func readLogEnd(ctx context.Context, b submit.Backend, q submit.LogQuery) (logEnd, error) {
	ctx, cancel := context.WithTimeout(ctx, logTimeout)
	defer cancel()
	var w logTail
	err := b.Logs(ctx, q, &w)
	return w.end(), err
}

// failureText is what there is to say of a run that failed, with each failed task
// in a block of its own.
func failureText(run submit.Run, failures []taskFailure) string {
	var b strings.Builder
	if run.Error != "" {
		fmt.Fprintf(&b, "%s\n", oneLine(run.Error))
	}
	for i, f := range failures {
		if i == explainedTasks {
			fmt.Fprintf(&b, "\nand %d more: %s\n", len(failures)-i, strings.Join(paths(failures[i:]), ", "))
			break
		}
		b.WriteString("\n" + f.text())
	}
	return b.String()
}

func paths(failures []taskFailure) []string {
	var list []string
	for _, f := range failures {
		list = append(list, oneLine(f.Path))
	}
	return list
}

func (f *taskFailure) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s FAILED", oneLine(f.Path))
	if text := remark(f.Task); text != "" {
		b.WriteString(": " + text)
	}
	b.WriteString("\n")
	if v := f.Log.Verdict; v.Line != "" {
		b.WriteString("  " + oneLine(v.Line) + "\n")
		if v.Hint != "" {
			b.WriteString("  " + oneLine(v.Hint) + "\n")
		}
		if v.Code != "" {
			b.WriteString("  flts-run explain " + v.Code + " says more\n")
		}
	}
	if n := len(f.Log.Lines); n > 0 {
		fmt.Fprintf(&b, "  the end of its log:\n")
		for _, line := range f.Log.Lines {
			b.WriteString("  | " + console.Printable(line) + "\n")
		}
	}
	if f.NoLog != nil {
		b.WriteString("  its log cannot be read: " + oneLine(troubleText(f.NoLog)) + "\n")
		var e *submit.Error
		if errors.As(f.NoLog, &e) && e.Advice != "" {
			b.WriteString("  " + oneLine(e.Advice) + "\n")
		}
	}
	return strings.ReplaceAll(b.String(), "  | \n", "  |\n")
}

// troubleText is an error from a server in words of ours.
func troubleText(err error) string {
	var e *submit.Error
	switch {
	case errors.As(err, &e):
		return e.Message
	case errors.Is(err, context.DeadlineExceeded):
		return "there was no answer in time"
	}
	return "there was no usable answer"
}
