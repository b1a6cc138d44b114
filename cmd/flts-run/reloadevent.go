package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/onchange"
	"github.com/flts-run/flts-run/resolve"
)

// reloadEvent is a change of the configuration under a running task, as the report
// has it. It holds no value.
type reloadEvent struct {
	Time     time.Time `json:"time"`
	Keys     []string  `json:"keys,omitempty"`   // of which the task would get another value
	Policy   string    `json:"policy,omitempty"` // the strongest of them
	Outcome  string    `json:"outcome"`
	Findings []string  `json:"findings,omitempty"` // why it was refused, or warnings that there were not before
}

// What came of a change.
const (
	outcomeIgnored   = "ignored"
	outcomeSignalled = "signalled"
	outcomeHeld      = "held" // the signal had to wait: the task did not handle it
	outcomeRestarted = "restarted"
	outcomeStopped   = "stopped"
	outcomeUndone    = "undone"    // and what undid it: the restart had not begun
	outcomeFolded    = "folded"    // into the stop or restart that was under way
	outcomeLate      = "late"      // the task ended before
	outcomeRefused   = "refused"   // it is invalid, the old one is kept
	outcomeMended    = "mended"    // what was refused is gone, and the task has what there is now
	outcomeUnfetched = "unfetched" // stored secrets could not be fetched again, the old ones are kept
	outcomeFetched   = "fetched"   // they could, after that
	outcomeUnchanged = "unchanged" // it is of values that are shadowed
)

// mostEvents is how many events are kept for the report, the latest.
const mostEvents = 200

// note keeps an event for the report. It is called with the lock.
func (l *reloader) note(e reloadEvent) {
	e.Time = time.Now().UTC().Truncate(time.Millisecond)
	if len(l.events) == mostEvents {
		l.events = slices.Delete(l.events, 0, 1)
	}
	l.events = append(l.events, e)
}

// amend says of the last event with one of these outcomes what came of it instead.
// It is called with the lock.
func (l *reloader) amend(outcome string, was ...string) {
	for i := len(l.events) - 1; i >= 0; i-- {
		if e := &l.events[i]; slices.Contains(was, e.Outcome) {
			e.Outcome = outcome
			return
		}
	}
}

// reported are the events so far.
func (l *reloader) reported() []reloadEvent {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.events)
}

// decision is what is done about a change.
type decision struct {
	event   reloadEvent
	named   string // the keys, with where their values come from
	hint    string // about what was refused
	signals []onchange.Policy
	wait    time.Duration // before a restart
}

// say prints a decision, unless the task has ended. The lines are few: they stand
// between those of the task.
func (l *reloader) say(d *decision) {
	if l.quiet.Load() {
		return
	}
	switch l.o.print {
	case "table":
		kind, text, hint := d.words()
		if d.event.Outcome == outcomeIgnored {
			if l.hinted {
				hint = ""
			}
			l.hinted = true
		}
		l.out.Line(kind, text, hint)
		if d.event.Outcome != outcomeRefused && d.event.Outcome != outcomeUnfetched { // or else the text has them
			for _, f := range d.event.Findings {
				l.out.Line("warning", f, "")
			}
		}
	case "json":
		if text, err := encode(struct {
			Schema string      `json:"schema"`
			Reload reloadEvent `json:"reload"`
		}{schema, d.event}, ""); err == nil {
			l.out.Raw(text)
		}
	}
}

// sayHeld notes that a signal has to wait.
func (l *reloader) sayHeld(sig syscall.Signal) {
	l.mu.Lock()
	l.amend(outcomeHeld, outcomeSignalled)
	l.mu.Unlock()
	if l.quiet.Load() || l.o.print != "table" {
		return
	}
	name := onchange.Policy{Kind: onchange.Signal, Signal: int(sig)}.SignalName()
	l.out.Line("warning", fmt.Sprintf("the task does not handle %s, which would end it: it gets the signal once it does", name),
		"a shell in front of the program must not stay there: exec PROGRAM")
}

// newFindings are those that there were not before: a new secret that is too short
// to be found in the output, and the like.
func (l *reloader) newFindings(before, now *plan) []string {
	var list []string
	for _, f := range now.resolution.Findings {
		same := func(old resolve.Finding) bool { return old.Code == f.Code && old.Message == f.Message }
		if !slices.ContainsFunc(before.resolution.Findings, same) {
			list = append(list, l.out.Mask.Mask(worded(f)))
		}
	}
	return list
}

