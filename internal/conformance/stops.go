//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

var stops = []behaviour{
	{name: "TERM: a handler of 1 s runs to its end", try: slowHandler(time.Second)},
	{name: "TERM: a handler of 5 s runs to its end", try: slowHandler(5 * time.Second)},
	{name: "a storm of TERM does not cut it off", try: storm},
	{name: "each signal is handed on", try: eachSignal},
	{name: "a burst of signals loses none", try: burst},
	{name: "PIPE and URG are survived", stays: true, try: notHandedOn},
	{name: "the group: TERM reaches grandchildren", stays: true, try: grandchildren},
	{name: "HUP and TERM: no second kill", try: hangupThenTerm},
	{name: "an ignored TERM starts no clock", grace: 300 * time.Millisecond, try: ignoredTerm},
	{name: "TERM at every stage of a start", try: everyStage},
	{name: "the group is told, the parent dies: once", try: launcherDies},
	{name: "TERM to a suspended task", stays: true, try: suspendedTask},
	{name: "TSTP suspends both, CONT wakes both", try: suspendAndContinue},
	{name: "a stubborn task is killed after the grace", stops: true, grace: 300 * time.Millisecond, try: stubborn},
	{name: "the wrapper is killed: so is the task", try: wrapperKilled},
	{name: "beside the task it sleeps", stays: true, try: sleeps},
	{name: "and has less than 4 MiB of its own", stays: true, try: isSmall},
}

// quiet keeps the shell from saying which of its children was ended by a signal.
const quiet = "exec 2>/dev/null\n"

// slow is a task that takes its time to stop, once told.
func slow(d time.Duration) string {
	return fmt.Sprintf(quiet+`trap 'trap "" TERM; echo began; sleep %.1f; echo finished; exit 3' TERM; echo ready; while :; do sleep 0.05; done`, d.Seconds())
}

// ready starts a script that says "ready".
func (t *trial) ready(script string) (*task, error) {
	task, err := t.start("sh", "-c", script)
	if err != nil {
		return nil, err
	}
	return task, task.says("ready\n")
}

func slowHandler(d time.Duration) func(*trial) error {
	return func(t *trial) error {
		task, err := t.ready(slow(d))
		if err != nil {
			return err
		}
		if err := errors.Join(task.signals(syscall.SIGTERM), task.ends(3)); err != nil {
			return err
		}
		return sameText(task.out.String(), "ready\nbegan\nfinished\n", nil)
	}
}

