package checklist

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Table prints what came of each check with its code at the end, evidence and hint
// below what did not pass, and the root causes last. Rungs that lead to the first
// request share a line as long as they pass: "resolves to 10.96.4.2, dials in 1 ms"; so do
// checks that are on no ladder.
func Table(v Verdict) string {
	rows := tableRows(v.Results)
	states, targets, texts := 0, 0, 0
	for _, r := range rows {
		states = max(states, len(r.State.String()))
		targets = max(targets, len(r.Target))
		if r.Code != "" {
			texts = max(texts, utf8.RuneCountInString(r.text))
		}
	}
	var b strings.Builder
	vantage := ""
	for _, r := range rows {
		if r.Vantage != vantage {
			vantage = r.Vantage
			fmt.Fprintf(&b, "from %s:\n", cmp.Or(vantage, "here"))
		}
		line := fmt.Sprintf("%-*s  %-*s  %-*s  %s", states, strings.ToUpper(r.State.String()), targets, r.Target, texts, r.text, r.Code)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
		if r.State != Pass {
			support(&b, r.Result, strings.Repeat(" ", states+2))
		}
	}
	b.WriteString(Summary(v) + "\n")
	return b.String()
}

// tableRow is a line of the table; text is what its checks say together.
type tableRow struct {
	Result
	text string
}

func tableRows(results []Result) []tableRow {
	var rows []tableRow
	for _, r := range results {
		if n := len(rows); n > 0 && joins(rows[n-1].Result, r) {
			rows[n-1].text += ", " + tableText(r)
			continue
		}
		rows = append(rows, tableRow{r, tableText(r)})
	}
	return rows
}

// joins reports whether r goes on where last ended on the way to the same target.
func joins(last, r Result) bool {
	onTheWay := func(r Result) bool { return r.State == Pass && (r.Rung <= TLS || r.Rung == Apart) && r.Code == "" }
	return last.Target == r.Target && last.Vantage == r.Vantage && onTheWay(last) && onTheWay(r)
}

func tableText(r Result) string {
	text := sentence(r)
	if r.Waited > 0 {
		text += fmt.Sprintf(" (waited %.1f s, attempt %d)", r.Waited.Seconds(), r.Attempts)
	}
	return text
}

// sentence is what a check says: what it found, or the title and why that was not
// looked at.
func sentence(r Result) string {
	if r.Detail == "" || r.State == Skip || r.State == Unknown && r.Interrupted {
		return strings.TrimSuffix(r.Title+": "+r.Detail, ": ")
	}
	return r.Detail
}

// Summary is the last line of a report: root causes and counts.
func Summary(v Verdict) string {
	var causes []string
	times := map[string]int{}
	roots := v.Roots()
	for _, r := range roots {
		name := r.Code
		if name == "" {
			name = r.ID
		}
		if len(roots) > 1 {
			name += " " + r.Target
		}
		if times[name]++; times[name] == 1 {
			causes = append(causes, name)
		}
	}
	for i, name := range causes {
		if times[name] > 1 {
			causes[i] = fmt.Sprintf("%d times %s", times[name], name)
		}
	}
	switch len(roots) {
	case 0:
		return v.Counts().String()
	case 1:
		return fmt.Sprintf("root cause: %s (%s)", causes[0], v.Counts())
	}
	return fmt.Sprintf("root causes: %s (%s)", strings.Join(causes, ", "), v.Counts())
}

// String names the counts that are not zero: "1 failed, 1 skipped, 9 passed".
func (c Counts) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{c.Failed, "failed"}, {c.Warned, "warned"}, {c.Unknown, "unknown"}, {c.Skipped, "skipped"}, {c.Passed, "passed"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	if parts == nil {
		return "nothing checked"
	}
	return strings.Join(parts, ", ")
}
