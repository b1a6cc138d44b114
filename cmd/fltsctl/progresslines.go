package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// progressLines writes a line for each change: for pipes, logs of other programs,
// and terminals that can do no more.
type progressLines struct {
	write func(string) error
}

func (p *progressLines) event(e submit.Event) error {
	switch {
	case e.Kind == submit.TaskChanged:
		return p.write(taskLine(e) + "\n")
	case e.Kind == submit.RunChanged && !e.Run.State.Final() && e.Was != e.Run.State:
		return p.write(stateWord(e.Run.State) + "\n")
	}
	return nil
}

func (p *progressLines) tick(time.Time) error { return nil }

func (p *progressLines) aside(say func()) error {
	say()
	return nil
}

func (p *progressLines) end(run submit.Run, now time.Time, failures []submit.Failure) error {
	return p.write(outcome(run, now) + "\n" + failureText(run, failures))
}

// taskLine is a task that has changed, with the columns of those that the run has
// so far.
func taskLine(e submit.Event) string {
	nodes := submit.Tree(e.Run.Tasks)
	path, width := e.Task.Label(), 0
	for _, n := range nodes {
		width = max(width, columnsOf(oneLine(n.Path)))
		if n.Task.ID == e.Task.ID && n.Task.MapIndex == e.Task.MapIndex {
			path = n.Path
		}
	}
	return columns(oneLine(path), min(width, 40), e.Task, e.Now)
}

// stateWidth and timeWidth are those of the columns behind a task's name.
const (
	stateWidth = len(submit.Succeeded)
	timeWidth  = len("59 m 59 s")
)

// columns is a task in one line.
func columns(name string, width int, t submit.Task, now time.Time) string {
	line := fmt.Sprintf("%s   %-*s   %-*s   %s", padded(name, width), stateWidth, stateWord(t.State), timeWidth, taskLasted(t, now), remark(t))
	return strings.TrimRight(line, " ")
}
