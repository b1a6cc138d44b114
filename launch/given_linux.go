//go:build amd64 || arm64

package launch

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

// Written by flts_given (entry_linux_*.s) before the Go runtime exists, when the
// program was linked to start there. Bit n-1 stands for signal n.
var (
	givenKnown       uint64
	givenIgnored     uint64
	givenBlocked     uint64
	givenDeathSignal int32
)

const (
	lastSignal = 64
	setMask    = 2 // SIG_SETMASK
	setDeath   = 1 // PR_SET_PDEATHSIG
	asDefault  = 0 // SIG_DFL
	asIgnored  = 1 // SIG_IGN
	maskBytes  = 8
)

// action is the kernel's struct sigaction, alike on both processors.
type action struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// become is syscall.Exec with what the runtime has changed since we were started
// put back. All of it belongs to a thread or must be undone on failure, so it is
// one step on one thread.
func become(path string, argv, env []string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer putBackActions()()
	if givenKnown == 1 {
		defer putBackMask()()
		defer putBackDeathSignal()()
	}
	return syscall.Exec(path, argv, env)
}

// putBackActions ignores what was ignored, and hands the stop signals to the
// kernel: one that comes while exec is at work must end the process, and not
// start a handler whose thread exec then removes. Process 1 is left to the
// runtime's handler, since the kernel throws away what process 1 leaves at its
// default.
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
		if ignoredAtStart(sig) && !changed[sig] {
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

func putBackMask() (undo func()) {
	var before uint64
	sigprocmask(&givenBlocked, &before)
	return func() { sigprocmask(&before, nil) }
}

// The parent-death signal belongs to a thread. The main thread has kept it; on
// any other the task would lose it.
func putBackDeathSignal() (undo func()) {
	if givenDeathSignal == 0 || syscall.Gettid() == os.Getpid() {
		return func() {}
	}
	prctl(setDeath, uintptr(givenDeathSignal))
	return func() { prctl(setDeath, 0) }
}

// ignoredAtStart is false for every signal when the start was not observed.
func ignoredAtStart(sig syscall.Signal) bool {
	return givenIgnored&bit(sig) != 0
}

func bit(sig syscall.Signal) uint64 { return 1 << (uint(sig) - 1) }

func sigaction(sig syscall.Signal, set, old *action) syscall.Errno {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), maskBytes, 0, 0)
	return errno
}

// sigprocmask and prctl cannot fail with the arguments used here.
func sigprocmask(set, old *uint64) {
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setMask,
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), maskBytes, 0, 0)
}

func prctl(option, value uintptr) {
	_, _, _ = syscall.RawSyscall6(syscall.SYS_PRCTL, option, value, 0, 0, 0, 0)
}
