package main

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// foldedTable is the table with one line for what was skipped, or could not be looked at,
// for one reason: the seventy checks that need an API server which does not answer say
// nothing each.
func foldedTable(v checklist.Verdict) string {
	few := v
	few.Results = folded(v.Results)
	return strings.TrimSuffix(checklist.Table(few), checklist.Summary(few)+"\n") + checklist.Summary(v) + "\n"
}

// folded are the results with one for all that were not looked at for one reason, of one
// target or, where several needed what failed, of all.
func folded(results []checklist.Result) []checklist.Result {
	type reason struct{ target, text string }
	of := func(r checklist.Result) reason {
		if r.Because != "" && len(byBecause(results, r.Because)) > 1 {
			return reason{text: r.Because}
		}
		return reason{r.Target + r.Vantage, r.State.String() + r.Detail + r.Hint}
	}
	count, first := map[reason]int{}, map[reason]int{}
	for _, r := range results {
		if unseen(r) {
			count[of(r)]++
		}
	}
	var few []checklist.Result
	for _, r := range results {
		if !unseen(r) || count[of(r)] == 1 {
			few = append(few, r)
			continue
		}
		if _, have := first[of(r)]; !have {
			first[of(r)] = len(few)
			r.Title = fmt.Sprintf("%d checks", count[of(r)])
			if r.State == checklist.Unknown {
				r.Detail += " (" + r.Title + ")"
			}
			if of(r).target == "" {
				r.Target = "-"
			}
			few = append(few, r)
		}
	}
	return few
}

// unseen reports what was not looked at.
func unseen(r checklist.Result) bool {
	return r.State == checklist.Skip || r.State == checklist.Unknown && !r.Interrupted
}

// byBecause are the targets of which a check was skipped because of another check.
func byBecause(results []checklist.Result, because string) map[string]bool {
	targets := map[string]bool{}
	for _, r := range results {
		if r.Because == because {
			targets[r.Target] = true
		}
	}
	return targets
}
