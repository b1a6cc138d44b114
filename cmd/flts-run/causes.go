package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/resolve"
)

const codePrefix = "FLTS-"

// consequences says which findings of checks a finding of the configuration
// accounts for, when both are about the same service: a secret key that was
// encoded twice is refused as a wrong one, and that is one thing to mend. Only what
// is sure is here; a cause that merely may be one belongs into the text of the code.
// All codes are without their prefix.
func consequences(code string) []string {
	switch code {
	case "C02": // localhost in a pod: nothing listens there
		return []string{"T01"}
	case "C21": // a session token left over from another login
		return []string{"A08"}
	case "C25": // development credentials that nobody asked for
		return []string{"A01", "A03"}
	case "S04": // the secret key ends with a newline
		return []string{"A03"}
	case "C08", "C30", "S05": // in quotes, a stand-in, base64 twice
		return []string{"A01", "A03", "A10", "Q02"}
	}
	return nil
}

// knownCauses are the findings of the configuration that may explain those of the
// checks, once for each service that they are about.
func (p *plan) knownCauses(services []*resolve.Service, mask *redact.Set) []checklist.Result {
	var causes []checklist.Result
	for _, f := range p.resolution.Findings {
		effects := consequences(strings.TrimPrefix(f.Code, codePrefix))
		for _, s := range services {
			if len(effects) == 0 || !about(f, s) || !p.mayExplain(f) {
				continue
			}
			key := slices.Concat([]string{f.Key}, f.Keys)
			cause := checklist.Result{ID: "config." + cmp.Or(key...), Target: s.Name, Title: "the configuration of " + s.Name, Finding: checklist.Finding{
				State: checklist.Warn, Code: f.Code, Detail: mask.Mask(f.Message), Hint: mask.Mask(f.Hint),
			}}
			for _, code := range effects {
				cause.Explains = append(cause.Explains, s.Name+"/"+codePrefix+code)
			}
			causes = append(causes, cause)
		}
	}
	return causes
}

// mayExplain leaves out what is odd about a value that nobody logs in with: quotes
// around a name do not make a login wrong.
func (p *plan) mayExplain(f resolve.Finding) bool {
	k := p.contract.Key(f.Key)
	return k == nil || k.Sensitive || f.Code != resolve.CodeStray && f.Code != resolve.CodePlaceholder
}

// about reports whether a finding is about a key that describes the service.
func about(f resolve.Finding, s *resolve.Service) bool {
	keys := s.Refers()
	return slices.Contains(keys, f.Key) || slices.ContainsFunc(f.Keys, func(key string) bool { return slices.Contains(keys, key) })
}
