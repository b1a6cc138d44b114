package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/launch"
	"github.com/flts-run/flts-run/platform"
)

const description = `Settings come from pipeline parameters, then the ConfigMap, then the Secret,
then defaults; the first that is not empty wins. Whatever follows "--" is the
task and is started as it stands:

   ENTRYPOINT ["flts-run", "--"]
   command: [flts-run, exec, --, python, train.py]

Exit status: the task's own; 64 wrong usage, 69 a required service is not
usable, 75 the configuration changed and --on-change=fail stopped the task, 77
credentials were refused, 78 the configuration is invalid, 125 flts-run failed,
126 the task is not executable, 127 not found, 143 told to stop before the task
started.`

// run is the whole program but for the process it runs in.
func run(ctx context.Context, p process) int {
	if name := p.shimmed(); name != "" {
		return runShim(ctx, p, name)
	}
	ours, task, hasTask := split(p.args)
	out := newSpeaker(p.stderr)
	ctx, unwatch := launch.WatchStop(ctx)
	defer unwatch()
	r := &runner{process: p, out: out, task: task, hasTask: hasTask, unwatch: unwatch}
	if hasTask { // also for a mistake in the flags, before there are settings
		r.termination = cmp.Or(p.variable(terminationOption.variable), terminationOption.fallback)
	}
	err := newApp(r).RunContext(ctx, append([]string{"flts-run"}, ours...))
	if err == nil {
		return r.status
	}
	f := asFailure(err)
	out.fail(f)
	r.leaveReason(f)
	return f.status
}

// runner carries what the commands share.
type runner struct {
	process
	out         *speaker
	task        []string // behind "--"
	hasTask     bool
	status      int // of a command that ended without a failure of its own
	where       *platform.Platform
	fetched     fetched // from secret stores
	termination string  // where the reason of a failure goes, once known

	// unwatch ends the watch for being told to stop. All commands have that watch to
	// their end: "timeout" and a launcher tell a process and then its group, and the
	// second signal must not cut off what the first made us say.
	unwatch func()
}

func newApp(r *runner) *cli.App {
	app := &cli.App{
		Name:            "flts-run",
		Usage:           "resolve the configuration, check the services, become the task",
		UsageText:       "flts-run [exec] [flags] -- COMMAND [ARG…]\nflts-run config|explain|check|diff|contract|image-env|install|version [flags]",
		Description:     description,
		Flags:           cliFlags(resolveOptions, checkOptions, execOptions),
		Writer:          r.stdout,
		ErrWriter:       r.stderr,
		HideHelpCommand: true,
		HideVersion:     true,
		// A value may hold commas: --param A=1,2.
		DisableSliceFlagSeparator: true,
		// cli would exit the process otherwise.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   onUsageError,
		Action:         r.short,
		Commands: []*cli.Command{
			{
				Name: "exec", Usage: "resolve, check, and become the task",
				UsageText: "flts-run exec [flags] -- COMMAND [ARG…]",
				Flags:     cliFlags(resolveOptions, checkOptions, execOptions),
				Action:    r.exec,
			},
			{
				Name: "config", Usage: "print the resolved configuration, masked, with the origin of every value",
				UsageText: "flts-run config [-o table|json|yaml|env|shell|digest] [--reveal] [flags]",
				Flags: append(cliFlags(resolveOptions),
					&cli.StringFlag{Name: "output", Aliases: []string{"o"}, DefaultText: "table", Usage: "table, json, yaml, env, shell or digest (`FORMAT`)"},
					&cli.BoolFlag{Name: "reveal", Usage: "show sensitive values too, in the formats env and shell"}),
				Action: r.config,
			},
			{
				Name: "check", Usage: "check the services, or only those named",
				UsageText: "flts-run check [flags] [SERVICE…]",
				Flags: append(cliFlags(resolveOptions, checkOptions, lookOptions),
					&cli.StringFlag{Name: "output", Aliases: []string{"o"}, DefaultText: "table", Usage: "table, short, json or junit (`FORMAT`)"},
					&cli.BoolFlag{Name: "list", Usage: "list the checks and look at nothing"}),
				Action: r.check,
			},
			r.contractCommand(),
			imageEnvCommand(r),
			r.installCommand(),
			{
				Name: "explain", Usage: "say where the value of a key comes from, or what a finding code means",
				UsageText: "flts-run explain [-o table|json] [flags] KEY|CODE…\nflts-run explain [-o table|json] --codes",
				Flags: append(cliFlags(resolveOptions),
					&cli.StringFlag{Name: "output", Aliases: []string{"o"}, DefaultText: "table", Usage: "table or json (`FORMAT`)"},
					&cli.BoolFlag{Name: "codes", Usage: "list all finding codes"}),
				Action: r.explain,
			},
			{
				Name: "diff", Usage: "compare two reports: what is different since it worked",
				UsageText: "flts-run diff [-o table|json] A.json B.json",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "output", Aliases: []string{"o"}, DefaultText: "table", Usage: "table or json (`FORMAT`)"},
				},
				Action: r.diff,
			},
			{
				Name: "version", Usage: "print the version",
				Action: r.version,
			},
		},
	}
	for _, c := range app.Commands {
		c.OnUsageError = onUsageError
		c.HideHelpCommand = true
		if c.Name != "exec" && c.Name != "check" { // these have more to say when they are stopped
			c.Action = stoppable(c.Action)
		}
	}
	return app
}

