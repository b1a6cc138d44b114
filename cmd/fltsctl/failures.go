package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// explain finds out why a run failed, and keeps secrets that a task may have
// logged out of what is printed of it.
func (r *runner) explain(ctx context.Context, b submit.Backend, run submit.Run) []submit.Failure {
	r.hide("", run.Parameters)
	return submit.Explain(ctx, b, run)
}

// failureText is what there is to say of a run that failed, with each failed task
// in a block of its own.
func failureText(run submit.Run, failures []submit.Failure) string {
	var b strings.Builder
	switch {
	case run.Error != "":
		fmt.Fprintf(&b, "%s\n", oneLine(run.Error))
	case len(failures) == 0 && unexplained(run):
		b.WriteString("\nthe server does not say why: it shows no task that failed\n")
	}
	for i, f := range failures {
		if i == submit.ExplainedTasks {
			fmt.Fprintf(&b, "\nand %d more: %s\n", len(failures)-i, strings.Join(paths(failures[i:]), ", "))
			break
		}
		b.WriteString("\n" + taskFailureText(f))
	}
	return b.String()
}

// unexplained is a run of which somebody will ask why it failed.
func unexplained(run submit.Run) bool { return run.State == submit.Failed && !run.Terminated }

// whereToLook is the command that says more of a run that failed: the whole log of
// the first task, or what became of the pods where no task is to blame.
func (r *runner) whereToLook(b submit.Backend, run submit.Run, failures []submit.Failure) {
	switch {
	case len(failures) > 0:
		r.out.Line("hint", r.withBackend("fltsctl runs logs "+hint.ShellWord(run.ID)+" "+hint.ShellWord(failures[0].Ref)), "")
	case b.Kind() == kfpBackend && unexplained(run):
		r.out.Line("hint", "kubectl get workflows,pods -n "+hint.ShellWord(cmp.Or(run.Namespace, "kubeflow"))+" -l pipeline/runid="+hint.ShellWord(run.ID), "")
	}
}

func paths(failures []submit.Failure) []string {
	var list []string
	for _, f := range failures {
		list = append(list, oneLine(f.Path))
	}
	return list
}

func taskFailureText(f submit.Failure) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s FAILED", oneLine(f.Path))
	if text := remark(f.Task); text != "" {
		b.WriteString(": " + text)
	}
	b.WriteString("\n")
	if v := f.Log.Verdict; v.Line != "" {
		b.WriteString("  " + oneLine(v.Line) + "\n")
		if v.Hint != "" {
			b.WriteString("  " + oneLine(v.Hint) + "\n")
		}
		if v.Code != "" {
			b.WriteString("  flts-run explain " + v.Code + " says more\n")
		}
	}
	if n := len(f.Log.Lines); n > 0 {
		fmt.Fprintf(&b, "  the end of its log:\n")
		for _, line := range f.Log.Lines {
			b.WriteString("  | " + console.Printable(line) + "\n")
		}
	}
	if f.NoLog != nil {
		b.WriteString("  its log cannot be read: " + oneLine(troubleText(f.NoLog)) + "\n")
		var e *submit.Error
		if errors.As(f.NoLog, &e) && e.Advice != "" {
			b.WriteString("  " + oneLine(e.Advice) + "\n")
		}
	}
	return strings.ReplaceAll(b.String(), "  | \n", "  |\n")
}

// troubleText is an error from a server in words of ours.
func troubleText(err error) string {
	var e *submit.Error
	switch {
	case errors.As(err, &e):
		return e.Message
	case errors.Is(err, context.DeadlineExceeded):
		return "there was no answer in time"
	}
	return "there was no usable answer"
}
