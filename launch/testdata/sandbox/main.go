// Command sandbox starts a program that is not allowed to adopt orphans:
//
//	sandbox PROGRAM [ARG…]
//
// The path of PROGRAM is not looked up.
package main

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

const (
	setNoNewPrivileges = 38 // PR_SET_NO_NEW_PRIVS
	setSubreaper       = 36 // PR_SET_CHILD_SUBREAPER
	filterMode         = 2  // SECCOMP_MODE_FILTER

	load         = 0x20 // BPF_LD|BPF_W|BPF_ABS
	jumpEqual    = 0x15 // BPF_JMP|BPF_JEQ|BPF_K
	answer       = 0x06 // BPF_RET|BPF_K
	allow        = 0x7fff0000
	refuse       = 0x50000 | uint32(syscall.EPERM)
	offsetOfCall = 0
	offsetOfArg  = 16 // the lower half of the first one
)

func main() {
	runtime.LockOSThread() // a filter belongs to a thread
	filter := []syscall.SockFilter{
		{Code: load, K: offsetOfCall},
		{Code: jumpEqual, K: syscall.SYS_PRCTL, Jf: 3},
		{Code: load, K: offsetOfArg},
		{Code: jumpEqual, K: setSubreaper, Jf: 1},
		{Code: answer, K: refuse},
		{Code: answer, K: allow},
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	prctl(setNoNewPrivileges, 1, 0)
	prctl(syscall.PR_SET_SECCOMP, filterMode, uintptr(unsafe.Pointer(&program)))
	panic(syscall.Exec(os.Args[1], os.Args[1:], os.Environ()))
}

func prctl(option, first, second uintptr) {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, option, first, second, 0, 0, 0); errno != 0 {
		panic(errno)
	}
}
