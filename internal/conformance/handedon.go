//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

var handedOn = []behaviour{
	{name: "standard input, every byte", try: input},
	{name: "signal mask, ignored signals", try: signalState},
	{name: "descriptors", try: descriptors},
	{name: "directory, umask, limits", try: limits},
}

func input(t *trial) error {
	text := bytes.Repeat([]byte("a line \x00\xff\r\n"), 100_000)
	task, err := t.run(append(t.wrap, "cksum"), func(task *task) { task.Stdin = bytes.NewReader(text) })
	if err != nil {
		return err
	}
	if err := task.ends(0); err != nil {
		return err
	}
	sum := exec.CommandContext(t.ctx, "cksum")
	sum.Stdin = bytes.NewReader(text)
	want, err := sum.Output()
	return sameText(task.out.String(), string(want), err)
}

// sameBoth runs a command with the wrapper in front of it and without, behind
// the same parent, and compares what of their output is of interest.
func (t *trial) sameBoth(parent, command []string, part func(string) string, change ...func(*task)) error {
	var said [2]string
	for i, wrap := range [][]string{nil, t.wrap} {
		var all []string
		all = append(append(append(all, parent...), wrap...), command...)
		task, err := t.run(all, change...)
		if err != nil {
			return err
		}
		if err := task.ends(0); err != nil {
			return err
		}
		said[i] = part(task.out.String())
	}
	return sameText(said[1], said[0], nil)
}

func sameText(got, want string, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("got %q instead of %q", got, want)
	}
	return err
}

// What only the runtime of Go may have is left out, see launch.
func signalState(t *trial) error {
	for _, parent := range [][]string{
		{"env"},
		{"env", "--ignore-signal=HUP"}, // nohup
		{"env", "--ignore-signal=TERM,INT,QUIT,PIPE,USR1,TSTP,TTIN,TTOU,WINCH,40", "--block-signal=USR2,TERM,CHLD,45"},
	} {
		if err := t.sameBoth(parent, []string{"cat", "/proc/self/status"}, signalSets); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(parent, " "), err)
		}
	}
	return nil
}

func descriptors(t *trial) error {
	file, err := os.Create(t.dir + "/file")
	if err != nil {
		return err
	}
	defer file.Close()
	list := `for n in $(ls /proc/self/fd); do echo $n $(readlink /proc/$$/fd/$n | sed 's/pipe:.*/pipe/'); done`
	return t.sameBoth(nil, []string{"sh", "-c", list}, strings.TrimSpace, func(task *task) {
		task.ExtraFiles = []*os.File{file, nil, file}
	})
}

func limits(t *trial) error {
	parent := []string{"sh", "-c", `umask 027; ulimit -Sn 77; ulimit -Sc 0; cd /usr; exec "$@"`, "sh"}
	return t.sameBoth(parent, []string{"sh", "-c", "umask; ulimit -Sn; ulimit -Hn; ulimit -c; pwd"}, strings.TrimSpace)
}
