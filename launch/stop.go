package launch

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// StoppedBySignal is the cause of a context that WatchStop ended: we were told
// to stop, so the task must not be started.
type StoppedBySignal struct{ Signal syscall.Signal }

func (e *StoppedBySignal) Error() string {
	return fmt.Sprintf("stopped by %s before the task started", e.Name())
}

// Name is that of the signal: "SIGTERM".
func (e *StoppedBySignal) Name() string { return signalName(e.Signal) }

// Status is what a shell reports for a program that this signal ended.
func (e *StoppedBySignal) Status() int { return 128 + int(e.Signal) }

// WatchStop returns a context that ends, with a *StoppedBySignal as its cause,
// when one of TERM, INT, HUP and QUIT arrives. A signal that was ignored when we
// were started stays ignored, as far as that is known. One that was blocked stops
// us all the same: the runtime has unblocked it, and there is no task yet that
// could take it later.
//
// The function returned stops watching. Exec calls it; a Supervisor has its own
// watch, so it is to be called once there is one, and then context.Cause asked
// once more: a signal that had arrived by the time of the call has ended the
// context by the time it returns. Calling it again does nothing, and it does not
// end the context of itself.
func WatchStop(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	arrived := make(chan os.Signal, 64)
	quit, done := make(chan struct{}), make(chan struct{})
	told := func(sig os.Signal) {
		if sig, ok := sig.(syscall.Signal); ok {
			cancel(&StoppedBySignal{sig})
		}
	}
	if watched := stopSignalsToWatch(); len(watched) > 0 { // Notify takes none to mean all
		signal.Notify(arrived, watched...)
	}
	go func() {
		defer close(done)
		select {
		case sig := <-arrived:
			told(sig)
		case <-quit:
		}
	}()
	return ctx, sync.OnceFunc(func() {
		signal.Stop(arrived) // returns when every signal on its way is in the channel
		close(quit)
		<-done
		select {
		case sig := <-arrived:
			told(sig)
		default:
		}
	})
}

func stopSignals() []syscall.Signal {
	return []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT}
}

// stopSignalsToWatch also makes the runtime ignore what the parent had ignored:
// left alone it would end the process.
func stopSignalsToWatch() []os.Signal {
	var watched []os.Signal
	for _, sig := range stopSignals() {
		switch {
		case ignoredAtStart(sig):
			signal.Ignore(sig)
		case signal.Ignored(sig):
		default:
			watched = append(watched, sig)
		}
	}
	return watched
}

// KeepClosedPipes keeps a closed pipe on stdout or stderr from ending the process:
// writing to it is then an error like any other. The function returned undoes it.
// The task is not affected, Exec gives it the disposition that we were given.
func KeepClosedPipes() (undo func()) {
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, syscall.SIGPIPE)
	return func() { signal.Stop(arrived) }
}
