package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/launch"
)

// Whether the output of the task is searched for secrets.
const (
	redactOn     = "on"
	redactOff    = "off"
	redactShapes = "shapes" // and for what looks like a credential
)

// unbufferedVariable keeps Python from collecting 8 KiB of output before it
// writes to what is no terminal.
const unbufferedVariable = "PYTHONUNBUFFERED"

// redaction reads --redact. Whoever becomes the task is not there to redact it,
// and must not be believed to do so.
func (s *settings) redaction(mode string) (string, error) {
	if s.value(redactOption) == "" {
		if mode == modeSupervise {
			return redactOn, nil
		}
		return redactOff, nil
	}
	how, err := s.oneOf(redactOption, redactOn, redactOff, redactShapes)
	if err == nil && how != redactOff && mode == modeExec {
		_, from := s.get(redactOption)
		return "", usage("add --mode=supervise, which stays beside the task",
			"%s = %q needs a flts-run that stays: with --mode=exec it becomes the task, whose output nobody reads on the way", from, how)
	}
	return how, err
}

func (o orders) redacts() bool { return o.redact == redactOn || o.redact == redactShapes }

// unbuffered reports whether somebody has decided about Python's buffer.
func (r *runner) unbuffered() bool {
	return slices.ContainsFunc(r.environ, func(entry string) bool { return strings.HasPrefix(entry, unbufferedVariable+"=") })
}

// sayRedaction prints what becomes of the task's output, and what it costs.
func (r *runner) sayRedaction(o orders) {
	say := func(line string) { r.out.Print("flts-run: supervise: " + line + "\n") }
	if !o.redacts() {
		say("the output of the task is not redacted")
		return
	}
	line := "secrets in the output of the task are replaced by ********"
	if !r.unbuffered() {
		line += "; " + unbufferedVariable + "=1 is set for the task"
	}
	say(line)
	if launch.IsTerminal(r.stdout) {
		say("the task finds a pipe and no terminal, so most programs print no colours and no progress; --redact=off hands the terminal on")
	}
}

// outputs are the streams of a task that is redacted. The zero value is those of
// one that is not: it has our own.
type outputs struct{ stdout, stderr *redact.Stream }

func (r *runner) outputs(o orders) outputs {
	if !o.redacts() {
		return outputs{}
	}
	if o.redact == redactShapes {
		r.out.Mask.AddKnownShapes()
	}
	return outputs{redact.NewStream(r.stdout, &r.out.Mask), redact.NewStream(r.stderr, &r.out.Mask)}
}

// give lets a task write to the streams.
func (o outputs) give(t *launch.Task) {
	if o.stdout != nil { // a nil *Stream in an io.Writer is no nil io.Writer
		t.Stdout, t.Stderr = o.stdout, o.stderr
	}
}

// close writes what is held back. There is nobody to tell that it could not be.
func (o outputs) close() {
	if o.stdout != nil {
		_ = errors.Join(o.stdout.Close(), o.stderr.Close())
	}
}

// documentRedacted is how often the values of a key were replaced in the output
// of the task.
type documentRedacted struct {
	Key    string `json:"key"`
	Stdout int    `json:"stdout"`
	Stderr int    `json:"stderr"`
}

// counts lists the keys of which something was replaced, by name.
func (o outputs) counts() []documentRedacted {
	if o.stdout == nil {
		return nil
	}
	var list []documentRedacted
	for _, c := range o.stdout.Counts() {
		list = append(list, documentRedacted{Key: c.Key, Stdout: c.Times})
	}
	for _, c := range o.stderr.Counts() {
		i := slices.IndexFunc(list, func(d documentRedacted) bool { return d.Key == c.Key })
		if i < 0 {
			i, list = len(list), append(list, documentRedacted{Key: c.Key})
		}
		list[i].Stderr = c.Times
	}
	slices.SortFunc(list, func(a, b documentRedacted) int { return strings.Compare(a.Key, b.Key) })
	return list
}
