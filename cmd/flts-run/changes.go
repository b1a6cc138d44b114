package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/launch"
)

// sayChanges names what somebody set and the task gets otherwise or not at all.
// What is added is not said, the table has shown it; the report lists all.
func (r *runner) sayChanges(env launch.Env, pristine bool) {
	note := func(format string, names []string) {
		if len(names) > 0 {
			r.out.Line("note", fmt.Sprintf(format, strings.Join(names, ", ")), "")
		}
	}
	ours := func(name string) bool { return isBootstrap(name) || name == digestVariable }
	note("changed for the task: %s", shownNames(env.Changed, ours))
	note("set more than once, the first counts: %s", shownNames(env.Duplicates, ours))
	removed := shownNames(env.Removed, ours)
	if pristine && len(removed) > 0 {
		r.out.Line("note", fmt.Sprintf("not handed on to the task, by --pristine: %d variables", len(removed)), "")
		return
	}
	note("removed for the task: %s", removed)
}

func shownNames(names []string, leaveOut func(string) bool) []string {
	shown := slices.DeleteFunc(slices.Clone(names), leaveOut)
	for i, n := range shown {
		shown[i] = visible(n)
	}
	return shown
}
