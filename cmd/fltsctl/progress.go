package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/submit"
)

// progress shows a run that is watched.
type progress interface {
	// event shows a change.
	event(submit.Event) error
	// tick lets time that passes be seen.
	tick(local time.Time) error
	// aside makes room for what is said on stderr.
	aside(say func()) error
	// end shows the run as it was last seen, at that time by the server's clock.
	// For one that has ended, failures says why it failed.
	end(run submit.Run, now time.Time, failures []submit.Failure) error
}

// newProgress is the one that fits the output and the terminal.
func (r *runner) newProgress(output string) progress {
	if output == "json" || output == "yaml" {
		return &progressDocuments{write: r.product, yaml: output == "yaml"}
	}
	vars := byName(r.environ)
	if _, _, ok := r.terminal(); !ok || vars["TERM"] == "dumb" {
		return &progressLines{write: r.product}
	}
	return &progressTree{write: r.product, size: r.terminal, colours: vars["NO_COLOR"] == "", now: r.now}
}

// oneLine is a text of a server as a part of a line.
func oneLine(text string) string {
	return console.Printable(strings.Join(strings.Fields(text), " "))
}

// remark is what there is to say of a task beside its state.
func remark(t submit.Task) string {
	var parts []string
	if t.Try > 1 {
		parts = append(parts, fmt.Sprintf("try %d", t.Try))
	}
	if t.Error != "" {
		parts = append(parts, oneLine(t.Error))
	}
	return strings.Join(parts, ", ")
}

// outcome is the last line: "SUCCEEDED in 6 m 3 s".
func outcome(run submit.Run, now time.Time) string {
	text := stateWord(run.State)
	if t := runLasted(run, now); t != "" {
		preposition := " for "
		if run.State.Final() {
			preposition = " in "
		}
		text += preposition + t
	}
	if run.Terminated && run.State.Final() {
		text += ": it was terminated"
	}
	return text
}

// runLasted counts from when the run was created where the platform does not say
// when it started.
func runLasted(run submit.Run, now time.Time) string {
	started := run.Started
	if started.IsZero() {
		started = run.Created
	}
	if run.Finished.IsZero() && run.State.Final() {
		return ""
	}
	return lasted(started, run.Finished, now)
}

func taskLasted(t submit.Task, now time.Time) string {
	if t.Finished.IsZero() && t.State.Final() {
		return ""
	}
	return lasted(t.Started, t.Finished, now)
}

func stateWord(s submit.State) string {
	if s == "" {
		s = submit.Unknown
	}
	return oneLine(string(s))
}
