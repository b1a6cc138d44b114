package checklist

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Short prints one line per target: what works when all does, else the worst
// that was found, with evidence and hint below it.
func Short(v Verdict) string {
	ix := v.index()
	var lines []*shortLine
	for _, results := range byTarget(v.Results) {
		lines = append(lines, &shortLine{target: place(results[0]), results: results})
	}
	states, targets := 0, 0
	for _, l := range lines {
		l.rank()
		states, targets = max(states, len(l.state().String())), max(targets, len(l.target))
	}
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%-*s  %-*s  %s\n", states, l.state(), targets, l.target, l.text(ix))
		l.below(&b, ix, strings.Repeat(" ", states+2))
	}
	return b.String()
}

// place is the target, and from where it was looked at.
func place(r Result) string {
	if r.Vantage == "" {
		return r.Target
	}
	return r.Target + " (" + r.Vantage + ")"
}

// byTarget groups results, targets and results in the order of their appearance. What
// was seen of a target from two places makes two groups.
func byTarget(results []Result) [][]Result {
	var groups [][]Result
	at := map[string]int{}
	for _, r := range results {
		i, have := at[place(r)]
		if !have {
			i = len(groups)
			at[place(r)] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

type shortLine struct {
	target  string
	results []Result
	trouble []Result // what did not pass, worst first; skips only when there is nothing else
}

// severity orders what a target's line is about.
func severity(s State) int { return slices.Index([]State{Pass, Skip, Warn, Unknown, Fail}, s) }

func (l *shortLine) rank() {
	for _, r := range l.results {
		if r.State != Pass {
			l.trouble = append(l.trouble, r)
		}
	}
	slices.SortStableFunc(l.trouble, func(a, b Result) int { return severity(b.State) - severity(a.State) })
	for i, r := range l.trouble {
		if i > 0 && r.State == Skip {
			l.trouble = l.trouble[:i]
			return
		}
	}
}

func (l *shortLine) state() State {
	if len(l.trouble) == 0 {
		return Pass
	}
	return l.trouble[0].State
}

func (l *shortLine) text(ix index) string {
	if len(l.trouble) > 0 {
		return clause(l.trouble[0], ix)
	}
	var details []string
	top := l.results[0]
	for _, r := range l.results {
		if r.Rung >= Sign && r.Detail != "" {
			details = append(details, r.Detail)
		}
		if r.Rung >= top.Rung {
			top = r
		}
	}
	if len(details) == 0 {
		details = append(details, top.Detail)
	}
	return fmt.Sprintf("%s (%s)", strings.Join(details, ", "), l.time())
}

// time is what the checks of the target took together, without the waiting,
// which is said apart.
func (l *shortLine) time() string {
	first, last, waited := l.results[0].Started, time.Duration(0), time.Duration(0)
	for _, r := range l.results {
		first, last, waited = min(first, r.Started), max(last, r.ended()), waited+r.Waited
	}
	if waited == 0 {
		return inMillis(last - first)
	}
	return fmt.Sprintf("%s, waited %.1f s", inMillis(max(last-first-waited, 0)), waited.Seconds())
}

func inMillis(d time.Duration) string {
	if d < time.Millisecond {
		return "<1 ms"
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// below prints what belongs to the line: evidence and hint of the worst, then
// everything else that did not pass.
func (l *shortLine) below(b *strings.Builder, ix index, indent string) {
	for i, r := range l.trouble {
		if i > 0 {
			fmt.Fprintf(b, "%s%s: %s\n", indent, r.State, clause(r, ix))
		}
		support(b, r, indent)
	}
}

// clause says what was found, how far it went before, and under which code.
func clause(r Result, ix index) string {
	text := sentence(r)
	if r.State == Skip {
		return text
	}
	if rung, ok := ix.lastRung(r); ok {
		text += fmt.Sprintf(" (last rung that worked: %s)", rung)
	}
	if r.Waited > 0 {
		text += fmt.Sprintf(", waited %.1f s", r.Waited.Seconds())
	}
	if r.Code != "" {
		text += "  " + r.Code
	}
	return text
}

// support prints the lines that stand below a finding.
func support(b *strings.Builder, r Result, indent string) {
	for _, line := range r.Evidence {
		fmt.Fprintf(b, "%s%s\n", indent, line)
	}
	if r.Hint != "" {
		fmt.Fprintf(b, "%shint: %s\n", indent, r.Hint)
	}
}
