package main

import (
	"cmp"
	"slices"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/resolve"
)

const codePrefix = "FLTS-"

// knownCauses are the findings of the configuration that may explain those of the
// checks, once for each service that they are about.
func (p *plan) knownCauses(services []*resolve.Service, mask *redact.Set) []checklist.Result {
	var causes []checklist.Result
	for _, f := range p.resolution.Findings {
		for _, s := range services {
			explains := p.contract.Explained(f, s)
			if explains == nil {
				continue
			}
			key := slices.Concat([]string{f.Key}, f.Keys)
			causes = append(causes, checklist.Result{ID: "config." + cmp.Or(key...), Target: s.Name, Title: "the configuration of " + s.Name, Finding: checklist.Finding{
				State: checklist.Warn, Code: f.Code, Detail: mask.Mask(f.Message), Hint: mask.Mask(f.Hint), Explains: explains,
			}})
		}
	}
	return causes
}
