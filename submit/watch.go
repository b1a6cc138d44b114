package submit

import (
	"context"
	"fmt"
	"time"

	"github.com/flts-run/flts-run/internal/pause"
)

// Times of a watch.
const (
	// DefaultInterval lets a change be noticed within two seconds, of which the
	// answer may take half a second.
	DefaultInterval = 1500 * time.Millisecond
	// MinInterval is the bar: one request a second at most for a run.
	MinInterval = time.Second
	// DefaultPatience outlasts a rolling update of a server.
	DefaultPatience = 10 * time.Minute

	slowestInterval = 15 * time.Second // while the server cannot be asked
	answerTimeout   = 30 * time.Second
	oldEnd          = 10 * time.Second // how long a server may tell of it after a restart
)

// believed is how many times in a row a server must say that there is no such run,
// or that we may not see it, of a run that it has shown before.
const believed = 3

// WatchOptions are how a run is watched. The zero value is good.
type WatchOptions struct {
	// Interval is the time from one question to the next, a second at least; 0 is
	// DefaultInterval. A Glancer is asked one half in half of it, with the same least.
	Interval time.Duration
	// Patience is how long a server that cannot be asked is borne; 0 is
	// DefaultPatience.
	Patience time.Duration
	// Restarted: the run has just been told to run again. For a while an end that
	// the server tells of is the old one.
	Restarted bool
}

// EventKind is what sort of thing happened.
type EventKind string

const (
	RunChanged  EventKind = "run"       // its state, or what is said of it
	TaskChanged EventKind = "task"      // it is there, in another state, tried again, or something is said of it
	Troubled    EventKind = "trouble"   // the server cannot be asked; it is asked again
	Recovered   EventKind = "recovered" // it can again
)

// Event is a change that was noticed.
type Event struct {
	Kind EventKind
	Run  Run       // as it is now, with all its tasks
	Task Task      // of TaskChanged
	Was  State     // before the change; "" for what is new
	Now  time.Time // by the server's clock, as far as that is known; one for all changes in an answer
	Err  error     // of Troubled
}

// Watch asks for a run until it has ended, and tells emit of every change. It
// returns the run as it was last seen: with a nil error when it has ended, with the
// context's cause when that ended first, and otherwise with why it gave up.
func Watch(ctx context.Context, b Backend, id string, o WatchOptions, emit func(Event)) (Run, error) {
	w := watch{id: id, interval: o.Interval, patience: o.Patience, emit: emit}
	if o.Restarted {
		w.oldUntil = time.Now().Add(oldEnd)
	}
	if w.interval == 0 {
		w.interval = DefaultInterval
	}
	if _, ok := b.(Glancer); ok {
		w.interval /= 2
	}
	w.interval = max(w.interval, MinInterval)
	if w.patience == 0 {
		w.patience = DefaultPatience
	}
	for {
		asked := time.Now()
		run, err := w.answer(ctx, b)
		switch {
		case ctx.Err() != nil:
			return w.run, context.Cause(ctx)
		case err != nil:
			if err := w.failed(asked, err); err != nil {
				return w.run, err
			}
		case w.saw(asked, run):
			return w.run, nil
		}
		if pause.For(ctx, w.pause(time.Since(asked))) != nil {
			return w.run, context.Cause(ctx)
		}
	}
}

// answer is the run as the server tells of it now.
func (w *watch) answer(ctx context.Context, b Backend) (Run, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if g, ok := b.(Glancer); ok && w.seen {
		return g.Glance(ctx, w.run)
	}
	return b.Run(ctx, w.id)
}

// watch is what is known of a run while it is watched.
type watch struct {
	id                 string
	interval, patience time.Duration
	emit               func(Event)

	seen      bool // the server has shown the run
	run       Run
	clock     clock
	canceling bool
	oldUntil  time.Time // until then an end is the one before the restart
	told      time.Time // when the last answer came, or failed to
	settling  bool      // it has ended, and some of its tasks are given a last chance to

	since    time.Time // the server has not answered since then; zero while it does
	failures int       // in a row
	firm     int       // of these, those that waiting does not mend
}

