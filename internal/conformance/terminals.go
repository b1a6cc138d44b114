//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

var terminals = []behaviour{
	{name: "terminal: Ctrl-C comes once", try: interrupted},
	{name: "terminal: Ctrl-C ends with 130", try: interruptEnds},
	{name: "terminal: without a shell, Ctrl-Z hangs nothing", stays: true, try: suspendedAlone},
	{name: "terminal: the task reads from it", try: readsTerminal},
	{name: "terminal: behind a pipe too", try: readsBehindPipe},
	{name: "terminal: it is given back", try: givesBack},
	{name: "terminal: after a failed start, too", try: givesBackUnstarted},
	{name: "terminal: hung up, all ends", try: hungUp},
	{name: "terminal: Ctrl-Z, fg, Ctrl-C under a shell", try: jobControl},
}

const (
	ctrlC = "\x03"
	ctrlZ = "\x1a"
)

func (t *trial) typed(keys io.Writer, text string) error {
	_, err := io.WriteString(keys, text)
	return err
}

func interrupted(t *trial) error {
	task, keys, err := t.terminal(append(t.wrap, "sh", "-c",
		`trap 'echo caught; sleep 0.5; exit 9' INT; echo ready; while :; do sleep 0.05; done`))
	if err != nil {
		return err
	}
	defer keys.Close()
	if err := errors.Join(task.says("ready"), t.typed(keys, ctrlC), task.ends(9)); err != nil {
		return err
	}
	if n := strings.Count(task.out.String(), "caught"); n != 1 {
		return fmt.Errorf("it came %d times", n)
	}
	return nil
}

func interruptEnds(t *trial) error {
	task, keys, err := t.terminal(append(t.wrap, "sh", "-c", "echo ready; exec sleep 30"))
	if err != nil {
		return err
	}
	defer keys.Close()
	return errors.Join(task.says("ready"), wait(t.ctx, 100*time.Millisecond), t.typed(keys, ctrlC), task.ends(130))
}

func suspendedAlone(t *trial) error {
	task, keys, err := t.terminal(append(t.wrap, "sh", "-c", "echo ready; exec sleep 30"))
	if err != nil {
		return err
	}
	defer keys.Close()
	if err := errors.Join(task.says("ready"), wait(t.ctx, 100*time.Millisecond), t.typed(keys, ctrlZ)); err != nil {
		return err
	}
	if err := wait(t.ctx, 500*time.Millisecond); err != nil {
		return err
	}
	return errors.Join(t.typed(keys, ctrlC), task.ends(130))
}

func readsTerminal(t *trial) error {
	task, keys, err := t.terminal(append(t.wrap, "sh", "-c", `echo ready; read line; echo "<$line>"; exit 2`))
	if err != nil {
		return err
	}
	defer keys.Close()
	return errors.Join(task.says("ready"), t.typed(keys, "hello\n"), task.says("<hello>"), task.ends(2))
}

// shell runs a script in a shell on a terminal, with the wrapper as "$@".
func (t *trial) shell(script string) []string {
	return append([]string{"bash", "-c", script, "bash"}, t.wrap...)
}

func readsBehindPipe(t *trial) error {
	task, keys, err := t.terminal(t.shell(`"$@" sh -c 'echo ready; read line </dev/tty; echo "<$line>"' | cat; exit 2`))
	if err != nil {
		return err
	}
	defer keys.Close()
	return errors.Join(task.says("ready"), t.typed(keys, "hello\n"), task.says("<hello>"), task.ends(2))
}

func givesBack(t *trial) error {
	task, keys, err := t.terminal(t.shell(`"$@" sh -c 'echo ready; read line'; echo next; read line; echo "<$line>"; exit 2`))
	if err != nil {
		return err
	}
	defer keys.Close()
	return errors.Join(task.says("ready"), t.typed(keys, "one\n"), task.says("next"), t.typed(keys, "two\n"), task.says("<two>"), task.ends(2))
}

func givesBackUnstarted(t *trial) error {
	task, keys, err := t.terminal(t.shell(`printf '#!/no/such\n' >script; chmod +x script; "$@" ./script; echo next; read line; echo "<$line>"; exit 2`))
	if err != nil {
		return err
	}
	defer keys.Close()
	return errors.Join(task.says("next"), t.typed(keys, "two\n"), task.says("<two>"), task.ends(2))
}

// As when the connection of "docker run -it" is lost.
func hungUp(t *trial) error {
	task, keys, err := t.terminal(append(t.wrap, "sh", "-c", "echo ready; exec sleep 30"))
	if err != nil {
		return err
	}
	return errors.Join(task.says("ready"), keys.Close(), task.ends(129))
}

func jobControl(t *trial) error {
	task, keys, err := t.terminal([]string{"bash", "--norc", "--noprofile", "-i"})
	if err != nil {
		return err
	}
	defer keys.Close()
	// What is typed is echoed: the quotes keep it from being what is waited for.
	command := strings.Join(t.wrap, " ") + ` sh -c "echo rea""dy; exec sleep 30"`
	return errors.Join(
		t.typed(keys, command+"\n"), task.says("ready"), wait(t.ctx, 200*time.Millisecond),
		t.typed(keys, ctrlZ), task.says("Stopped"),
		t.typed(keys, "echo at the pro''mpt\n"), task.says("at the prompt"),
		t.typed(keys, "fg\n"), wait(t.ctx, 300*time.Millisecond),
		t.typed(keys, ctrlC), t.typed(keys, "echo sta''tus=$?\n"), task.says("status=130"),
		t.typed(keys, "exit 3\n"), task.ends(3),
	)
}
