package main

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/pipeline/lint"
)

// shownTasks is how many tasks of a finding a person is shown.
const shownTasks = 5

// lintText is what was found in a file, for people. A line begins with the place, which
// editors jump to.
func lintText(l linted) string {
	var b strings.Builder
	for _, f := range l.Findings {
		fmt.Fprintf(&b, "%s: %s: %s%s [%s]\n", placeText(l.File, f.Places[0]), f.Severity, tasksText(f.Places), f.Message, f.Code)
		if f.Hint != "" {
			fmt.Fprintf(&b, "    %s\n", f.Hint)
		}
	}
	return console.Printable(b.String())
}

func placeText(file string, p lint.Place) string {
	if p.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, p.Line)
}

// tasksText is who a finding is about, with what leads to its message.
func tasksText(places []lint.Place) string {
	var names []string
	for _, p := range places {
		if p.Task != "" && len(names) < shownTasks {
			names = append(names, p.Task)
		}
	}
	switch more := len(places) - len(names); {
	case len(names) == 0:
		return ""
	case len(names) == 1 && more == 0:
		return "task " + names[0] + ": "
	case more > 0:
		return fmt.Sprintf("tasks %s and %d more: ", strings.Join(names, ", "), more)
	}
	return "tasks " + strings.Join(names, ", ") + ": "
}

// githubText is what was found as commands of GitHub's workflows, which show each at its
// line.
func githubText(l linted) string {
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	command := map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning", lint.Info: "notice"}
	var b strings.Builder
	for _, f := range l.Findings {
		line := ""
		if n := f.Places[0].Line; n > 0 {
			line = fmt.Sprintf(",line=%d", n)
		}
		fmt.Fprintf(&b, "::%s file=%s%s,title=%s::%s\n", command[f.Severity], property.Replace(l.File), line, f.Code,
			message.Replace(tasksText(f.Places)+f.Message+"\n"+f.Hint))
	}
	return console.Printable(b.String())
}

func lintSummary(files int, counts map[lint.Severity]int) string {
	what := numbered(files, "pipeline")
	var parts []string
	for _, s := range lint.Severities() {
		if n := counts[s]; n > 0 {
			parts = append(parts, numbered(n, string(s)))
		}
	}
	if len(parts) == 0 {
		return "fltsctl: " + what + ": nothing to say\n"
	}
	return "fltsctl: " + what + ": " + strings.Join(parts, ", ") + "; fltsctl explain CODE says more\n"
}