// onUsageError rewords what the flag package says and gives it its status.
func onUsageError(c *cli.Context, err error, _ bool) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: "); ok {
		name = strings.TrimLeft(name, "-")
		return usage(suggestFlag(c, name), "no flag --%s", name)
	}
	return usage("", "%s", text)
}

func suggestFlag(c *cli.Context, name string) string {
	var names []string
	for _, f := range c.Command.Flags {
		names = append(names, f.Names()...)
	}
	if meant := near.Name(name, names); meant != "" {
		return "did you mean --" + meant + "?"
	}
	return "flts-run " + strings.TrimPrefix(c.Command.Name+" ", "flts-run ") + "--help lists the flags; flags of the task belong behind --"
}

// short is the program without a command: the short form of exec.
func (r *runner) short(c *cli.Context) error {
	if word := c.Args().First(); word != "" {
		if len(c.StringSlice("param")) > 0 {
			return r.noArguments(c, "flts-run --help")
		}
		var names []string
		for _, cmd := range c.App.Commands {
			names = append(names, cmd.Name)
		}
		hint := "to start a task, put -- in front of it: flts-run -- " + word
		if meant := near.Name(word, names); meant != "" {
			hint = "did you mean " + meant + "? " + strings.ToUpper(hint[:1]) + hint[1:]
		}
		return usage(hint, "no command %q", word)
	}
	if !r.hasTask && c.NumFlags() == 0 {
		return cli.ShowAppHelp(c)
	}
	return r.exec(c)
}

// noTask refuses a task behind a command that starts none.
func (r *runner) noTask(command string) error {
	if r.hasTask {
		return usage("", "%s starts no task: nothing may stand behind --", command)
	}
	return nil
}

// shownWord quotes the first argument, but not behind a --param: there it may be
// a value that lost its '='.
func shownWord(c *cli.Context) string {
	if len(c.StringSlice("param")) > 0 {
		return "behind --param: write --param NAME=VALUE as one word"
	}
	return strconv.Quote(c.Args().First())
}

func (r *runner) noArguments(c *cli.Context, hint string) error {
	if c.Args().Present() {
		return usage(hint, "unexpected argument %s", shownWord(c))
	}
	return nil
}

func (r *runner) version(c *cli.Context) error {
	if err := errors.Join(r.noTask("version"), r.noArguments(c, "")); err != nil {
		return err
	}
	_, err := fmt.Fprintln(r.stdout, "flts-run", version)
	return err
}
