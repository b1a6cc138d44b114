package main

import (
	"time"

	"github.com/flts-run/flts-run/submit"
)

func (r *runner) watchRun(c *call) error {
	o := c.watchOptions(c.output)
	if err := c.open(1, 1); err != nil {
		return err
	}
	run, err := c.find(c.args.First())
	if err != nil {
		return err
	}
	if c.output == "table" {
		if err := c.product(oneLine(receiptLine(run)) + "\n"); err != nil {
			return err
		}
	}
	return c.stay(run.ID, o)
}

// watchOptions reads the flags of a watch.
func (s *settings) watchOptions(output string) watchOptions {
	o := watchOptions{
		Timeout:   s.duration(runTimeoutOption),
		Interval:  s.duration(intervalOption),
		Output:    output,
		Terminate: s.boolean(terminateOption),
	}
	if o.Interval > 0 && o.Interval < submit.MinInterval {
		s.problem(usage("1s is the shortest", "--interval %s asks the server too often", o.Interval.Round(time.Microsecond)))
	}
	return o
}

// stay watches a run. From here on an interrupt is the watch's.
func (c *call) stay(id string, o watchOptions) error {
	c.release()
	return c.watch(c.uninterrupted, c.backend, id, o)
}
