//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

var endings = []behaviour{
	{name: "exit codes 0 to 255", try: allStatuses},
	{name: "ended by a signal: 128+n", try: endedBySignals},
	{name: "not found 127, not executable 126", try: notRunnable},
	{name: "a script is started", try: script},
	{name: "a task that closes its output", try: closesOutput},
}

func allStatuses(t *trial) error {
	for status := range 256 {
		task, err := t.start("sh", "-c", fmt.Sprintf("exit %d", status))
		if err != nil {
			return err
		}
		if err := task.ends(status); err != nil {
			return err
		}
	}
	return nil
}

func endedBySignals(t *trial) error {
	for _, sig := range []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGKILL,
		syscall.SIGSEGV, syscall.SIGUSR1, syscall.SIGPIPE, syscall.SIGTERM, 40,
	} {
		task, err := t.start("sh", "-c", fmt.Sprintf("ulimit -c 0; kill -%d $$; sleep 30", sig))
		if err != nil {
			return err
		}
		if err := task.ends(128 + int(sig)); err != nil {
			return err
		}
	}
	return nil
}

func notRunnable(t *trial) error {
	for program, status := range map[string]int{"no-such-program": 127, t.dir: 126} {
		task, err := t.start(program)
		if err != nil {
			return err
		}
		if err := task.ends(status); err != nil {
			return err
		}
	}
	return nil
}

func script(t *trial) error {
	path := filepath.Join(t.dir, "script")
	if err := os.WriteFile(path, []byte("#!/bin/sh -e\necho \"<$1>\"\nexit 4\n"), 0o755); err != nil {
		return err
	}
	task, err := t.start("./script", "a  b")
	if err != nil {
		return err
	}
	return errors.Join(task.says("<a  b>\n"), task.ends(4))
}

func closesOutput(t *trial) error {
	task, err := t.start("sh", "-c", "exec >&- 2>&-; sleep 0.2; exit 6")
	if err != nil {
		return err
	}
	if err := task.ends(6); err != nil {
		return err
	}
	if said := task.out.String(); strings.TrimSpace(said) != "" {
		return fmt.Errorf("somebody said %q", said)
	}
	return nil
}
