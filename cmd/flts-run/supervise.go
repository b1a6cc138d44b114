package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/launch"
	"github.com/flts-run/flts-run/platform"
)

// How the task is started.
const (
	modeExec      = "exec"
	modeSupervise = "supervise"
)

// supervise stays beside the task until it has ended and nothing is left of it.
// The watch for a stop is ended once the supervisor watches too, so that no
// signal falls between them. The signals are never given back: one that comes
// while the last report is written must not change the exit status.
func (r *runner) supervise(ctx context.Context, s *settings, o orders, start prepared, d *document) error {
	supervisor, err := launch.Supervise()
	if err != nil {
		return usage("leave --mode out: exec is the default", "%w", err)
	}
	if supervisor.Reaper() == "" {
		r.out.Line("warning", "the kernel does not let flts-run adopt orphans: process 1 has to reap them, and daemons of the task are not stopped", "")
	}
	r.unwatch()
	if err := stopped(ctx); err != nil {
		return err
	}
	following, stop := context.WithCancel(ctx)
	defer stop()
	l, out := r.follow(following, s, o, start), r.outputs(o)
	err = r.runs(ctx, supervisor, l, &out, o, start, d)
	out.close()
	d.Task.Redacted, d.Task.Reloads = out.counts(), l.reported()
	if d.Task.Ended != nil {
		r.status = d.Status
		r.leaveTaskReason(d)
	}
	return err
}

// runs starts the task, and again for as long as its configuration wants that. The
// old task is dead before: Run has waited for it.
func (r *runner) runs(ctx context.Context, supervisor *launch.Supervisor, l *reloader, out *outputs, o orders, start prepared, d *document) error {
	for {
		task := launch.Task{Path: start.path, Argv: r.task, Env: start.env, Grace: o.grace}
		out.give(&task)
		l.supervise(&task)
		ending, err := supervisor.Run(ctx, task)
		if err != nil {
			return r.notAgain(err, d)
		}
		d.ended(ending)
		if ending.Unread {
			*out = outputs{} // a write that never ends still holds them
		}
		again, changed := l.next(ending)
		switch {
		case changed:
			d.Status = statusChanged
			d.Reason = endingReason(ending) + ", as --on-change=fail or the contract wants it"
			return nil
		case again == nil:
			return nil
		case ending.Unread:
			return errors.New("the task is not started again: nobody reads its output")
		case ending.Remaining > 0:
			return fmt.Errorf("the task is not started again: %d of its processes cannot be ended", ending.Remaining)
		}
		start = *again
		d.configured(start.plan.document(&r.out.Mask))
		d.Stored = r.fetched.document()
	}
}

// notAgain is the failure of a start. One that was told to stop between the end of
// the task and its next start has nothing to say.
func (r *runner) notAgain(err error, d *document) error {
	if told := (*launch.StoppedBySignal)(nil); errors.As(err, &told) && d.Task.Ended != nil {
		d.Status, d.Reason = told.Status(), "stopped by "+told.Name()+" while the task was started again"
		return nil
	}
	return err
}

// configured makes the report tell of the configuration that the task was started
// with last.
func (d *document) configured(now *document) {
	d.Digest, d.AppEnv, d.Keys, d.Findings, d.Expiries = now.Digest, now.AppEnv, now.Keys, now.Findings, now.Expiries
}

// saySupervision prints what will be done with the task, and why.
func (r *runner) saySupervision(where platform.Platform, o orders) {
	for _, line := range supervision(where, o.grace) {
		r.out.Print("flts-run: supervise: " + line + "\n")
	}
}

func supervision(where platform.Platform, grace time.Duration) []string {
	reaper := "as subreaper"
	if where.PID1 {
		reaper = "as process 1"
	}
	lines := []string{fmt.Sprintf("SIGTERM is handed on to the task's process group, SIGKILL follows after %s; orphans are reaped %s", grace, reaper)}
	if where.Kind == platform.KFP {
		lines = append(lines, "the launcher's whole group is signalled, so the task's group is its own and gets each signal once")
	}
	if by, window := stopWindow(where.Kind); by != "" && grace >= window {
		lines = append(lines, fmt.Sprintf("%s ends the container %s after a stop: a shorter --grace lets flts-run do it", by, window))
	}
	return lines
}

// stopWindow is how long after a stop the platform ends everything, unless
// somebody has set another time. The launcher of Kubeflow Pipelines dies of the
// signal, and Argo looks for it once a second; nothing can be set there.
func stopWindow(kind platform.Kind) (by string, window time.Duration) {
	switch kind {
	case platform.KFP:
		return "Kubeflow Pipelines", time.Second
	case platform.AirflowDocker, platform.Container:
		return "docker stop", 10 * time.Second
	case platform.AirflowKubernetes, platform.Pod:
		return "Kubernetes", 30 * time.Second
	}
	return "", 0
}

// documentEnding is how a supervised task ended.
type documentEnding struct {
	Status     int     `json:"status"`           // its exit status, or 128+n
	Signal     string  `json:"signal,omitempty"` // that ended it
	DurationMS float64 `json:"duration_ms"`
	StoppedBy  string  `json:"stopped_by,omitempty"` // who told it to stop
	Killed     bool    `json:"killed,omitempty"`     // it was told to stop and the grace ran out
	// Processes that it left behind: how many were told to stop, and how many did
	// not obey.
	Leftovers       int `json:"leftovers,omitempty"`
	LeftoversKilled int `json:"leftovers_killed,omitempty"`
	// The last of its output was given up, because nobody read it.
	Unread bool `json:"unread,omitempty"`
}

// ended makes the status of the task ours, and says why it is what it is.
func (d *document) ended(e launch.Ending) {
	d.Task.Ended = &documentEnding{
		Status: e.Status, Signal: e.SignalName(), DurationMS: float64(e.Took.Microseconds()) / 1000,
		StoppedBy: e.StoppedBy, Killed: e.Killed, Leftovers: e.Leftovers, LeftoversKilled: e.LeftoversKilled, Unread: e.Unread,
	}
	d.Status, d.Reason = e.Status, ""
	if e.Status != 0 {
		d.Reason = endingReason(e)
	}
}

func endingReason(e launch.Ending) string {
	var parts []string
	if e.Signal != 0 {
		parts = append(parts, "the task was ended by "+e.SignalName())
	} else {
		parts = append(parts, fmt.Sprintf("the task ended with status %d", e.Status))
	}
	parts = append(parts, "after "+e.Took.Round(time.Millisecond).String())
	if e.StoppedBy != "" {
		parts = append(parts, "told to stop by "+e.StoppedBy)
	}
	switch {
	case e.Killed:
		parts = append(parts, "which it did not do in time")
	case e.Signal == syscall.SIGKILL:
		parts = append(parts, "which flts-run did not send: the memory limit is the usual cause")
	case e.Status == 128+int(syscall.SIGKILL):
		parts = append(parts, "as a shell does when SIGKILL has ended its command: the memory limit is the usual cause")
	}
	return strings.Join(parts, ", ")
}

// leaveTaskReason writes how a task failed to the termination log, unless the
// task has left a message of its own there. Nothing is printed: the last line of
// the log is the task's.
func (r *runner) leaveTaskReason(d *document) {
	if d.Reason == "" {
		return
	}
	if info, err := os.Stat(r.termination); err != nil || info.Size() > 0 {
		return
	}
	r.leaveText(d.Reason + "\n")
}
