// Command fltsctl is the operator's companion of flts-run: it submits pipelines
// to Kubeflow Pipelines and to Airflow, watches runs, and says why they failed.
//
// Only this file touches the process: everything below it gets the arguments,
// the environment and the streams as values. A command line goes this way:
//
//	main      the process as a value, its interrupts, its exit status
//	app       the commands; args puts the words in order before cli reads them
//	options   what each flag means and which variables stand for it; connection has
//	          those of the server
//	wire      what a platform is to the command line; kfp is one, and podlogs reads
//	          the logs that it does not have
//	interrupt what Ctrl-C ends, but for a watch, which heeds it itself
//
//	submit    values (flags, --param, paramsfile, contract) ─► the pipeline's form
//	          ─► order ─► the platform ─► receipt, and with --watch watch
//	runs      one file for each subcommand: runslist, runsget, runswatch, runslogs,
//	          runschange (terminate, retry, archive), runsdiff
//	inject    a pipeline's file ─► options (injectoptions) ─► pipeline/inject ─► the file
//	          with flts-run in it, and what became of each container (injectprint);
//	          submit does the same on the way
//	watch     a run until it ends, shown by progress: a tree on a terminal, lines
//	          elsewhere, documents for programs; failures says why it failed
//
// What is wrong becomes a failure (failure), with a status and a hint. What is
// printed goes through runner.product on stdout and the console on stderr, which
// mask secrets; shownvalue keeps those of parameters out before that. document and
// rundocument are the JSON that others rely on.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// version is set when a release is built.
var version = "dev"

// process is what a command has of the operating system.
type process struct {
	args           []string // without the program's own name
	environ        []string
	home           string // "" where there is none
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       func() (columns, rows int, ok bool) // of stdout
	interrupts     <-chan os.Signal                    // SIGINT and SIGTERM
	quit           func(status int)                    // ends the process at once
	now            func() time.Time
}

func main() {
	// net/http logs what servers send, and nothing of theirs is quoted.
	log.SetOutput(io.Discard)
	interrupts := make(chan os.Signal, 8)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	home, _ := os.UserHomeDir()
	os.Exit(run(context.Background(), process{
		args:       os.Args[1:],
		environ:    os.Environ(),
		home:       home,
		stdin:      os.Stdin,
		stdout:     os.Stdout,
		stderr:     os.Stderr,
		terminal:   terminal,
		interrupts: interrupts,
		quit:       os.Exit,
		now:        time.Now,
	}))
}

// terminal reports whether stdout is one, and how large.
func terminal() (columns, rows int, ok bool) {
	fd := int(os.Stdout.Fd())
	if !term.IsTerminal(fd) {
		return 0, 0, false
	}
	columns, rows, err := term.GetSize(fd)
	return columns, rows, err == nil
}
