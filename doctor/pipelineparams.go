package doctor

import "github.com/flts-run/flts-run/checklist"

// pipelineChecks look at the parameters of a pipeline.
func (d *Doctor) pipelineChecks() []checklist.Check { return nil }
