package doctor

import "github.com/flts-run/flts-run/checklist"

// policyChecks hold the resolved configuration against the contract and its policy.
func (d *Doctor) policyChecks() []checklist.Check { return nil }
