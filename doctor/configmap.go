package doctor

import "github.com/flts-run/flts-run/checklist"

// configMapChecks look at the ConfigMap.
func (d *Doctor) configMapChecks() []checklist.Check { return nil }
