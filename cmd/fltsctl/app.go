package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/near"
)

const description = `Exit status: 0 done, or the run SUCCEEDED; 1 the run FAILED, two runs differ, or
lint found an error; 3 it was CANCELED or SKIPPED; 64 wrong usage or wrong input,
nothing was sent; 66 there is no such run, pipeline or DAG, or its state forbids
this; 69 the server is not usable; 77 it refused the credentials; 124 --timeout
ended the watch; 125 fltsctl failed; 130 interrupted.`

// run is the whole program but for the process it runs in.
func run(ctx context.Context, p process) int {
	r := newRunner(p)
	if err := r.run(ctx); err != nil {
		return r.fail(err)
	}
	return r.status
}

// runner carries what the commands share.
type runner struct {
	process
	out      *console.Console
	line     commandLine
	backends map[string]backend
	notices  chan string // of a run that is watched; nil otherwise
	status   int         // of a command that ended without a failure of its own
	asksHelp bool        // about what only the server knows

	typedBackend string // with --backend; "" where that is not on the command line
}

func newRunner(p process) *runner {
	r := &runner{process: p, out: &console.Console{Program: "fltsctl", W: p.stderr}}
	r.out.Hint = r.withBackend
	r.out.Mask.AddKnownShapes()
	r.backends = map[string]backend{kfpBackend: r.kfp(), airflowBackend: r.airflow()}
	return r
}

func (r *runner) run(ctx context.Context) error {
	app := newApp(r)
	if len(r.args) > 0 && r.args[0] == completeName {
		return r.complete(app, r.args[1:])
	}
	r.line = takeApart(app, r.args)
	if err := r.prepare(app); err != nil {
		return err
	}
	return app.RunContext(ctx, append([]string{"fltsctl"}, r.line.words()...))
}

// prepare judges the words of the command line as far as cli does not. Those of
// submit are the pipeline's to judge.
func (r *runner) prepare(app *cli.App) error {
	c := r.line.command()
	if c != nil && c.Name == submitName {
		return r.describeParameters(c)
	}
	flags := app.Flags
	if c != nil {
		flags = c.Flags
	}
	problems := r.line.problems
	for _, w := range r.line.others {
		if c == nil && app.Command(w.name) != nil { // --version
			problems = append(problems, usage("fltsctl "+w.name, "no flag %s", w.written))
			continue
		}
		problems = append(problems, unknownFlag(w, flagNames(flags), r.line.name()+" --help"))
	}
	return refuse(problems, "")
}

func newApp(r *runner) *cli.App {
	app := &cli.App{
		Name:            "fltsctl",
		Usage:           "submit pipelines, watch runs, examine clusters, write manifests, say why something fails",
		UsageText:       "fltsctl COMMAND [flags]",
		Description:     description,
		Writer:          r.stdout,
		ErrWriter:       r.stderr,
		HideHelp:        true,
		HideHelpCommand: true,
		HideVersion:     true,
		Flags:           []cli.Flag{helpFlag()},
		// A value may hold commas: --param A=1,2.
		DisableSliceFlagSeparator: true,
		// cli would exit the process otherwise.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   onUsageError,
		Action:         noCommand,
		Commands: []*cli.Command{
			r.submitCommand(),
			r.runsCommand(),
			r.lintCommand(),
			r.injectCommand(),
			r.manifestsCommand(),
			r.doctorCommand(),
			r.secretsCommand(),
			r.explainCommand(),
			r.completionCommand(),
			{Name: "version", Usage: "print the version", Action: r.version},
		},
	}
	finish(app.Commands)
	return app
}

// finish gives every command what cli does not hand down.
func finish(commands []*cli.Command) {
	for _, c := range commands {
		c.OnUsageError = onUsageError
		c.HideHelp, c.HideHelpCommand = true, true
		if len(c.Flags) > 0 {
			c.CustomHelpTemplate = helpTemplate(optionsHelp(c.Flags))
		}
		c.Flags = append(c.Flags, helpFlag())
		finish(c.Subcommands)
	}
}

const helpName = "help"

// helpFlag is a flag of one command: cli's own is one variable for all programs of
// a process, and tests run several at once.
func helpFlag() cli.Flag {
	return &cli.BoolFlag{Name: helpName, Aliases: []string{"h"}, Usage: "show this", DisableDefaultText: true}
}

// onUsageError gives what the flag package says its status. There is little left
// for it to say: the words were put in order before.
func onUsageError(_ *cli.Context, err error, _ bool) error { return usage("", "%w", err) }

func noCommand(c *cli.Context) error {
	word := c.Args().First()
	if word == "" {
		return cli.ShowSubcommandHelp(c)
	}
	var names []string
	for _, cmd := range c.Command.Subcommands {
		if cmd.Command(word) != nil { // fltsctl logs
			return usage("did you mean "+c.Command.HelpName+" "+cmd.Name+" "+word+"?", "no command %q", word)
		}
		names = append(names, cmd.Name)
	}
	return usage(near.DidYouMean(word, names, c.Command.HelpName+" --help lists the commands"), "no command %q", word)
}

func (r *runner) version(*cli.Context) error {
	_, err := fmt.Fprintln(r.stdout, version)
	return err
}

// noArguments refuses words behind a command that takes none.
func noArguments(c *cli.Context) error {
	if !c.Args().Present() {
		return nil
	}
	return usage(strings.TrimSpace(c.Command.HelpName)+" --help", "unexpected argument %q", c.Args().First())
}
