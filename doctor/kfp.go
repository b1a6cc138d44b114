package doctor

import "github.com/flts-run/flts-run/checklist"

// kfpChecks look at Kubeflow Pipelines.
func (d *Doctor) kfpChecks() []checklist.Check { return nil }
