package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
)

const submitDescription = `PIPELINE is what the KFP compiler wrote: .yaml, .json, .zip or .tar.gz. Each of its
parameters is a flag here, in front of the file or behind it: gateway_url answers
to --gateway-url and --gateway_url, and always takes a value. fltsctl submit
PIPELINE --help lists them. With --backend airflow PIPELINE is the id of a DAG, whose
parameters the server is asked for. A parameter that has the name of a flag below is set by
--param NAME=VALUE. A flag beats --param, which beats --params-file, which beats
--from-contract; for the rest the pipeline has defaults.

Everything is held against the pipeline first. If anything is wrong, all of it is
said, and nothing is sent.`

// submitName is the command whose unknown flags are parameters of a pipeline.
const submitName = "submit"

func (r *runner) submitCommand() *cli.Command {
	return &cli.Command{
		Name:        submitName,
		Usage:       "start a run of a pipeline",
		Description: submitDescription,
		ArgsUsage:   "PIPELINE",
		Flags:       cliFlags(submitOptions, []option{outputOption.as(submitOutputs...), backendOption.as(r.backendNames()...)}, connectionOptions),
		Action:      r.submit,
	}
}

var submitOutputs = []string{"table", "json", "yaml", "name", "id"}

// submission is what a command line asks for, once it is known to be right.
type submission struct {
	backend submit.Backend
	order   submit.Order
	from    origins
	output  string
	dryRun  bool
	watch   bool
	watched watchOptions
}

func (r *runner) submit(c *cli.Context) error {
	ctx, release := r.interruptible(c.Context)
	defer release()
	if r.asksHelp {
		return interrupted(ctx, r.helpOfDAG(ctx, r.settings(c)), "")
	}
	sub, err := r.submission(ctx, r.settings(c))
	if err != nil {
		return interrupted(ctx, err, "")
	}
	r.out.Print(validated(sub.order.Form) + "\n")
	if sub.dryRun {
		return interrupted(ctx, r.draft(ctx, sub), "")
	}
	receipt, err := sub.backend.Submit(ctx, sub.order)
	if err != nil {
		return interrupted(ctx, err, "a run may have been started: fltsctl runs list")
	}
	if err := r.receipt(sub, receipt); err != nil || !sub.watch {
		return err
	}
	release() // from here on an interrupt is the watch's
	return r.watch(c.Context, sub.backend, receipt.Run.ID, sub.watched)
}

// submission reads the whole command line before anything is sent. A pipeline in
// a file needs no server for that; one on the server is asked for what it wants.
func (r *runner) submission(ctx context.Context, s *settings) (submission, error) {
	var sub submission
	b := r.chosenBackend(s, submitOptions)
	r.readWay(s, &sub)
	target := b.target(s)
	f, name, err := b.read(target)
	s.check(err)
	switch {
	case f != nil:
		r.order(s, &sub, asked{target, f, name, b.runName})
	case name == "":
		r.suspect(s)
	}
	sub.backend, err = b.open(ctx, s)
	s.check(err)
	if f != nil || len(s.problems) > 0 {
		return sub, refuse(s.problems, "nothing was sent")
	}
	if f, err = sub.backend.Form(ctx, target); err != nil {
		return sub, err
	}
	r.order(s, &sub, asked{target, f, name, b.runName})
	return sub, refuse(s.problems, "no run was started")
}

// readWay reads what is to be done with the order.
func (r *runner) readWay(s *settings, sub *submission) {
	sub.output = s.oneOf(outputOption.as(submitOutputs...))
	sub.dryRun = s.boolean(dryRunOption)
	sub.watch = s.boolean(runWatchOption)
	sub.watched = s.watchOptions(sub.output)
	documents := sub.output == "json" || sub.output == "yaml"
	switch {
	case sub.dryRun && sub.watch:
		s.problem(usage("leave one of them out", "--dry-run starts nothing that --watch could look at"))
	case sub.dryRun && !s.given(outputOption) && !documents:
		sub.output = "yaml"
	case sub.dryRun && !documents:
		s.problem(usage("write -o yaml or -o json", "--dry-run has no -o %s", sub.output))
	case sub.watch && sub.output != "table" && !documents:
		s.problem(usage("write -o table, json or yaml", "--watch has no -o %s", sub.output))
	case sub.watched.Timeout > 0 && !sub.watch:
		s.problem(usage("add --watch", "--timeout ends --watch, which is not there"))
	}
}

// validated says what the values were held against.
func validated(f form.Form) string {
	switch n := len(f.Parameters()); n {
	case 0:
		return "validated " + f.Title() + ", which has no parameters"
	case 1:
		return "validated 1 parameter against " + f.Title()
	default:
		return fmt.Sprintf("validated %d parameters against %s", n, f.Title())
	}
}
