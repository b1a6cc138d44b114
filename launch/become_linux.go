//go:build amd64 || arm64

package launch

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"unsafe"
)

// become is syscall.Exec with what the runtime has changed since we were started
// put back, and with no signal lost on the way. All of it belongs to a thread or
// must be undone on failure, so it is one step on one thread.
func become(ctx context.Context, stop func(), path string, argv, env []string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer keepWatching()()
	takePending() // the watch is told: what is there by now is an order to stop
	defer putBackActions()()
	defer settle()()
	stop()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if givenKnown == 1 {
		defer putBackEachThread()()
		defer putBackMask()()
		defer putBackDeathSignal()()
	}
	return syscall.Exec(path, argv, env)
}

// keepWatching keeps the stop signals from the runtime once stop is called: what
// nobody watches for it answers with a dump of all goroutines, to QUIT, or, as
// process 1, with status 2. What is seen after the last look is lost, but only
// process 1 can see any: it keeps its handlers. The kernel goes on to throw such
// a signal away until the task has a handler of its own.
func keepWatching() (undo func()) {
	watched := stopSignalsToWatch()
	if len(watched) == 0 { // Notify takes none to mean all
		return func() {}
	}
	late := make(chan os.Signal, 1)
	signal.Notify(late, watched...)
	return func() { signal.Stop(late) }
}

// putBackActions ignores what was ignored, and hands the stop signals to the
// kernel: one that is sent from then on has ended the process before kill returns,
// or is for the task. QUIT dumps core, so the kernel decides about it only when a
// thread takes it, see settle. Process 1 is left to the runtime's handler, since the
// kernel throws away what process 1 leaves at its default.
func putBackActions() (undo func()) {
	var before [lastSignal + 1]action
	var changed [lastSignal + 1]bool
	set := func(sig syscall.Signal, handler uintptr) {
		changed[sig] = sigaction(sig, &action{handler: handler}, &before[sig]) == 0
	}
	if os.Getpid() != 1 {
		for _, sig := range stopSignals() {
			var now action
			if sigaction(sig, nil, &now) == 0 && now.handler != asIgnored {
				set(sig, asDefault)
			}
		}
	}
	for sig := syscall.Signal(1); sig <= lastSignal; sig++ {
		if ignoredAtStart(sig) && !changed[sig] && sig != eachThread {
			set(sig, asIgnored)
		}
	}
	return func() {
		for sig := range changed {
			if changed[sig] {
				sigaction(syscall.Signal(sig), &before[sig], nil)
			}
		}
	}
}

// eachThread is the signal with which AllThreadsSyscall reaches the threads. Ignored, it
// would have settle wait for ever, so it is put back behind that: whoever was started
// by the posix_spawn of glibc (system and popen, make, Java) has it ignored.
const eachThread = syscall.Signal(33)

func putBackEachThread() (undo func()) {
	var before action
	if !ignoredAtStart(eachThread) || sigaction(eachThread, &action{handler: asIgnored}, &before) != 0 {
		return func() {}
	}
	return func() { sigaction(eachThread, &before, nil) }
}

// settle returns when no thread has anything left to do about a stop signal that
// was sent while it still had a handler. Exec would remove the thread, and the
// signal with it. Such a signal is in one of three places:
//
//   - It waits for a thread. Then this one takes it, and dies of the default action.
//   - A thread has taken it and found the default action. It will end us, and
//     does not come back.
//   - A thread is in the runtime's handler, or before its first instruction. All
//     signals are blocked there. When it is through, the watch has been told,
//     since nobody has called stop yet.
//
// AllThreadsSyscall makes each thread run a handler, and waits for that: it
// returns after the third and never after the second. In a program with C code it
// does nothing, and that little gap stays open.
//
// What each thread is made to do is to block QUIT, and this one does not go on
// blocking it. A QUIT that another thread had taken when exec removes that thread
// would be lost; this one has it still when it has become the task.
func settle() (undo func()) {
	const block, unblock = 0, 1 // SIG_BLOCK, SIG_UNBLOCK
	quit := bit(syscall.SIGQUIT)
	all := func(how uintptr) {
		_, _, _ = syscall.AllThreadsSyscall6(syscall.SYS_RT_SIGPROCMASK, how, uintptr(unsafe.Pointer(&quit)), 0, maskBytes, 0, 0)
	}
	takePending()
	all(block)
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unblock, uintptr(unsafe.Pointer(&quit)), 0, maskBytes, 0, 0)
	return func() { all(unblock) }
}

// takePending makes the kernel look, when the mask changes back, whether a stop
// signal waits to be taken by any thread, and hands it to this one.
func takePending() {
	var before uint64
	sigprocmask(nil, &before)
	blocked := before
	for _, sig := range stopSignals() {
		blocked |= bit(sig)
	}
	sigprocmask(&blocked, nil)
	sigprocmask(&before, nil)
}
