package main

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// foldedTable is the table with one line for what was skipped for one reason: the seventy
// checks that need an API server which does not answer say nothing each.
func foldedTable(v checklist.Verdict) string {
	few := v
	few.Results = folded(v.Results)
	return strings.TrimSuffix(checklist.Table(few), checklist.Summary(few)+"\n") + checklist.Summary(v) + "\n"
}

// folded are the results with one for all that were skipped for one reason, of one
// target or, where the whole examination needed it, of all.
func folded(results []checklist.Result) []checklist.Result {
	type reason struct{ target, text string }
	of := func(r checklist.Result) reason {
		if r.Because != "" && len(byBecause(results, r.Because)) > 1 {
			return reason{text: r.Because}
		}
		return reason{r.Target + r.Vantage, r.Detail}
	}
	count, first := map[reason]int{}, map[reason]int{}
	for _, r := range results {
		if r.State == checklist.Skip {
			count[of(r)]++
		}
	}
	var few []checklist.Result
	for _, r := range results {
		if r.State != checklist.Skip || count[of(r)] == 1 {
			few = append(few, r)
			continue
		}
		if _, have := first[of(r)]; !have {
			first[of(r)] = len(few)
			r.Title = fmt.Sprintf("%d checks", count[of(r)])
			if of(r).target == "" {
				r.Target = "-"
			}
			few = append(few, r)
		}
	}
	return few
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
