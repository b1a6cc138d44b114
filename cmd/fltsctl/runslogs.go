package main

import (
	"bytes"
	"io"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/submit"
)

func (r *runner) logs(c *call) error {
	q := submit.LogQuery{
		Tail:   c.number(tailOption),
		Try:    c.number(tryOption),
		Follow: c.boolean(followOption),
	}
	if err := c.open(1, 2); err != nil {
		return err
	}
	run, err := c.find(c.args.First())
	if err != nil {
		return err
	}
	q.Run = run.ID
	if q.Task, err = taskOf(run, c.args.Get(1)); err != nil {
		return err
	}
	if _, _, ok := r.terminal(); !ok {
		return c.backend.Logs(c.ctx, q, r.stdout)
	}
	w := &printable{w: r.stdout}
	err = c.backend.Logs(c.ctx, q, w)
	if flushErr := w.flush(); err == nil {
		err = flushErr
	}
	return err
}

// taskOf is how a task is named to the platform. What the run does not have is
// refused here, where it is known what it has.
func taskOf(run submit.Run, word string) (string, error) {
	if word == "" || len(run.Tasks) == 0 {
		return word, nil
	}
	var known []string
	for _, n := range submit.Tree(run.Tasks) {
		switch word {
		case n.Task.ID, n.Task.Name, n.Task.Label():
			return word, nil
		case n.Path:
			return submit.TaskRef(run.Tasks, n.Task), nil
		}
		known = append(known, n.Task.Label())
	}
	return "", &submit.Error{
		Kind:    submit.NotFound,
		Message: "the run has no task " + word,
		Advice:  near.DidYouMean(word, known, "fltsctl runs get "+hint.ShellWord(run.ID)+" lists them"),
	}
}

// printable writes a text of strangers to a terminal: what would move the cursor
// or colour the screen is written as its escape. It writes whole lines, so that no
// letter is cut in two, and a line that is very long in parts.
type printable struct {
	w    io.Writer
	rest []byte
}

func (p *printable) Write(text []byte) (int, error) {
	p.rest = append(p.rest, text...)
	whole := bytes.LastIndexByte(p.rest, '\n') + 1
	if whole == 0 && len(p.rest) < 64<<10 {
		return len(text), nil
	}
	if whole == 0 {
		whole = len(p.rest)
	}
	_, err := io.WriteString(p.w, console.Printable(string(p.rest[:whole])))
	p.rest = append(p.rest[:0], p.rest[whole:]...)
	return len(text), err
}

func (p *printable) flush() error {
	_, err := io.WriteString(p.w, console.Printable(string(p.rest)))
	p.rest = nil
	return err
}
