package doctor

import "github.com/flts-run/flts-run/checklist"

// airflowChecks look at Airflow.
func (d *Doctor) airflowChecks() []checklist.Check { return nil }
