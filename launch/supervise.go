package launch

import (
	"errors"
	"io"
	"syscall"
	"time"
)

// ErrCannotSupervise says that this system cannot be supervised on: it takes
// Linux on amd64 or arm64.
var ErrCannotSupervise = errors.New("supervising a task needs Linux on amd64 or arm64")

// Task is a program to start beside us, and how it is ended.
type Task struct {
	Path      string // the file, as Lookup found it
	Argv, Env []string
	// Grace is how long the task may take to stop once it was told to. After it
	// comes KILL; with zero, at once.
	Grace time.Duration
	// Stdout and Stderr take what the task writes, through a pipe and one
	// goroutine each. Nil hands our own descriptor on as it is. Run does not
	// close them: another run may follow. See Ending.Unread.
	Stdout, Stderr io.Writer
	// Orders are carried out while the task runs; nil is never any.
	Orders <-chan Order
	// AtEnd is called when the task itself has ended, before what it left behind is
	// waited for. It must not wait for anything: no signal is handed on meanwhile.
	AtEnd func()
}

// Order is something to do to a running task that no signal asked us for, such
// as a changed configuration.
type Order struct {
	// Signal is what the group of the task is sent. TERM begins a stop, with all
	// that belongs to one: the grace, KILL, leftovers.
	Signal syscall.Signal
	// By says who wants it, in words for a report.
	By string
	// Held, if not nil, makes a signal other than TERM wait while it would end the
	// task, which has no handler for it: because it has only just been started, or
	// never will. Held is told of that, if it can take it at once. What still waits
	// when the task ends is forgotten.
	Held chan<- syscall.Signal
}

// Ending is how a task ended.
type Ending struct {
	Status int            // the exit status of the task, or 128+n for signal n
	Signal syscall.Signal // that ended it; 0 when it exited by itself
	Took   time.Duration  // from its start until it and all it left behind was gone
	// StoppedBy says who told the task to stop: "SIGTERM", or the By of an order.
	// It is "" when nobody did. A TERM, INT or QUIT that comes after an order is the
	// one that counts: whoever sent it wants us to end as well.
	StoppedBy string
	Killed    bool // the grace ran out
	// Leftovers counts the processes that were still there when the task had
	// ended, and were told to stop; LeftoversKilled those that did not obey.
	Leftovers, LeftoversKilled int
	// Unread says that the last output was given up, because nobody read it and an
	// end was wanted. A call of Write on Stdout or Stderr may then still be under
	// way, and never return: to close or lock what it holds would hang.
	Unread bool
	// Remaining counts those that are still there, because they hang in the kernel.
	Remaining int
}

// SignalName is the name of the signal that ended the task, or "".
func (e Ending) SignalName() string {
	if e.Signal == 0 {
		return ""
	}
	return signalName(e.Signal)
}
