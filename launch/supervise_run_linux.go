//go:build amd64 || arm64

package launch

import (
	"context"
	"syscall"
	"time"
)

// run is one run of a task: until it ends, then until nothing is left of it,
// then until its last output is out.
type run struct {
	*Supervisor
	task   Task
	out    *outputs
	pid    int // of the task, and of its process group
	began  time.Time
	ending Ending

	state      state
	foreground bool // the task is to have the terminal when we have it
	stopped    bool // it is suspended
	suspending bool // and so shall we be

	told     bool             // to stop
	ordered  bool             // by an order, and not by a signal
	deadline time.Time        // after which there is KILL; zero is never
	alarm    <-chan time.Time // at the deadline
	look     <-chan time.Time // for leftovers
	held     []syscall.Signal // of orders, until the task handles them
	askAgain <-chan time.Time // whether it does
	warned   map[int]bool     // leftovers that were told to stop
	killed   map[int]bool     // and those that had to be killed
}

type state int

const (
	running  state = iota
	sweeping       // the task has ended, its processes have not
	draining       // they have too, their output has not
	over
)

// stay is the only place that waits.
func (r *run) stay(ctx context.Context) {
	cancelled, orders := ctx.Done(), r.task.Orders
	for r.state != over {
		select {
		case sig := <-r.signals:
			r.handOn(sig.(syscall.Signal))
		case <-r.continued:
			r.resume()
		case <-r.children:
			r.reap()
		case order, open := <-orders:
			if !open {
				orders = nil
				continue
			}
			r.obey(order)
		case <-cancelled:
			cancelled = nil
			r.stop(context.Cause(ctx).Error())
		case <-r.alarm:
			r.timeIsUp()
		case <-r.askAgain:
			r.sendHeld()
		case <-r.look:
			r.sweep()
		case <-r.out.drained():
			r.state = over
		}
	}
	r.ending.Took = time.Since(r.began)
}

// handOn passes a signal to the task. TERM is the one that has to have an end.
// Once the task has ended, each of those that stop a program is for us, who may be
// waiting for the reader of its output.
func (r *run) handOn(sig syscall.Signal) {
	if r.ordered && !r.ignores(sig) && (sig == syscall.SIGTERM || sig == syscall.SIGINT || sig == syscall.SIGQUIT) {
		r.ending.StoppedBy, r.ordered = signalName(sig), false
	}
	switch {
	case isStop(sig) && !r.ignores(sig) && (sig == syscall.SIGTERM || r.state != running):
		r.stop(signalName(sig))
	case sig == syscall.SIGTSTP, sig == syscall.SIGTTIN, sig == syscall.SIGTTOU:
		r.suspending = true
		r.send(sig)
	default:
		r.send(sig)
	}
}

func (r *run) obey(order Order) {
	if order.Signal == syscall.SIGTERM {
		r.ordered = r.ordered || !r.told && r.state == running
		r.stop(order.By)
		return
	}
	if order.Held == nil || !r.wouldDieOf(order.Signal) {
		r.send(order.Signal)
		return
	}
	r.hold(order)
}

// send signals the group of the task, and the task as well if it has left the
// group. Once the task has ended there is nobody to hand on to.
func (r *run) send(sig syscall.Signal) {
	if r.state != running {
		return
	}
	_ = syscall.Kill(-r.pid, sig) // that nobody is there is fine
	if group, err := syscall.Getpgid(r.pid); err == nil && group != r.pid {
		_ = syscall.Kill(r.pid, sig)
	}
}

// reap collects every child that has ended. It is called after each CHLD, of
// which one can stand for many.
func (r *run) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG|syscall.WUNTRACED, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil || pid <= 0:
			if r.state == sweeping && !haveChildren() && !groupExists(r.pid) {
				r.swept()
			}
			return
		case pid != r.pid:
			delete(r.earlier, pid) // the number may come again, for one of the task
		case status.Stopped():
			r.taskStopped(status.StopSignal())
		default:
			r.taskEnded(status)
		}
	}
}

func (r *run) taskEnded(status syscall.WaitStatus) {
	if status.Signaled() {
		r.ending.Signal = status.Signal()
		r.ending.Status = 128 + int(status.Signal())
	} else {
		r.ending.Status = status.ExitStatus()
	}
	r.terminal.takeFrom(r.pid)
	if r.task.AtEnd != nil {
		r.task.AtEnd()
	}
	r.state = sweeping
	r.beginSweep()
}
