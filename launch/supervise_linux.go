//go:build amd64 || arm64

package launch

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// Supervisor stays beside a task. It owns every signal and every wait of the
// process: a second handler would end us before a slow task has ended, and a
// second wait would take away statuses. So nothing else in the process may start
// processes while there is one. It is never given up: a signal that came while the
// last report is written would end us otherwise.
type Supervisor struct {
	signals   chan os.Signal // to be handed on
	continued chan os.Signal // CONT, of which one belongs to our own suspension
	children  chan os.Signal // CHLD: wait, however many there were
	pipes     chan os.Signal // PIPE: never read, so that a write is an error and no end
	ignored   []os.Signal    // when we were started
	earlier   map[int]bool   // children that we had before there was a task
	terminal  *terminal      // nil without one
	subreaper bool
}

// queue is far more than there are signals. A full one would lose some.
const queue = 1024

// Supervise takes over all signals, and the orphans of the processes below us.
// What comes from now on is handed on to the task, so call it before the watch
// for a stop ends: then no signal falls between the two.
//
// The program goes on with one processor: with more, each piece of output wakes
// threads that look for work, and find none.
func Supervise() (*Supervisor, error) {
	runtime.GOMAXPROCS(1)
	s := &Supervisor{
		signals:   make(chan os.Signal, queue),
		continued: make(chan os.Signal, 1),
		children:  make(chan os.Signal, 1),
		pipes:     make(chan os.Signal, 1),
		terminal:  openTerminal(),
	}
	for _, sig := range append(forwarded(), syscall.SIGPIPE) {
		var now action
		if ignoredAtStart(sig) || sigaction(sig, nil, &now) == 0 && now.handler == asIgnored {
			s.ignored = append(s.ignored, sig)
		}
	}
	s.watch()
	s.subreaper = os.Getpid() != 1 && becomeSubreaper()
	s.earlier = childrenNow()
	return s, nil
}

// watch is also how to resume after the ignored signals were ignored for a fork.
func (s *Supervisor) watch() {
	for _, sig := range forwarded() {
		if sig != syscall.SIGCONT {
			signal.Notify(s.signals, sig)
		}
	}
	signal.Notify(s.continued, syscall.SIGCONT)
	signal.Notify(s.children, syscall.SIGCHLD)
	signal.Notify(s.pipes, syscall.SIGPIPE)
}

// Reaper says as what we reap orphans: "process 1" or "subreaper". It is "" when
// the system refused it, and then process 1 of the container must reap them.
func (s *Supervisor) Reaper() string {
	switch {
	case os.Getpid() == 1:
		return "process 1"
	case s.subreaper:
		return "subreaper"
	}
	return ""
}

// forwarded lists what is handed on, CONT included. Not in it are KILL and STOP,
// which nobody can catch; CHLD, PIPE and URG, which are about us or the runtime;
// PROF, and 32 to 34 of the C libraries, which the runtime does not give out.
func forwarded() []syscall.Signal {
	var list []syscall.Signal
	for sig := syscall.Signal(1); sig <= lastSignal; sig++ {
		switch sig {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCHLD, syscall.SIGPIPE, syscall.SIGURG, syscall.SIGPROF, 32, 33, 34:
		default:
			list = append(list, sig)
		}
	}
	return list
}

// Run starts the task, hands signals on to it, and returns when it has ended and
// nothing is left of what it started. The end of ctx tells it to stop.
//
// An error means that no task was started: a *StoppedBySignal when we were told
// to stop before, else what Exec returns.
func (s *Supervisor) Run(ctx context.Context, t Task) (Ending, error) {
	if err := Preflight(t.Argv, t.Env); err != nil {
		return Ending{}, err
	}
	// The kernel takes the end of this very thread for our death, and lets the
	// task die of it. No other goroutine may run here and end it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	early, err := s.beforeTheStart(ctx)
	if err != nil {
		return Ending{}, err
	}
	out, err := openOutputs(t)
	if err != nil {
		return Ending{}, err
	}
	r := &run{Supervisor: s, task: t, out: out}
	err = r.start()
	out.started()
	if err != nil {
		out.finish()
		r.terminalBack()
		return Ending{}, cannotStart(err, t.Path, t.Argv, t.Env)
	}
	time.AfterFunc(settled, giveBack)
	for _, sig := range early {
		r.handOn(sig)
	}
	r.stay(ctx)
	return r.ending, nil
}

// settled is how long after the start of a task nothing of our own is to be done any
// more. Where files are watched, they are read once again in this time.
const settled = time.Second

// beforeTheStart looks at what came while nobody handed it on. It returns what
// the task is to get once it is there.
func (s *Supervisor) beforeTheStart(ctx context.Context) (early []syscall.Signal, err error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for {
		select {
		case sig := <-s.signals:
			if isStop(sig) && !s.ignores(sig) {
				return nil, &StoppedBySignal{sig.(syscall.Signal)}
			}
			early = append(early, sig.(syscall.Signal))
		default:
			return early, nil
		}
	}
}

func isStop(sig os.Signal) bool {
	return slices.ContainsFunc(stopSignals(), func(stop syscall.Signal) bool { return sig == stop })
}

func (s *Supervisor) ignores(sig os.Signal) bool { return slices.Contains(s.ignored, sig) }

func becomeSubreaper() bool {
	const setSubreaper = 36 // PR_SET_CHILD_SUBREAPER
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, setSubreaper, 1, 0, 0, 0, 0)
	return errno == 0
}
