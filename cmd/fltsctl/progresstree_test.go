package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

// drawing is a tree on a screen at a time that the test moves.
type drawing struct {
	*progressTree
	*screen
	at time.Time
}

func newDrawing(t *testing.T, columns, rows int, colours bool) *drawing {
	d := &drawing{screen: newScreen(t, columns, rows), at: noon()}
	d.progressTree = &progressTree{
		write: func(text string) error {
			_, err := d.screen.Write([]byte(text))
			return err
		},
		size: d.screen.size, colours: colours, now: func() time.Time { return d.at },
	}
	return d
}

func (d *drawing) show(t *testing.T, run submit.Run) {
	require.NoError(t, d.event(submit.Event{Kind: submit.RunChanged, Run: run, Now: d.at}))
}

func step(name string, state submit.State, started, finished time.Duration) submit.Task {
	t := submit.Task{ID: name, Name: name, State: state, MapIndex: -1}
	if started > 0 {
		t.Started = noon().Add(started)
	}
	if finished > 0 {
		t.Finished = noon().Add(finished)
	}
	return t
}

func inGroup(group string, t submit.Task) submit.Task {
	t.Parent = group
	return t
}

func training(tasks ...submit.Task) submit.Run {
	return submit.Run{ID: "1", Name: "training", State: submit.Running, Created: noon(), Tasks: tasks}
}

func TestTreeInPlace(t *testing.T) {
	d := newDrawing(t, 60, 24, true)
	fmt.Fprint(d.screen, "$ fltsctl runs watch 1\n")
	require.NoError(t, d.tick(d.at)) // nothing is known yet
	d.show(t, submit.Run{ID: "1", Name: "training", State: submit.Pending, Created: noon()})
	require.Equal(t, `$ fltsctl runs watch 1
training   PENDING for 0 s
`, d.screen.String())

	d.at = noon().Add(5 * time.Second)
	group := step("folds", submit.Running, 3*time.Second, 0)
	group.Group = true
	run := training(
		step("report", submit.Pending, 0, 0),
		inGroup("folds", step("train", submit.Running, 4*time.Second, 0)),
		step("preprocess", submit.Succeeded, time.Second, 3*time.Second),
		group,
	)
	d.show(t, run)
	d.at = d.at.Add(70 * time.Second)
	require.NoError(t, d.tick(d.at))
	require.Equal(t, `$ fltsctl runs watch 1
training   RUNNING for 1 m 15 s
  preprocess   SUCCEEDED   2 s
  folds        RUNNING     1 m 12 s
    train      RUNNING     1 m 11 s
  report       PENDING
`, d.screen.String())
	require.True(t, d.coloured)

	// What is said beside it stands above it.
	require.NoError(t, d.aside(func() { fmt.Fprint(d.screen, "fltsctl: warning: no answer\n") }))
	run.Tasks[1].State, run.Tasks[1].Error = submit.Failed, "exit\n code \x1b[2J 1, and a long story of how it came to that"
	run.Tasks[1].Finished = d.at
	d.show(t, run)
	require.Equal(t, `$ fltsctl runs watch 1
fltsctl: warning: no answer
training   RUNNING for 1 m 15 s
  preprocess   SUCCEEDED   2 s
  folds        RUNNING     1 m 12 s
    train      FAILED      1 m 11 s    exit code \x1b[2J 1,…
  report       PENDING
`, d.screen.String())

	// It stays when it is over.
	run.Tasks = run.Tasks[2:3]
	run.State, run.Finished = submit.Succeeded, d.at
	require.NoError(t, d.end(run, d.at, nil))
	fmt.Fprint(d.screen, "$ ")
	require.Equal(t, `$ fltsctl runs watch 1
fltsctl: warning: no answer
training   SUCCEEDED in 1 m 15 s
  preprocess   SUCCEEDED   2 s
SUCCEEDED in 1 m 15 s
$`, d.screen.String())
}

// With more tasks than rows those go that have least to say; in the end all are
// there.
func TestTreeOfManyTasks(t *testing.T) {
	var tasks []submit.Task
	for i := range 30 {
		n := time.Duration(i + 1)
		tasks = append(tasks, step(fmt.Sprintf("done-%02d", i), submit.Succeeded, n*time.Second, (n+1)*time.Second))
	}
	tasks[3].State = submit.Failed
	tasks = append(tasks, step("now", submit.Running, 40*time.Second, 0), step("then", submit.Pending, 0, 0))
	run := training(tasks...)
	d := newDrawing(t, 60, 8, false)
	d.at = noon().Add(time.Minute)
	for range 3 {
		d.show(t, run)
	}
	require.Equal(t, `training   RUNNING for 1 m 0 s
  done-03   FAILED      1 s
  done-28   SUCCEEDED   1 s
  done-29   SUCCEEDED   1 s
  now       RUNNING     20 s
  then      PENDING
  and 27 SUCCEEDED
`, d.screen.String())
	require.False(t, d.coloured)

	// Who leaves it gets no more than what was there.
	require.NoError(t, d.end(run, d.at, nil))
	require.Equal(t, 8, strings.Count(d.screen.String(), "\n"))

	run.State = submit.Succeeded
	require.NoError(t, d.end(run, d.at, nil))
	require.Equal(t, 8+1+len(tasks)+1, strings.Count(d.screen.String(), "\n"))
	require.Contains(t, d.screen.String(), "done-00")
}

// One answer of the server makes an event for each task, and is drawn once.
func TestTreeIsDrawnOnceForAnAnswer(t *testing.T) {
	d := newDrawing(t, 60, 8, false)
	drawn := 0
	d.write = func(string) error {
		drawn++
		return nil
	}
	run := training(step("a", submit.Running, time.Second, 0), step("b", submit.Running, time.Second, 0))
	for _, task := range run.Tasks {
		require.NoError(t, d.event(submit.Event{Kind: submit.TaskChanged, Run: run, Task: task, Now: d.at}))
	}
	d.show(t, run)
	require.Equal(t, 1, drawn)
}

// No text is left behind, however the window changes and whatever is in it.
func TestTreeInAWindowThatChanges(t *testing.T) {
	d := newDrawing(t, 70, 24, true)
	run := training(
		step("a-task-with-a-rather-long-name-for-its-little-work", submit.Running, time.Second, 0),
		step("漢字漢字", submit.Failed, 2*time.Second, 3*time.Second),
	)
	run.Tasks[1].Error = strings.Repeat("nothing works ", 20)
	d.show(t, run)
	for _, size := range [][2]int{{40, 24}, {30, 12}, {100, 5}, {35, 12}, {70, 24}} {
		d.screen.resize(size[0], size[1])
		require.NoError(t, d.tick(d.at))
	}
	require.Equal(t, `training   RUNNING for 0 s
  a-task-with-a-rather-long-name-for-its-litt…   RUNNING     0 s
  漢字漢字                                       FAILED      1 s     …
`, d.screen.String())
}
