package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// residue counts the processes that are left of flts-run while its task runs: in
// exec mode the task has its process id, and no other child.
func residue(ctx context.Context, b bench, _ io.Writer) (bars []bar, err error) {
	pod, err := newPod(b.dir + "/residue")
	if err != nil {
		return nil, err
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, b.fltsRun, "exec", "--check=off", "--print=off", "--", "/bin/cat")
	cmd.Env, cmd.Stderr = pod.environ, &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	// What comes back shows that the task runs, and that it waits for more.
	left, err := countLeft(cmd.Process.Pid, stdin, stdout)
	stdin.Close()
	if waited := cmd.Wait(); waited != nil || err != nil {
		return nil, fmt.Errorf("flts-run exec -- cat: %v, %v\n%s", err, waited, &stderr)
	}
	return []bar{{"processes left beside the task", float64(left), 0, ""}}, nil
}

func countLeft(pid int, stdin io.Writer, stdout io.Reader) (int, error) {
	echo := []byte("ready\n")
	if _, err := stdin.Write(echo); err != nil {
		return 0, err
	}
	if _, err := io.ReadFull(stdout, echo); err != nil {
		return 0, err
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return 0, err
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0, err
	}
	left := len(strings.Fields(string(children)))
	if strings.TrimSpace(string(name)) != "cat" {
		left++
	}
	return left, nil
}
