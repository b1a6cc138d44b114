package doctor

import "github.com/flts-run/flts-run/checklist"

// readerChecks look at who reads the ConfigMap and the Secret, and how.
func (d *Doctor) readerChecks() []checklist.Check { return nil }
