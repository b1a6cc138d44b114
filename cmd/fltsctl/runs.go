package main

import (
	"context"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/submit"
)

const runsDescription = `RUN is the id of a run, the beginning of its id if no other begins so, or its name
if no other has it.`

// Options of the runs commands alone.
var (
	ofPipelineOption   = option{flag: "pipeline", heading: whichHeading, usage: "those of the pipeline or DAG of this `NAME`"}
	ofExperimentOption = option{flag: "experiment", heading: whichHeading, backend: kfpBackend, usage: "those in the experiment of this `NAME`"}
	stateOption        = option{flag: "state", heading: whichHeading, usage: "those in this `STATE`", values: states}
	archivedOption     = option{flag: "archived", heading: whichHeading, boolean: true, usage: "those that are hidden, instead of those that are not"}
	limitOption        = option{flag: "limit", heading: whichHeading, fallback: "20", usage: "`N` of them at most"}
	pageOption         = option{flag: "page", heading: whichHeading, usage: "those behind a list with this `TOKEN`, which is next_page in its JSON"}
	allOption          = option{flag: "all", heading: whichHeading, boolean: true, usage: "all there are"}

	tailOption   = option{flag: "tail", heading: whichHeading, usage: "the last `N` lines"}
	followOption = option{flag: "follow", short: "f", heading: whichHeading, boolean: true, usage: "go on until the task ends"}
	tryOption    = option{flag: "try", heading: whichHeading, usage: "the log of this try, `N` from 1; the last otherwise"}

	runWatchOption   = option{flag: "watch", heading: whichHeading, boolean: true, usage: "stay until it ends, and end as it did"}
	runTimeoutOption = option{flag: "timeout", heading: whichHeading, usage: "stop watching after `DURATION`, like 90m, with status 124"}
	intervalOption   = option{flag: "interval", heading: whichHeading, fallback: submit.DefaultInterval.String(), usage: "ask the server every `DURATION`, a second at least"}
	terminateOption  = option{flag: "terminate-on-interrupt", heading: whichHeading, boolean: true, usage: "a second Ctrl-C, or SIGTERM, terminates the run and waits for its end; without this an interrupt leaves it running"}
)

const whichHeading = "What"

// states are the words that a run's state can be asked for by.
var states = []string{
	string(submit.Pending), string(submit.Running), string(submit.Paused), string(submit.Canceling),
	string(submit.Succeeded), string(submit.Skipped), string(submit.Failed), string(submit.Canceled),
}

var (
	listOptions     = []option{ofPipelineOption, ofExperimentOption, stateOption, archivedOption, limitOption, pageOption, allOption}
	logsOptions     = []option{tailOption, followOption, tryOption}
	watchingOptions = []option{runTimeoutOption, intervalOption, terminateOption}
	retryOptions    = slices.Concat([]option{runWatchOption}, watchingOptions)
)

// Outputs of the runs commands.
var (
	documentOutputs = []string{"table", "json", "yaml"}
	listOutputs     = []string{"table", "json", "yaml", "name", "id"}
)

func (r *runner) runsCommand() *cli.Command {
	return &cli.Command{
		Name:        "runs",
		Usage:       "look at runs, stop them, run them again",
		UsageText:   "fltsctl runs COMMAND [flags]",
		Description: runsDescription,
		Action:      noCommand,
		Subcommands: []*cli.Command{
			r.runsSubcommand("list", "", "list runs, the newest first", listOptions, listOutputs, r.list),
			r.runsSubcommand("get", "RUN", "say all that is known of a run, and why it failed", nil, documentOutputs, r.get),
			r.runsSubcommand("watch", "RUN", "stay until a run ends, and end as it did", watchingOptions, documentOutputs, r.watchRun),
			r.runsSubcommand("logs", "RUN [TASK]", "write the log of a task, or of all", logsOptions, nil, r.logs),
			r.runsSubcommand("terminate", "RUN…", "stop runs", nil, documentOutputs, r.terminate),
			r.runsSubcommand("retry", "RUN…", "run again what failed in runs", retryOptions, documentOutputs, r.retry),
			r.runsSubcommand("archive", "RUN…", "hide runs from lists", nil, documentOutputs, r.archive),
			r.runsSubcommand("diff", "RUN RUN", "say what two runs ran differently; status 1 if there is something", nil, documentOutputs, r.diff),
		},
	}
}

// runsSubcommand is a command that speaks with a server of runs.
func (r *runner) runsSubcommand(name, args, about string, own []option, outputs []string, action func(*call) error) *cli.Command {
	options := [][]option{own, connectionOptions, {backendOption.as(r.backendNames()...)}}
	if outputs != nil {
		options = append(options, []option{outputOption.as(outputs...)})
	}
	description := runsDescription
	if args == "" {
		description = ""
	}
	return &cli.Command{
		Name: name, Usage: about, ArgsUsage: args, Description: description,
		Flags: cliFlags(options...),
		Action: func(c *cli.Context) error {
			ctx, release := r.interruptible(c.Context)
			defer release()
			call := &call{runner: r, ctx: ctx, uninterrupted: c.Context, release: release, settings: r.settings(c), args: c.Args(), options: own}
			if outputs != nil {
				call.output = call.oneOf(outputOption.as(outputs...))
			}
			return interrupted(ctx, action(call), "")
		},
	}
}

// call is one use of a runs command.
type call struct {
	*runner
	*settings
	ctx     context.Context // ends with the first interrupt
	args    cli.Args
	options []option // of the command itself
	output  string

	// For a watch, which heeds interrupts itself: the context without them, and
	// what stops heeding them here.
	uninterrupted context.Context
	release       func()

	backend   submit.Backend
	namespace string
}

// open refuses a wrong command line, with all that is wrong, or makes the way to
// the server.
func (c *call) open(minArgs, maxArgs int) error {
	chosen := c.chosenBackend(c.settings, slices.Concat(c.options, connectionOptions))
	help := c.line.name() + " --help"
	switch {
	case c.args.Len() < minArgs && minArgs == 2:
		c.problem(usage(help, "two runs are wanted"))
	case c.args.Len() < minArgs:
		c.problem(usage("fltsctl runs list shows what is there", "which run? none is given"))
	case c.args.Len() > maxArgs:
		c.problem(usage(help, "unexpected argument %q", c.args.Get(maxArgs)))
	}
	var err error
	c.backend, err = chosen.open(c.ctx, c.settings)
	c.check(err)
	c.namespace = c.value(namespaceOption)
	return refuse(c.problems, "")
}

// find reads the run that an argument means.
func (c *call) find(ref string) (submit.Run, error) {
	return submit.Find(c.ctx, c.backend, ref, c.namespace)
}

// number is the value of an option that counts something, 0 where it is not given.
func (s *settings) number(o option) int {
	v, from := s.get(o)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		s.problem(usage("write a number from 1 up", "%s is %q", from, v))
	}
	return n
}
