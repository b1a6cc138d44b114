package doctor

import "github.com/flts-run/flts-run/checklist"

// secretChecks look at the Secret.
func (d *Doctor) secretChecks() []checklist.Check { return nil }
