package doctor

import "github.com/flts-run/flts-run/checklist"

// accountChecks look at the service account of the pipelines and what it may do.
func (d *Doctor) accountChecks() []checklist.Check { return nil }
