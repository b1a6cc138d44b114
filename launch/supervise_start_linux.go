//go:build amd64 || arm64

package launch

import (
	"os/signal"
	"syscall"
	"time"
)

// start forks and returns when the task runs. The task leads a process group of
// its own, so that whoever signals our whole group (the launcher of Kubeflow
// Pipelines, a terminal) does not signal it a second time.
//
// It is given what we were given, as Exec has it, but for these: ignored signals
// that belong to the runtime (ILL, TRAP, BUS, FPE, SEGV, STKFLT, SYS, PROF, URG)
// are at their default, and so is an ignored CHLD, for it would make the kernel
// throw away the status of the task itself.
func (r *run) start() error {
	attr := &syscall.ProcAttr{
		Env:   r.task.Env,
		Files: r.out.files(), // what else is open and not marked is inherited
		Sys:   &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	}
	if r.terminal.whollyOurs() {
		attr.Sys.Foreground, attr.Sys.Ctty = true, r.terminal.fd
		r.foreground = true
	}
	r.began = time.Now()
	pid, err := r.forkAsGiven(attr)
	r.pid = pid
	return err
}

// forkAsGiven puts back what the runtime has changed, for the moment in which
// the task inherits it. What is ignored in that moment, the task ignores too.
func (r *run) forkAsGiven(attr *syscall.ProcAttr) (pid int, err error) {
	if len(r.ignored) > 0 { // Ignore takes none to mean all
		signal.Ignore(r.ignored...)
	}
	defer r.watch()
	if givenKnown == 1 {
		defer putBackMask()()
	}
	return syscall.ForkExec(r.task.Path, r.task.Argv, attr)
}
