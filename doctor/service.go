package doctor

import "github.com/flts-run/flts-run/checklist"

// serviceChecks look at the Services that the endpoints name.
func (d *Doctor) serviceChecks() []checklist.Check { return nil }
