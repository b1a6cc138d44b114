//go:build amd64 || arm64

package launch

import (
	"syscall"
	"time"
)

const (
	// sweepEvery is how often we look for leftovers that nobody announces: an
	// orphan whose parent was no child of ours comes to us silently.
	sweepEvery = 50 * time.Millisecond
	// leastTime is what a leftover has when the grace of the task is used up.
	leastTime = time.Second
	// deadTime is how long after KILL we believe that a process will go. One
	// that hangs in the kernel must not hang us.
	deadTime = 2 * time.Second
)

// stop tells the task to stop, and begins the grace. Told again, the task is
// told again, and has no more time.
func (r *run) stop(by string) {
	r.told = true
	r.send(syscall.SIGTERM)
	if r.stopped { // it could not obey
		r.send(syscall.SIGCONT)
	}
	if !r.deadline.IsZero() {
		return
	}
	if r.state == draining {
		r.until(time.Now().Add(leastTime))
		return
	}
	r.ending.StoppedBy = by
	r.until(time.Now().Add(r.task.Grace))
}

func (r *run) until(deadline time.Time) {
	r.deadline = deadline
	r.alarm = time.After(time.Until(deadline))
}

func (r *run) timeIsUp() {
	switch r.state {
	case running:
		r.ending.Killed = true
		r.send(syscall.SIGKILL)
	case sweeping:
		r.sweep()
	case draining: // nobody reads what the task has written
		r.ending.Unread = true
		r.state = over
	}
}

// beginSweep gives the leftovers what is left of the grace.
func (r *run) beginSweep() {
	now := time.Now()
	deadline := now.Add(r.task.Grace)
	if r.told {
		deadline = r.deadline
		if least := now.Add(min(leastTime, r.task.Grace)); least.After(deadline) {
			deadline = least
		}
	}
	r.until(deadline)
	r.warned, r.killed = map[int]bool{}, map[int]bool{}
	r.sweep()
}

// sweep tells each leftover to stop, once, and kills it when the time is up.
func (r *run) sweep() {
	left, late := r.leftovers(), time.Since(r.deadline)
	if len(left) == 0 || late > deadTime {
		r.ending.Remaining = len(left)
		r.swept()
		return
	}
	for _, pid := range left {
		if !r.warned[pid] {
			r.warned[pid] = true
			_ = syscall.Kill(pid, syscall.SIGTERM)
			_ = syscall.Kill(pid, syscall.SIGCONT) // one that is suspended cannot obey
		}
		if late >= 0 {
			r.killed[pid] = true
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	r.look = time.After(sweepEvery)
}

// swept goes on to the output. That is waited for as long as somebody takes it,
// but not when an end is wanted, nor when an orphan that is not ours may hold it.
func (r *run) swept() {
	r.ending.Leftovers, r.ending.LeftoversKilled = len(r.warned), len(r.killed)
	r.state, r.look, r.alarm, r.deadline = draining, nil, nil, time.Time{}
	if r.told || r.Reaper() == "" {
		r.until(time.Now().Add(leastTime))
	}
	r.out.finish()
}
