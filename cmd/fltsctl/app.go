package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/near"
)

const description = `Exit status: 0 done, or the run SUCCEEDED; 1 the run FAILED, or two runs differ;
3 it was CANCELED or SKIPPED; 64 wrong usage or wrong input, nothing was sent; 66
there is no such run, pipeline or DAG, or its state forbids this; 69 the server is
not usable; 77 it refused the credentials; 124 --timeout ended the watch; 125
fltsctl failed; 130 interrupted.`

// run is the whole program but for the process it runs in.
func run(ctx context.Context, p process) int {
	r := &runner{process: p, out: &console.Console{Program: "fltsctl", W: p.stderr}}
	err := newApp(r).RunContext(ctx, append([]string{"fltsctl"}, p.args...))
	if err == nil {
		return r.status
	}
	f := asFailure(err)
	r.out.Line("error", f.Error(), f.hint)
	return f.status
}

// runner carries what the commands share.
type runner struct {
	process
	out    *console.Console
	status int // of a command that ended without a failure of its own
}

func newApp(r *runner) *cli.App {
	app := &cli.App{
		Name:            "fltsctl",
		Usage:           "submit pipelines, watch runs, say why they failed",
		Description:     description,
		Writer:          r.stdout,
		ErrWriter:       r.stderr,
		HideHelpCommand: true,
		HideVersion:     true,
		// A value may hold commas: --param A=1,2.
		DisableSliceFlagSeparator: true,
		// cli would exit the process otherwise.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   onUsageError,
		Action:         noCommand,
		Commands: []*cli.Command{
			r.submitCommand(),
			r.runsCommand(),
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
		c.HideHelpCommand = true
		finish(c.Subcommands)
	}
}

// onUsageError rewords what the flag package says and gives it its status.
func onUsageError(c *cli.Context, err error, _ bool) error {
	text := err.Error()
	name, ok := strings.CutPrefix(text, "flag provided but not defined: ")
	if !ok {
		return usage("", "%s", text)
	}
	name = strings.TrimLeft(name, "-")
	var names []string
	for _, f := range c.Command.Flags {
		names = append(names, f.Names()...)
	}
	if meant := near.Name(name, names); meant != "" {
		return usage("did you mean --"+meant+"?", "no flag --%s", name)
	}
	return usage(c.Command.HelpName+" --help lists the flags", "no flag --%s", name)
}

func noCommand(c *cli.Context) error {
	word := c.Args().First()
	if word == "" {
		return cli.ShowAppHelp(c)
	}
	var names []string
	for _, cmd := range c.App.Commands {
		names = append(names, cmd.Name)
	}
	return usage(near.DidYouMean(word, names, "fltsctl --help lists the commands"), "no command %q", word)
}

func (r *runner) version(*cli.Context) error {
	_, err := fmt.Fprintln(r.stdout, version)
	return err
}

// Exit statuses of our own; those of errors from a server are submit's.
const (
	statusUsage    = 64
	statusInternal = 125
)

// failure ends the program: what is wrong, what to type next, and the status.
type failure struct {
	status int
	hint   string
	err    error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(hint, format string, args ...any) error {
	return &failure{status: statusUsage, hint: hint, err: fmt.Errorf(format, args...)}
}

// asFailure gives every error a status. One that comes from nowhere in
// particular is a defect of ours.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var s interface{ Status() int }
	if !errors.As(err, &s) {
		return &failure{status: statusInternal, err: err}
	}
	f = &failure{status: s.Status(), err: err}
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		f.hint = h.Hint()
	}
	return f
}
