package endpoints

import "github.com/flts-run/flts-run/checklist"

// consequences lists the findings of other targets that have the same cause as a
// finding: there is one name server for all of them, and one clock.
func consequences(code string) []string {
	switch code {
	case codeResolverDown, codeDNSSilent:
		return []string{code}
	case codeClock:
		return []string{codeClock, codeNotYetValid}
	}
	return nil
}

// dispensable marks a check that hands nothing on to those that need it.
func dispensable(c checklist.Check) checklist.Check {
	c.Dispensable = true
	return c
}
