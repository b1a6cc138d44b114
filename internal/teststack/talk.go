package teststack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"time"
)

// Talk is a program that has what it needs in memory and answers questions: a JSON
// document for a JSON document, one a line. It reads a question to its end before
// it answers.
type Talk struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	said bytes.Buffer // on its standard error
}

// longestAnswer is how many bytes a line may have.
const longestAnswer = 4 << 20

// StartTalk starts argv with no other variables than those given, and decodes the
// line with which it says that it is ready into greeting. The program ends with
// the context, so that a question is never waited for longer.
func StartTalk(ctx context.Context, argv, environ []string, greeting any) (*Talk, error) {
	t := &Talk{name: filepath.Base(argv[len(argv)-1])}
	t.cmd = exec.CommandContext(ctx, argv[0], argv[1:]...)
	t.cmd.Env = environ
	t.cmd.Stderr = &t.said
	t.cmd.WaitDelay = time.Second
	in, err := t.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("teststack: %s: %w", t.name, err)
	}
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("teststack: %s: %w", t.name, err)
	}
	t.in, t.out = in, bufio.NewScanner(out)
	t.out.Buffer(nil, longestAnswer)
	if err := t.cmd.Start(); err != nil {
		return nil, fmt.Errorf("teststack: %s: %w", t.name, err)
	}
	if err := t.read(greeting); err != nil {
		return nil, err
	}
	return t, nil
}

// Ask writes a question and decodes the answer to it.
func (t *Talk) Ask(question, answer any) error {
	line, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("teststack: %s: %w", t.name, err)
	}
	if _, err := t.in.Write(append(line, '\n')); err != nil {
		return t.ended(err)
	}
	return t.read(answer)
}

// Stop lets the program read the end of its questions, and waits for it.
func (t *Talk) Stop() error {
	_ = t.in.Close() // where the program has ended, Wait says so
	if err := t.cmd.Wait(); err != nil {
		return fmt.Errorf("teststack: %s: %w\n%s", t.name, err, tail(t.said.Bytes()))
	}
	return nil
}

func (t *Talk) read(answer any) error {
	if !t.out.Scan() {
		err := t.out.Err()
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		return t.ended(err)
	}
	if err := json.Unmarshal(t.out.Bytes(), answer); err != nil {
		return t.ended(err)
	}
	return nil
}

// ended ends the program, which cannot be talked to any more, so that what it said
// on its standard error is whole.
func (t *Talk) ended(err error) error {
	_ = t.cmd.Process.Kill()
	return errors.Join(fmt.Errorf("teststack: %s gives no answer: %w", t.name, err), t.Stop())
}