// saw takes in an answer and reports whether it is the last.
func (w *watch) saw(asked time.Time, run Run) bool {
	w.told = time.Now()
	if w.failures > 0 {
		w.failures, w.firm, w.since = 0, 0, time.Time{}
		w.tell(Event{Kind: Recovered})
	}
	w.canceling = w.canceling || run.State == Canceling
	run.Terminated = run.Terminated || w.canceling && run.State != Succeeded
	w.clock.saw(asked, w.told, run)

	before := w.run
	w.run = run
	w.tellTasks(before.Tasks)
	w.tellRun(before)
	w.seen = true
	if !run.State.Final() {
		w.oldUntil = time.Time{}
	} else if asked.Before(w.oldUntil) {
		return false
	}
	over := run.State.Final() && (w.settling || settled(run.Tasks))
	w.settling = run.State.Final()
	return over
}

// settled reports whether no task is under way. A platform may say of a run that it
// has ended before it says so of the last task.
func settled(tasks []Task) bool {
	for _, t := range tasks {
		if !t.State.Final() {
			return false
		}
	}
	return true
}

func (w *watch) tellTasks(before []Task) {
	type key struct {
		id    string
		index int
	}
	old := make(map[key]Task, len(before))
	for _, t := range before {
		old[key{t.ID, t.MapIndex}] = t
	}
	for _, n := range Tree(w.run.Tasks) {
		t := n.Task
		was, there := old[key{t.ID, t.MapIndex}]
		if !there || was.State != t.State || was.Try != t.Try || was.Error != t.Error {
			w.tell(Event{Kind: TaskChanged, Task: t, Was: was.State})
		}
	}
}

func (w *watch) tellRun(before Run) {
	if !w.seen || before.State != w.run.State || before.Error != w.run.Error {
		w.tell(Event{Kind: RunChanged, Was: before.State})
	}
}

// tell completes an event.
func (w *watch) tell(e Event) {
	e.Run, e.Now = w.run, w.clock.now(w.told)
	w.emit(e)
}

// failed takes in that there was no answer, and returns why that is the end, if it
// is.
func (w *watch) failed(asked time.Time, err error) error {
	w.told = time.Now()
	w.failures++
	if firm(err) {
		w.firm++
	}
	switch {
	case firm(err) && !w.seen:
		return err
	case w.firm == believed && IsKind(err, NotFound):
		return &Error{
			Kind:    NotFound,
			Message: fmt.Sprintf("run %s is not there any more; it was last seen %s", w.id, w.run.State),
			Advice:  "fltsctl runs list shows what is there",
			Err:     err,
		}
	case w.firm == believed:
		return err
	case w.failures == 1:
		w.since = asked
		w.tell(Event{Kind: Troubled, Err: err})
	case time.Since(w.since) >= w.patience:
		return w.givenUp(err)
	}
	return nil
}

// firm reports whether asking again gives the same.
func firm(err error) bool {
	for _, k := range []Kind{Refused, Invalid, NotFound, Unsupported} {
		if IsKind(err, k) {
			return true
		}
	}
	return false
}

func (w *watch) givenUp(err error) error {
	last := "it was never seen"
	if w.seen {
		last = "it was last seen " + string(w.run.State)
	}
	return &Error{
		Kind:    Unusable,
		Message: fmt.Sprintf("the server has said nothing of run %s for %s; %s", w.id, w.patience, last),
		Advice:  "fltsctl runs watch " + w.id + " watches it again; the run itself goes on",
		Err:     err,
	}
}

// pause is how long to wait after an answer that took so long. A slow server is
// given at least as much rest as it needed, up to the interval.
func (w *watch) pause(took time.Duration) time.Duration {
	interval := w.interval
	for range min(w.failures, 10) - 1 {
		interval = min(2*interval, slowestInterval)
	}
	return max(interval-took, min(took, w.interval))
}
