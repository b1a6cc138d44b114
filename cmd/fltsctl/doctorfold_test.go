package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

// What was skipped for one reason is one line, and the counts stay those of all.
func TestSkipsAreFolded(t *testing.T) {
	result := func(id, target string, state checklist.State, detail, because string) checklist.Result {
		return checklist.Result{ID: id, Target: target, Title: id + " holds", Because: because, Failed: state == checklist.Fail, Finding: checklist.Finding{State: state, Detail: detail}}
	}
	v := checklist.Verdict{Results: []checklist.Result{
		result("api", "api", checklist.Pass, "it answers", ""),
		result("a.1", "a", checklist.Fail, "there is none", ""),
		result("a.2", "a", checklist.Skip, "needs a.1, which failed", "a.1"),
		result("a.3", "a", checklist.Skip, "needs a.1, which failed", "a.1"),
		result("b.1", "b", checklist.Skip, "not asked for", ""),
		result("b.2", "b", checklist.Skip, "needs a.1, which failed", "a.1"),
		result("c.1", "c", checklist.Skip, "not asked for", ""),
		result("c.2", "c", checklist.Skip, "not asked for", ""),
		result("d.1", "d", checklist.Unknown, "may not look", ""),
		result("d.2", "d", checklist.Unknown, "may not look", ""),
		result("d.3", "d", checklist.Unknown, "nobody answers", ""),
	}}
	require.Equal(t, `PASS     api  it answers
FAIL     a    there is none
SKIP     -    3 checks: needs a.1, which failed
SKIP     b    b.1 holds: not asked for
SKIP     c    2 checks: not asked for
UNKNOWN  d    may not look (2 checks)
UNKNOWN  d    nobody answers
root cause: a.1 (1 failed, 3 unknown, 6 skipped, 1 passed)
`, foldedTable(v))
}