func storm(t *trial) error {
	task, err := t.ready(slow(time.Second))
	if err != nil {
		return err
	}
	for range 200 {
		if err := task.signals(syscall.SIGTERM); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	return errors.Join(task.ends(3), sameText(task.out.String(), "ready\nbegan\nfinished\n", nil))
}

// handable is what a task can be handed: not KILL and STOP; not CHLD, PIPE, URG
// and PROF, which are about the wrapper itself; not what suspends, see there.
func handable() []syscall.Signal {
	var list []syscall.Signal
	for sig := syscall.Signal(1); sig <= 31; sig++ {
		switch sig {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCHLD, syscall.SIGPIPE, syscall.SIGURG, syscall.SIGPROF,
			syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGTERM:
		default:
			list = append(list, sig)
		}
	}
	return append(list, 35, 40, 64)
}

// noting is a task that writes down each signal that it gets, and ends on TERM.
func noting(list []syscall.Signal) string {
	var b strings.Builder
	for _, sig := range list {
		fmt.Fprintf(&b, "trap 'echo \"<%d>\"' %d\n", sig, sig)
	}
	return quiet + b.String() + "trap 'exit 0' TERM\necho ready\nwhile :; do sleep 0.02; done"
}

func eachSignal(t *trial) error {
	task, err := t.ready(noting(handable()))
	if err != nil {
		return err
	}
	want := "ready\n"
	for _, sig := range handable() {
		note := fmt.Sprintf("<%d>\n", sig)
		if err := errors.Join(task.signals(sig), task.says(note)); err != nil {
			return err
		}
		want += note
	}
	if err := errors.Join(task.signals(syscall.SIGTERM), task.ends(0)); err != nil {
		return err
	}
	return sameText(task.out.String(), want, nil) // in order, each once
}

func burst(t *trial) error {
	for range 5 {
		task, err := t.ready(noting(handable()))
		if err != nil {
			return err
		}
		if err := task.signals(handable()...); err != nil {
			return err
		}
		for _, sig := range handable() {
			if err := task.says(fmt.Sprintf("<%d>\n", sig)); err != nil {
				return err
			}
		}
		if err := errors.Join(task.signals(syscall.SIGTERM), task.ends(0)); err != nil {
			return err
		}
	}
	return nil
}

func notHandedOn(t *trial) error {
	list := []syscall.Signal{syscall.SIGPIPE, syscall.SIGURG}
	task, err := t.ready(noting(list))
	if err != nil {
		return err
	}
	if err := task.signals(list...); err != nil {
		return err
	}
	if err := wait(t.ctx, 300*time.Millisecond); err != nil {
		return err
	}
	return errors.Join(task.signals(syscall.SIGTERM), task.ends(0))
}

func grandchildren(t *trial) error {
	task, err := t.ready(`trap 'wait; exit 4' TERM
sh -c 'trap "echo grandchild; exit 0" TERM; echo ready; while :; do sleep 0.05; done' &
while :; do sleep 0.05; done`)
	if err != nil {
		return err
	}
	return errors.Join(task.signals(syscall.SIGTERM), task.ends(4), task.says("grandchild\n"))
}

func hangupThenTerm(t *trial) error {
	task, err := t.ready(quiet + `trap 'echo reloaded' HUP; ` + slow(time.Second))
	if err != nil {
		return err
	}
	err = errors.Join(task.signals(syscall.SIGHUP), task.says("reloaded\n"), task.signals(syscall.SIGTERM), task.says("began\n"),
		task.signals(syscall.SIGHUP), task.ends(3))
	return errors.Join(err, task.says("finished\n"))
}

// The parent has ignored TERM, so it is no order to stop.
func ignoredTerm(t *trial) error {
	parent := []string{"env", "--ignore-signal=TERM"}
	task, err := t.run(append(append(parent, t.wrap...), "sh", "-c", "echo ready; sleep 1; exit 5"))
	if err != nil {
		return err
	}
	return errors.Join(task.says("ready\n"), task.signals(syscall.SIGTERM), task.ends(5))
}

// Whenever TERM comes, everything ends, and the status says so.
func everyStage(t *trial) error {
	const rounds = 100
	for round := range rounds {
		task, err := t.start("sleep", "30")
		if err != nil {
			return err
		}
		time.Sleep(time.Duration(round) * 150 * time.Microsecond)
		if err := task.signals(syscall.SIGTERM); err != nil {
			return err
		}
		if err := task.ends(128 + int(syscall.SIGTERM)); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
		if left := t.endSurvivors(); left > 0 {
			return fmt.Errorf("round %d: %d processes were left behind", round, left)
		}
	}
	return nil
}

// What Argo does under Kubeflow Pipelines: all of the launcher's group is
// signalled, and the launcher dies of it at once.
func launcherDies(t *trial) error {
	file := filepath.Join(t.dir, "saved")
	script := `trap 'echo saved >>saved; trap "" TERM; sleep 0.5; echo done >>saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done`
	launcher := []string{"sh", "-c", `"$@"; exit 1`, "launcher"}
	task, err := t.run(append(append(launcher, t.wrap...), "sh", "-c", script))
	if err != nil {
		return err
	}
	if err := task.says("ready\n"); err != nil {
		return err
	}
	if err := syscall.Kill(-task.Process.Pid, syscall.SIGTERM); err != nil {
		return err
	}
	if err := task.ends(143); err != nil {
		return err
	}
	saved, err := os.ReadFile(file)
	return sameText(string(saved), "saved\ndone\n", err)
}

// below is the process id of the task: of the only child, or of a wrapper that
// has become the task.
func (t *task) below() int {
	if children, _ := childrenOf(t.Process.Pid); len(children) > 0 {
		return children[0]
	}
	return t.Process.Pid
}

func suspendedTask(t *trial) error {
	task, err := t.ready(`trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done`)
	if err != nil {
		return err
	}
	pid := task.below()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	if err := t.eventually(func() error { return sameText(stateOf(pid), "T", nil) }); err != nil {
		return err
	}
	// It waits for the handler of the wrapper to have seen it, which nothing shows.
	if err := wait(t.ctx, 100*time.Millisecond); err != nil {
		return err
	}
	began := time.Now()
	if err := errors.Join(task.signals(syscall.SIGTERM), task.ends(5)); err != nil {
		return err
	}
	if took := time.Since(began); took > 5*time.Second {
		return fmt.Errorf("it took %s", took)
	}
	return nil
}

func suspendAndContinue(t *trial) error {
	task, err := t.start("sh", "-c", "echo ready; exec sleep 30")
	if err != nil {
		return err
	}
	if err := task.says("ready\n"); err != nil {
		return err
	}
	pid := task.below()
	for range 3 {
		for _, step := range []struct {
			sig   syscall.Signal
			state string
		}{{syscall.SIGTSTP, "T"}, {syscall.SIGCONT, "S"}} {
			if err := task.signals(step.sig); err != nil {
				return err
			}
			err := t.eventually(func() error { return sameText(stateOf(task.Process.Pid)+stateOf(pid), step.state+step.state, nil) })
			if err != nil {
				return err
			}
		}
	}
	return errors.Join(task.signals(syscall.SIGTERM), task.ends(143))
}

func stubborn(t *trial) error {
	task, err := t.ready(`trap '' TERM; sleep 30 & echo ready; while :; do sleep 0.05; done`)
	if err != nil {
		return err
	}
	return errors.Join(task.signals(syscall.SIGTERM), task.ends(137))
}

func wrapperKilled(t *trial) error {
	task, err := t.start("sh", "-c", "echo ready; exec sleep 30")
	if err != nil {
		return err
	}
	if err := errors.Join(task.says("ready\n"), task.Process.Kill()); err != nil {
		return err
	}
	return t.eventually(func() error {
		if left := len(t.marked()); left > 0 {
			return fmt.Errorf("%d processes live on", left)
		}
		return nil
	})
}

// sleeps allows for a tick of the clock, in which the process was seen by chance.
func sleeps(t *trial) error {
	task, err := t.start("sh", "-c", "echo ready; exec sleep 30")
	if err != nil {
		return err
	}
	if err := errors.Join(task.says("ready\n"), wait(t.ctx, 200*time.Millisecond)); err != nil {
		return err
	}
	spent := func() int {
		var user, system int
		fields := stat(task.Process.Pid)
		if len(fields) > 12 {
			_, _ = fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
		}
		return user + system
	}
	before := spent()
	if err := wait(t.ctx, 2*time.Second); err != nil {
		return err
	}
	if ticks := spent() - before; ticks > 1 {
		return fmt.Errorf("%d ticks in two seconds", ticks)
	}
	return errors.Join(task.signals(syscall.SIGTERM), task.ends(143))
}

// isSmall looks at anonymous memory alone. Pages of the program are in the page
// cache, once for all containers of an image, and the kernel takes them back when
// it wants to: memory limits do not end anybody for them.
func isSmall(t *trial) error {
	task, err := t.start("sh", "-c", "echo ready; exec sleep 30")
	if err != nil {
		return err
	}
	err = errors.Join(task.says("ready\n"), t.eventually(func() error {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", task.Process.Pid))
		if err != nil {
			return err
		}
		_, rest, _ := strings.Cut(string(status), "RssAnon:")
		var kibibytes int
		if _, err := fmt.Sscan(rest, &kibibytes); err != nil {
			return fmt.Errorf("RssAnon: %w", err)
		}
		if kibibytes >= 4<<10 {
			return fmt.Errorf("%d KiB", kibibytes)
		}
		return nil
	}))
	return errors.Join(err, task.signals(syscall.SIGTERM), task.ends(143))
}
