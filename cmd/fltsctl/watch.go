package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// Exit statuses of a watch.
const (
	statusFailed   = 1
	statusCanceled = 3
	statusTimeout  = 124
)

const terminateTimeout = 30 * time.Second

// watchOptions is how a run is watched.
type watchOptions struct {
	Timeout  time.Duration // 0 is none
	Interval time.Duration // 0 is submit's
	Output   string        // "table" for people, "json" for JSON lines, "yaml" for documents

	// Terminate lets a second interrupt stop the run, and SIGTERM do so at once.
	Terminate bool
	// Restarted: the run has just been told to run again.
	Restarted bool
}

// Why a watch ends before its run does.
var (
	errDetached = errors.New("detached")
	errTimeout  = errors.New("timeout")
)

// watch stays until a run ends and gives its state as the exit status.
func (r *runner) watch(ctx context.Context, b submit.Backend, id string, o watchOptions) error {
	w := &watcher{runner: r, backend: b, id: id, o: o, show: r.newProgress(o.Output)}
	run, err := w.follow(ctx)
	if w.broken != nil { // nobody reads what we write
		return w.broken
	}
	var failures []submit.Failure
	if err == nil {
		// An interrupt now ends the waiting for logs.
		ctx, release := r.interruptible(ctx)
		failures = r.explain(ctx, b, run)
		release()
	}
	if err := w.show.end(run, r.now().Add(w.ahead), failures); err != nil {
		return err
	}
	if err != nil {
		return w.left(run, err)
	}
	r.status = stateStatus(run.State)
	r.whereToLook(b, run, failures)
	return nil
}

// stage is how far interrupts have gone.
type stage int

const (
	watching    stage = iota
	warned            // that another interrupt stops the run
	terminating       // it has been told to stop, and is waited for
)

// watcher is one watch.
type watcher struct {
	*runner
	backend submit.Backend
	id      string
	o       watchOptions
	show    progress

	ahead   time.Duration // how far the server's clock is, of ours
	stage   stage
	stopped chan error // what came of telling the run to stop; nil while nobody has
	unsure  bool       // that call was cut short by detaching
	broken  error      // what is shown cannot be written
}

// follow lets submit watch, and between the changes heeds interrupts and the clock.
// Nothing of it is left when it returns.
func (w *watcher) follow(ctx context.Context) (run submit.Run, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	w.notices = make(chan string, 8)
	defer func() { w.notices = nil }()
	events, ended := make(chan submit.Event), make(chan struct{})
	go func() {
		defer close(ended)
		run, err = submit.Watch(ctx, w.backend, w.id, submit.WatchOptions{Interval: w.o.Interval, Restarted: w.o.Restarted}, func(e submit.Event) {
			select {
			case events <- e:
			case <-ctx.Done():
			}
		})
	}()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	var timeout <-chan time.Time
	if w.o.Timeout > 0 {
		timer := time.NewTimer(w.o.Timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	for {
		select {
		case <-ended:
			cancel(nil)
			if w.stopped != nil {
				<-w.stopped
			}
			w.lastNotices()
			return run, err
		case e := <-events:
			w.event(e)
		case text := <-w.notices:
			w.say("note", text, "")
		case <-second.C:
			w.written(w.show.tick(w.now()))
		case <-timeout:
			cancel(errTimeout)
		case err := <-w.stopped:
			w.stopped = nil
			if ctx.Err() == nil {
				w.hasStopped(err)
			}
		case s := <-w.interrupts:
			w.interrupt(ctx, s, cancel)
		}
		if w.broken != nil {
			cancel(w.broken)
		}
	}
}

// lastNotices says what came together with the end.
func (w *watcher) lastNotices() {
	for {
		select {
		case text := <-w.notices:
			w.say("note", text, "")
		default:
			return
		}
	}
}

func (w *watcher) written(err error) {
	if err != nil {
		w.broken = err
	}
}

func (w *watcher) event(e submit.Event) {
	w.ahead = e.Now.Sub(w.now())
	if e.Kind == submit.RunChanged || e.Kind == submit.TaskChanged {
		w.hide("", e.Run.Parameters)
	}
	w.written(w.show.event(e))
	switch e.Kind {
	case submit.Troubled:
		w.say("warning", "the server does not tell of the run: "+troubleText(e.Err)+"; it is asked again", asFailure(e.Err).hint)
	case submit.Recovered:
		w.say("note", "the server tells of the run again", "")
	}
}

// say says something on stderr, which may be the terminal that shows the run.
func (w *watcher) say(kind, text, hint string) {
	w.written(w.show.aside(func() { w.out.Line(kind, text, hint) }))
}

// interrupt detaches from the run, or stops it if that was asked for: SIGTERM at
// once, because whoever sends it does not send it twice, and Ctrl-C when it comes
// again.
func (w *watcher) interrupt(ctx context.Context, s os.Signal, detach context.CancelCauseFunc) {
	switch {
	case !w.o.Terminate || w.stage == terminating:
		w.unsure = w.stopped != nil
		detach(errDetached)
	case w.stage == warned || s == syscall.SIGTERM:
		w.stage = terminating
		w.terminate(ctx)
	default:
		w.stage = warned
		w.say("note", "interrupt again to terminate the run", "")
	}
}

// terminate tells the run to stop, while it is watched.
func (w *watcher) terminate(ctx context.Context) {
	w.stopped = make(chan error, 1)
	go func(stopped chan<- error) {
		ctx, cancel := context.WithTimeout(ctx, terminateTimeout)
		defer cancel()
		stopped <- w.backend.Terminate(ctx, w.id)
	}(w.stopped)
}

func (w *watcher) hasStopped(err error) {
	if err == nil {
		w.say("note", "the run has been told to stop; interrupt again to leave it to that", "")
		return
	}
	w.say("error", "the run cannot be terminated: "+troubleText(err), asFailure(err).hint)
}

// left says that the watch has ended and the run has not.
func (w *watcher) left(run submit.Run, err error) error {
	again := "fltsctl runs watch " + hint.ShellWord(w.id) + " watches it again"
	switch {
	case errors.Is(err, errDetached):
		what := "the run goes on"
		if w.unsure {
			what = "the run may have been told to stop, or may go on"
		}
		w.out.Line("note", what, again)
		w.status = statusInterrupted
		return nil
	case errors.Is(err, errTimeout):
		return &failure{statusTimeout, again, fmt.Errorf("the run is still %s after --timeout %s", stateWord(run.State), w.o.Timeout)}
	}
	return err
}

// stateStatus is the exit status that a state means.
func stateStatus(s submit.State) int {
	switch s {
	case submit.Succeeded:
		return 0
	case submit.Failed:
		return statusFailed
	}
	return statusCanceled
}
