//go:build linux

package main

import (
	"errors"
	"fmt"
	"syscall"
)

var orphans = []behaviour{
	{name: "1000 orphans are reaped, as subreaper", stays: true, try: manyOrphans(false)},
	{name: "1000 orphans are reaped, as process 1", stays: true, root: true, try: manyOrphans(true)},
	{name: "as process 1, TERM ends the task", stays: true, root: true, try: firstProcess(`trap 'exit 6' TERM`, 6)},
	{name: "as process 1, a stubborn task too", stops: true, root: true, grace: short, try: firstProcess(`trap '' TERM`, 137)},
}

// asFirst makes the wrapper process 1 of a namespace.
var asFirst = []string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"}

// startAs returns the process id of the wrapper too.
func (t *trial) startAs(first bool, script string) (started *task, pid int, err error) {
	command := append(append([]string{}, t.wrap...), "sh", "-c", script)
	if first {
		command = append(append([]string{}, asFirst...), command...)
	}
	started, err = t.run(command)
	if err != nil {
		return nil, 0, err
	}
	if err := started.says("ready\n"); err != nil {
		return nil, 0, err
	}
	if first {
		return started, started.below(), nil
	}
	return started, started.Process.Pid, nil
}

func manyOrphans(first bool) func(*trial) error {
	return func(t *trial) error {
		task, pid, err := t.startAs(first, `i=0; while [ $i -lt 1000 ]; do (: &); i=$((i+1)); done; echo ready; exec sleep 30`)
		if err != nil {
			return err
		}
		err = t.eventually(func() error {
			if children, zombies := childrenOf(pid); len(children) != 1 || zombies > 0 {
				return fmt.Errorf("%d children, of which %d are dead", len(children), zombies)
			}
			return nil
		})
		return errors.Join(err, syscall.Kill(pid, syscall.SIGTERM), task.ends(143))
	}
}

func firstProcess(trap string, status int) func(*trial) error {
	return func(t *trial) error {
		task, pid, err := t.startAs(true, trap+`; echo ready; while :; do sleep 0.05; done`)
		if err != nil {
			return err
		}
		return errors.Join(syscall.Kill(pid, syscall.SIGTERM), task.ends(status))
	}
}