func (d *decision) words() (kind, text, hint string) {
	const changed = "the configuration has changed: "
	switch d.event.Outcome {
	case outcomeIgnored:
		return "warning", changed + d.named + "; the task keeps what it was given",
			"--on-change=restart, signal:HUP or fail does something about it, and reload: in the contract decides key by key"
	case outcomeSignalled:
		return "note", changed + d.named + "; the task gets " + signalNames(d.signals), ""
	case outcomeRestarted:
		text = changed + d.named + "; the task is stopped and started again"
		if d.wait >= time.Second {
			text += fmt.Sprintf(", in %s: it was started only now", d.wait.Round(time.Second))
		}
		return "note", text, ""
	case outcomeStopped:
		return "error", changed + d.named + "; the task is stopped", ""
	case outcomeMended:
		return "note", "the configuration is valid again, and as it was before", ""
	case outcomeUnfetched:
		return "warning", "the stored secrets were not fetched again, so the task keeps what it was given, and it is tried again:\n" + strings.Join(d.event.Findings, "\n"), d.hint
	case outcomeFetched:
		return "note", "the stored secrets are fetched again", ""
	case outcomeUndone:
		text = changed + d.named + "; that undoes what it was to be started again for, so the task goes on"
		if len(d.signals) > 0 {
			text += ", and gets " + signalNames(d.signals)
		}
		return "note", text, ""
	case outcomeFolded:
		return "note", changed + d.named + "; the task is being stopped already", ""
	}
	return "warning", "the configuration has changed and is not valid, so the task keeps what it was given:\n" + strings.Join(d.event.Findings, "\n"), d.hint
}

func signalNames(list []onchange.Policy) string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.SignalName()
	}
	return strings.Join(names, " and ")
}

// policyText is the policies as a contract has them.
func policyText(list []onchange.Policy) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = p.String()
	}
	return strings.Join(words, " ")
}

// changePolicy reads --on-change; nil leaves it to the contract.
func (s *settings) changePolicy(mode string) (*onchange.Policy, error) {
	text, from := s.get(onChangeOption)
	if text == "" {
		return nil, nil
	}
	policy, err := onchange.Parse(text)
	if err != nil {
		return nil, usage(near.DidYouMean(text, []string{"ignore", "signal:HUP", "restart", "fail"}, ""), "%s = %q %w", from, text, err)
	}
	if policy.Kind != onchange.Ignore && mode == modeExec {
		return nil, usage("add --mode=supervise, which stays beside the task",
			"%s = %q needs a flts-run that stays: with --mode=exec it becomes the task", from, text)
	}
	return &policy, nil
}

// sayReload prints what is watched, and what a change will mean.
func (r *runner) sayReload(p *plan, s *settings, o orders) {
	dirs := p.watched(s)
	if len(dirs) == 0 {
		if o.onChange != nil && o.onChange.Kind != onchange.Ignore {
			r.out.Line("warning", fmt.Sprintf("--on-change=%s has nothing to wait for: no ConfigMap or Secret is mounted, and variables do not change", o.onChange),
				"mount them at "+configDirOption.fallback+" and "+secretDirOption.fallback+", or name the directories with --config-dir and --secret-dir")
		}
		return
	}
	r.out.Print("flts-run: supervise: when files in " + strings.Join(dirs, " and ") + " change: " + p.policies(o) + "\n")
}

// policies are what is done about a change, and for which keys something else.
func (p *plan) policies(o orders) string {
	all := p.policyFor("", o)
	text := all.String()
	for _, k := range p.contract.Keys {
		if own := p.policyFor(k.Name, o); own != all {
			text += ", " + own.String() + " for " + k.Name
		}
	}
	return text
}

// sayNoReload warns of a contract that counts on somebody who stays.
func (r *runner) sayNoReload(p *plan, s *settings, o orders) {
	policies := p.policies(o)
	if dirs := p.watched(s); policies != (onchange.Policy{}).String() && len(dirs) > 0 {
		r.out.Line("note", fmt.Sprintf("nobody follows changes of %s, for which the contract has %s: with --mode=exec flts-run becomes the task", strings.Join(dirs, " and "), policies),
			"add --mode=supervise, which stays beside the task")
	}
}
