//go:build amd64 || arm64

package launch

import (
	"os"
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
