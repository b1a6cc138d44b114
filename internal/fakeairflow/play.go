package fakeairflow

import (
	"cmp"
	"slices"
	"time"
)

// Task is a task of a DAG and what becomes of it. A run is queued for a moment;
// then each task whose turn it is is scheduled, queued, running for some moments,
// and ends.
type Task struct {
	ID     string
	Mapped int      // instances of a mapped task, 0 of another
	After  []string // that have to end before
	For    int      // moments for which it runs; 0 is one

	// Retries is how often it is tried again when a try fails.
	Retries int
	// Ends says how a try ends: success, failed or skipped. nil is success.
	Ends func(conf map[string]any, index, try int) string
	// Says is what a try writes, a line in each moment and the rest at its end.
	// nil is one line.
	Says func(conf map[string]any, index, try int) []string
	// Joins: it runs although something before it was skipped.
	Joins bool
}

// run is a run of a DAG.
type run struct {
	dag         *DAG
	id, note    string
	state       string
	conf        map[string]any
	logicalDate time.Time
	runAfter    time.Time
	queued      time.Time
	start, end  time.Time
	instances   []*instance
}

// instance is a task instance.
type instance struct {
	task  *Task
	index int // -1 of a task that is not mapped
	// weight is larger the more tasks come behind it.
	weight     int
	state      string // "" is null
	try, left  int
	start, end time.Time
	logs       map[int][]event // by try
}

// event is a line of a log.
type event struct {
	at    time.Time
	level string
	text  string
}

func newRun(d *DAG, id string, now time.Time) *run {
	r := &run{dag: d, id: id, state: "queued", conf: map[string]any{}, runAfter: now, queued: now}
	for i := range d.Tasks {
		t := &d.Tasks[i]
		first, last := 0, t.Mapped-1
		if t.Mapped == 0 {
			first, last = -1, -1
		}
		for index := first; index <= last; index++ {
			r.instances = append(r.instances, &instance{task: t, index: index, weight: behind(d, t.ID) + 1, logs: map[int][]event{}})
		}
	}
	return r
}

// behind counts the tasks that come after one.
func behind(d *DAG, id string) int {
	n := 0
	for _, t := range d.Tasks {
		if slices.Contains(t.After, id) {
			n += 1 + behind(d, t.ID)
		}
	}
	return n
}

func isOver(state string) bool {
	return slices.Contains([]string{"success", "failed", "skipped", "upstream_failed", "removed"}, state)
}

// tick is a moment in the life of a run.
func (r *run) tick(now time.Time) {
	switch {
	case r.dag.Paused:
		// What runs goes on, and nothing new begins.
		for _, i := range r.instances {
			if i.state == "running" {
				r.tickInstance(i, now)
			}
		}
	case r.state == "queued":
		r.state, r.start = "running", now
	case r.state == "running":
		r.tickAll(now)
	}
}

func (r *run) tickAll(now time.Time) {
	over, failed := true, false
	before := make([]string, len(r.instances)) // how they were: nothing is told in advance
	for n, i := range r.instances {
		before[n] = i.state
	}
	for n, i := range r.instances {
		if i.state == "" {
			i.state = r.turn(i, before)
			if isOver(i.state) {
				i.start, i.end = now, now
			}
		} else if before[n] == i.state {
			r.tickInstance(i, now)
		}
		over = over && isOver(i.state)
		failed = failed || i.state == "failed" || i.state == "upstream_failed"
	}
	if over {
		r.state, r.end = "success", now
		if failed {
			r.state = "failed"
		}
	}
}

// turn is the state of a task that has not begun: it is scheduled when all before
// it has ended well.
func (r *run) turn(i *instance, states []string) string {
	next := "scheduled"
	for n, other := range r.instances {
		if !slices.Contains(i.task.After, other.task.ID) {
			continue
		}
		switch state := states[n]; {
		case !isOver(state):
			return ""
		case state == "failed" || state == "upstream_failed":
			next = "upstream_failed"
		case state == "skipped" && !i.task.Joins && next == "scheduled":
			next = "skipped"
		}
	}
	return next
}

func (r *run) tickInstance(i *instance, now time.Time) {
	switch i.state {
	case "scheduled":
		i.state = "queued"
		i.try++
	case "queued":
		i.state, i.start, i.end, i.left = "running", now, time.Time{}, cmp.Or(i.task.For, 1)
		i.say(r, now, 1)
	case "up_for_retry":
		i.state = "scheduled"
	case "running":
		if i.left--; i.left > 0 {
			i.say(r, now, 1)
			return
		}
		i.say(r, now, 1000)
		i.state, i.end = "success", now
		if i.task.Ends != nil {
			i.state = i.task.Ends(r.conf, i.index, i.try)
		}
		if i.state == "failed" {
			i.logs[i.try] = append(i.logs[i.try], event{now, "error", "Task failed with exception"})
			if i.try <= i.task.Retries {
				i.state = "up_for_retry"
			}
		}
	}
}

// say writes the next lines of a try.
func (i *instance) say(r *run, now time.Time, most int) {
	lines := []string{"this is " + i.task.ID}
	if i.task.Says != nil {
		lines = i.task.Says(r.conf, i.index, i.try)
	}
	done := len(i.logs[i.try])
	for _, line := range lines[min(done, len(lines)):] {
		if most--; most < 0 {
			return
		}
		i.logs[i.try] = append(i.logs[i.try], event{now, "info", line})
	}
}

// set makes an end of a run, as somebody who is not the scheduler may.
func (r *run) set(state string, now time.Time) {
	r.state, r.end = state, now
	for _, i := range r.instances {
		switch {
		case i.state == "running":
			i.state, i.end = "failed", now
		case !isOver(i.state):
			i.state, i.end = "skipped", now
		}
	}
}

// clearFailed makes what failed, and what did not run for that, run again.
func (r *run) clearFailed(now time.Time) []*instance {
	var cleared []*instance
	for _, i := range r.instances {
		if i.state == "failed" || i.state == "upstream_failed" {
			i.state = ""
			cleared = append(cleared, i)
		}
	}
	if len(cleared) > 0 {
		r.state, r.start, r.end, r.queued = "queued", time.Time{}, time.Time{}, now
	}
	return cleared
}
