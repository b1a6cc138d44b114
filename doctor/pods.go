package doctor

import "github.com/flts-run/flts-run/checklist"

// podChecks look at pods that are stuck, and at those with an older configuration.
func (d *Doctor) podChecks() []checklist.Check { return nil }
