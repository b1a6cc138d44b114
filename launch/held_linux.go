//go:build amd64 || arm64

package launch

import (
	"bytes"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// askEvery is how often a task is asked whether it handles a signal by now.
const askEvery = 250 * time.Millisecond

// hold keeps the signal of an order until the task handles it.
func (r *run) hold(order Order) {
	if !slices.Contains(r.held, order.Signal) {
		r.held = append(r.held, order.Signal)
	}
	r.askAgain = time.After(askEvery)
	select {
	case order.Held <- order.Signal:
	default:
	}
}

// sendHeld sends the signals that the task handles by now.
func (r *run) sendHeld() {
	r.held = slices.DeleteFunc(r.held, func(sig syscall.Signal) bool {
		if r.wouldDieOf(sig) {
			return false
		}
		r.send(sig)
		return true
	})
	r.askAgain = nil
	if len(r.held) > 0 && r.state == running {
		r.askAgain = time.After(askEvery)
	}
}

// wouldDieOf reports whether a signal is certain to end the task: it does nothing
// about it, and nothing is not harmless. Where /proc does not tell, nothing is
// certain.
func (r *run) wouldDieOf(sig syscall.Signal) bool {
	switch sig {
	case syscall.SIGCHLD, syscall.SIGURG, syscall.SIGWINCH, syscall.SIGCONT, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
		return false
	}
	status, err := os.ReadFile("/proc/" + strconv.Itoa(r.pid) + "/status")
	if err != nil {
		return false
	}
	dealtWith, ok := signalsDealtWith(status)
	return ok && dealtWith&bit(sig) == 0
}

// signalsDealtWith reads from /proc/PID/status which signals a process catches,
// ignores, or blocks, to wait for them in another way. One that blocks nearly all
// does so for a moment, as the C libraries do around a fork.
func signalsDealtWith(status []byte) (set uint64, ok bool) {
	const nearlyAll = 48
	found := 0
	for line := range bytes.Lines(status) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "SigBlk", "SigIgn", "SigCgt":
			mask, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 16, 64)
			if err != nil {
				return 0, false
			}
			if string(name) != "SigBlk" || bits.OnesCount64(mask) < nearlyAll {
				set |= mask
			}
			found++
		}
	}
	return set, found == 3
}
