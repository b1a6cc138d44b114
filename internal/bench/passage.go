package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// passage is a task that writes what it reads, and one process between it and the
// reader of its output: flts-run, or cat, which does the least that one can do.
type passage struct {
	in    io.WriteCloser
	out   *bufio.Reader
	pid   int // of the process between
	close func() error
}

// behindFltsRun starts "cat" as a supervised task.
func behindFltsRun(ctx context.Context, b bench, environ []string, flags ...string) (*passage, error) {
	argv := append(append([]string{"exec", "--mode=supervise", "--check=off", "--print=off"}, flags...), "--", "cat")
	cmd := exec.CommandContext(ctx, b.fltsRun, argv...)
	cmd.Env = environ
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return through(cmd, in, func() error { return nil })
}

// behindCat starts "cat | cat".
func behindCat(ctx context.Context) (*passage, error) {
	task, between := exec.CommandContext(ctx, "cat"), exec.CommandContext(ctx, "cat")
	in, err := task.StdinPipe()
	if err != nil {
		return nil, err
	}
	if between.Stdin, err = task.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := task.Start(); err != nil {
		return nil, err
	}
	return through(between, in, task.Wait)
}

func through(between *exec.Cmd, in io.WriteCloser, wait func() error) (*passage, error) {
	var stderr bytes.Buffer
	between.Stderr = &stderr
	out, err := between.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := between.Start(); err != nil {
		return nil, err
	}
	p := &passage{in: in, out: bufio.NewReaderSize(out, 64<<10), pid: between.Process.Pid}
	p.close = func() error {
		err := errors.Join(in.Close(), between.Wait(), wait())
		if err != nil {
			err = fmt.Errorf("%s: %w\n%s", between.Args[0], err, &stderr)
		}
		return err
	}
	_, err = p.line([]byte("ready\n")) // it has started, and so has the task
	return p, err
}

// line sends a line and returns how long it took to come back.
func (p *passage) line(text []byte) (time.Duration, error) {
	begin := time.Now()
	if _, err := p.in.Write(text); err != nil {
		return 0, err
	}
	got, err := p.out.ReadSlice('\n')
	if err == nil && !bytes.Equal(got, text) {
		err = fmt.Errorf("a line came back as %q", got)
	}
	return time.Since(begin), err
}

// lines returns the times of many of them, each alone.
func (p *passage) lines(ctx context.Context, text []byte, n int) ([]time.Duration, error) {
	var all []time.Duration
	for range n {
		took, err := p.line(text)
		if err != nil {
			return nil, err
		}
		all = append(all, took)
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return all, nil
}

// push sends a text in pieces, at so many bytes a second or, with 0, as fast as it
// is taken, and returns the processor time of the process between.
func (p *passage) push(text []byte, piece, rate int) (time.Duration, error) {
	before, err := processorTime(p.pid)
	if err != nil {
		return 0, err
	}
	written := make(chan error, 1)
	go func() {
		begin := time.Now()
		for at := 0; at < len(text); at += piece {
			if rate > 0 {
				time.Sleep(time.Until(begin.Add(time.Duration(at) * time.Second / time.Duration(rate))))
			}
			if _, err := p.in.Write(text[at:min(at+piece, len(text))]); err != nil {
				written <- err
				return
			}
		}
		written <- nil
	}()
	n, err := io.CopyN(io.Discard, p.out, int64(len(text)))
	if err = errors.Join(err, <-written); err != nil {
		return 0, fmt.Errorf("%d of %d bytes came back: %w", n, len(text), err)
	}
	after, err := processorTime(p.pid)
	return after - before, err
}

// processorTime is that of all threads of a process.
func processorTime(pid int) (sum time.Duration, err error) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		var one time.Duration
		if _, err := fmt.Sscan(string(text), &one); err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		sum += one
	}
	if sum == 0 {
		return 0, fmt.Errorf("process %d: no processor time", pid)
	}
	return sum, nil
}

// resident is the memory of a process, in MiB.
func resident(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0, fmt.Errorf("process %d: resident memory: %w", pid, err)
	}
	return kib / 1024, nil
}
