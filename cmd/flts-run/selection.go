package main

import (
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// selectChecks makes the checks of a plan and picks those that are to run.
func (r *runner) selectChecks(p *plan, s *settings, c checkPlan) ([]checklist.Check, error) {
	checks := p.checks(c, s)
	only, skip := s.list(onlyOption), s.list(skipOption)
	if only == nil && skip == nil {
		return checks, nil
	}
	_, skippedBy := s.get(skipOption)
	slips := append(unmatched("--"+onlyOption.flag, only, checks), r.unmatchedSkips(p, s, c, skippedBy, skip)...)
	if slips != nil {
		return nil, joined(slips...)
	}
	return checklist.Selection{Only: only, Skip: skip, SkippedBy: skippedBy}.Of(checks), nil
}

// unmatchedSkips holds what is to be skipped against all checks that there could be:
// a start looks at less than "flts-run check" does, and both read the same setting.
//
// On the command line a glob that matches nothing is a slip of the pen. The
// variable stands in the templates of many components, and which checks there are
// depends on their configurations, as there is a TLS check with https alone: there
// it is a warning.
func (r *runner) unmatchedSkips(p *plan, s *settings, c checkPlan, from string, globs []string) []error {
	wide := c
	wide.services, wide.thorough = p.contract.Services, true
	globs = slices.DeleteFunc(slices.Clone(globs), func(glob string) bool {
		target, _, _ := strings.Cut(glob, ".")
		return slices.Contains(s.list(disableOption), target) // nothing is left of it to skip
	})
	slips := unmatched(from, globs, p.checks(wide, s))
	if from == "--"+skipOption.flag {
		return slips
	}
	for _, slip := range slips {
		if f := asFailure(slip); !c.quiet {
			r.out.Line("warning", f.Error(), f.hint)
		}
	}
	return nil
}

// unmatched is an error for each glob that cannot be understood or matches no check.
func unmatched(from string, globs []string, checks []checklist.Check) []error {
	var slips []error
	for _, glob := range checklist.Unmatched(globs, checks) {
		if checklist.ValidGlob(glob) {
			slips = append(slips, usage(checklist.Near(glob, checks, "flts-run check --list lists the checks"), "%s %s: no check has such an id", from, glob))
		} else {
			slips = append(slips, usage("write * for any text, ? for one character, [ab] for one of several", "%s %s: this is no glob", from, glob))
		}
	}
	return slips
}
