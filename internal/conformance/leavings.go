//go:build linux

package main

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

const short = 400 * time.Millisecond

var leavings = []behaviour{
	{name: "a child that holds the output does not hang the end", stops: true, try: quickly(7, `sleep 30 & exit 7`)},
	{name: "one that ignores TERM neither", stops: true, grace: short, try: quickly(7, `(trap "" TERM; exec sleep 30) & exit 7`)},
	{name: "nor a daemon, forked twice", stops: true, grace: short, try: quickly(7, daemon+`; exit 7`)},
	{name: "nor a daemon of a killed task", stops: true, grace: short, try: killedWithDaemon},
	{name: "nor one that is suspended", stops: true, try: quickly(7, `sleep 30 & kill -STOP $!; exit 7`)},
	{name: "without /proc, the group still ends", stops: true, root: true, grace: short, try: withoutProc},
	{name: "a child has its time to stop, too", stops: true, try: leftoverHandler},
}

// daemon starts a process in another session, with a parent that ends at once.
const daemon = `setsid sh -c '(trap "" TERM; exec sleep 30) &'; sleep 0.1`

func quickly(status int, script string) func(*trial) error {
	return func(t *trial) error {
		began := time.Now()
		task, err := t.start("sh", "-c", script)
		if err != nil {
			return err
		}
		if err := task.ends(status); err != nil {
			return err
		}
		if took := time.Since(began); took > 5*time.Second {
			return fmt.Errorf("it took %s", took)
		}
		return nil
	}
}

// A leftover is found by the number of its group alone.
func withoutProc(t *trial) error {
	hidden := []string{"unshare", "--mount", "sh", "-c", `mount -t tmpfs none /proc && exec "$@"`, "sh"}
	command := append(append(hidden, t.wrap...), "sh", "-c", `(trap "" TERM; exec sleep 30) & sleep 30 & exit 7`)
	task, err := t.run(command)
	if err != nil {
		return err
	}
	return task.ends(7)
}

func killedWithDaemon(t *trial) error {
	task, err := t.ready(`trap '' TERM; ` + daemon + `; echo ready; while :; do sleep 0.05; done`)
	if err != nil {
		return err
	}
	return errors.Join(task.signals(syscall.SIGTERM), task.ends(137))
}

func leftoverHandler(t *trial) error {
	task, err := t.ready(`sh -c 'trap "sleep 0.5; echo uploaded; exit 0" TERM; echo ready; while :; do sleep 0.05; done' & sleep 0.5; exit 2`)
	if err != nil {
		return err
	}
	return errors.Join(task.ends(2), task.says("uploaded\n"))
}
