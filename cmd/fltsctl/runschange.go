package main

import (
	"fmt"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// changesDocument says what became of each run.
type changesDocument struct {
	Schema string           `json:"schema"`
	Runs   []changeDocument `json:"runs"`
}

// changeDocument is one of them. Result is "terminating", "retrying", "archived"
// or "failed".
type changeDocument struct {
	Run    string `json:"run"` // as it was given
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Result string `json:"result"`
	Error  string `json:"error,omitempty"`
}

// change is what can be done to a run.
type change struct {
	done   string // "terminating"
	forbid func(submit.Run) error
	do     func(*call, submit.Run) error
}

func (r *runner) terminate(c *call) error {
	_, err := c.changeAll(change{
		done: "terminating",
		forbid: func(run submit.Run) error {
			if run.State.Final() {
				return forbidden(run, "there is nothing to terminate", "")
			}
			return nil
		},
		do: func(c *call, run submit.Run) error { return c.backend.Terminate(c.ctx, run.ID) },
	})
	return err
}

func (r *runner) archive(c *call) error {
	_, err := c.changeAll(change{
		done: "archived",
		do: func(c *call, run submit.Run) error {
			if run.Archived {
				return nil
			}
			return c.backend.Archive(c.ctx, run.ID)
		},
	})
	return err
}

func (r *runner) retry(c *call) error {
	o := c.watchOptions(c.output)
	watch := c.boolean(runWatchOption)
	if watch && c.args.Len() > 1 {
		c.problem(usage("leave out --watch, and watch each with fltsctl runs watch RUN", "--watch is for one run"))
	}
	if !watch {
		for _, opt := range watchingOptions {
			if c.settings.given(opt) {
				c.problem(usage("add --watch", "--%s is for --watch, which is not there", opt.flag))
			}
		}
	}
	runs, err := c.changeAll(change{
		done: "retrying",
		forbid: func(run submit.Run) error {
			switch run.State {
			case submit.Failed, submit.Canceled:
				return nil
			case submit.Succeeded, submit.Skipped:
				return forbidden(run, "nothing in it failed", "")
			}
			return forbidden(run, "it can be retried when it has ended", "fltsctl runs watch "+hint.ShellWord(run.ID)+" waits for that")
		},
		do: func(c *call, run submit.Run) error { return c.backend.Retry(c.ctx, run.ID) },
	})
	if err != nil || !watch || c.status != 0 {
		return err
	}
	o.Restarted = true
	return c.stay(runs[0].ID, o)
}

// forbidden says that a run is in a state in which something cannot be done.
func forbidden(run submit.Run, why, advice string) error {
	return &submit.Error{
		Kind:    submit.Conflict,
		Message: fmt.Sprintf("run %s is %s: %s", run.ID, stateWord(run.State), why),
		Advice:  advice,
	}
}

// changeAll does something to every run of the command line and says what became of
// each. One that fails does not keep the others from it; the exit status is that of
// the first that does.
func (c *call) changeAll(ch change) ([]submit.Run, error) {
	if err := c.open(1, c.args.Len()); err != nil {
		return nil, err
	}
	doc := changesDocument{Schema: documentSchema}
	var runs []submit.Run
	for _, ref := range c.args.Slice() {
		run, err := c.changeOne(ch, ref)
		if err != nil && c.ctx.Err() != nil {
			advice := ""
			if run.ID != "" {
				advice = "it may have been done: fltsctl runs get " + hint.ShellWord(run.ID)
			}
			return nil, interrupted(c.ctx, err, advice)
		}
		runs = append(runs, run)
		d := changeDocument{Run: ref, ID: run.ID, Name: run.Name, Result: ch.done}
		if err != nil {
			d.Result, d.Error = "failed", troubleText(err)
			if status := c.fail(err); c.status == 0 {
				c.status = status
			}
		}
		doc.Runs = append(doc.Runs, d)
		if err == nil && c.output == "table" {
			if err := c.product(oneLine(fmt.Sprintf("%s run %s (%s)", ch.done, run.Name, run.ID)) + "\n"); err != nil {
				return nil, err
			}
		}
	}
	if c.output == "table" {
		return runs, nil
	}
	return runs, c.writeDocument(c.output, doc)
}

func (c *call) changeOne(ch change, ref string) (submit.Run, error) {
	run, err := c.find(ref)
	if err != nil {
		return run, err
	}
	if ch.forbid != nil {
		if err := ch.forbid(run); err != nil {
			return run, err
		}
	}
	return run, ch.do(c, run)
}
