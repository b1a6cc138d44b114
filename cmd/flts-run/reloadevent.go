package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/onchange"
)

// reloadEvent is a change of the configuration under a running task, as the report
// has it. It holds no value.
type reloadEvent struct {
	Time     time.Time `json:"time"`
	Keys     []string  `json:"keys,omitempty"`   // of which the task would get another value
	Policy   string    `json:"policy,omitempty"` // the strongest of them
	Outcome  string    `json:"outcome"`
	Findings []string  `json:"findings,omitempty"` // why it was refused
}

// What came of a change.
const (
	outcomeIgnored   = "ignored"
	outcomeSignalled = "signalled"
	outcomeRestarted = "restarted"
	outcomeStopped   = "stopped"
	outcomeFolded    = "folded"    // into the stop or restart that was under way
	outcomeLate      = "late"      // the task ended before
	outcomeRefused   = "refused"   // it is invalid, the old one is kept
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

// amend says of the stop or restart that was decided last what came of it instead.
// It is called with the lock.
func (l *reloader) amend(outcome string) {
	for i := len(l.events) - 1; i >= 0; i-- {
		if e := &l.events[i]; e.Outcome == outcomeRestarted || e.Outcome == outcomeStopped {
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
		if l.hinted {
			hint = ""
		}
		l.hinted = l.hinted || hint != ""
		l.out.Line(kind, text, hint)
	case "json":
		if text, err := encode(struct {
			Schema string      `json:"schema"`
			Reload reloadEvent `json:"reload"`
		}{schema, d.event}, ""); err == nil {
			l.out.Raw(text)
		}
	}
}

func (d *decision) words() (kind, text, hint string) {
	const changed = "the configuration has changed: "
	switch d.event.Outcome {
	case outcomeIgnored:
		return "warning", changed + d.named + "; the task keeps what it was given",
			"--on-change=restart, signal:HUP or fail does something about it, and reload: in the contract decides key by key"
	case outcomeSignalled:
		names := make([]string, len(d.signals))
		for i, p := range d.signals {
			names[i] = p.SignalName()
		}
		return "note", changed + d.named + "; the task gets " + strings.Join(names, " and "), ""
	case outcomeRestarted:
		text = changed + d.named + "; the task is stopped and started again"
		if d.wait >= time.Second {
			text += fmt.Sprintf(", in %s: it was started only now", d.wait.Round(time.Second))
		}
		return "note", text, ""
	case outcomeStopped:
		return "error", changed + d.named + "; the task is stopped", ""
	case outcomeFolded:
		return "note", changed + d.named + "; the task is being stopped already", ""
	}
	return "warning", "the configuration has changed and is not valid, so the task keeps what it was given:\n" + strings.Join(d.event.Findings, "\n"), ""
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
	all := p.policyFor("", o)
	line := "when files in " + strings.Join(dirs, " and ") + " change: " + all.String()
	for _, k := range p.contract.Keys {
		if own := p.policyFor(k.Name, o); own != all {
			line += ", " + own.String() + " for " + k.Name
		}
	}
	r.out.Print("flts-run: supervise: " + line + "\n")
}
