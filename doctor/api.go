package doctor

import (
	"context"

	"github.com/flts-run/flts-run/checklist"
)

// apiChecks look at the way to the cluster, and whether the namespace is there.
func (d *Doctor) apiChecks() []checklist.Check {
	return []checklist.Check{
		{ID: reached, Target: "api", Rung: checklist.HTTP, Title: "the Kubernetes API answers", Run: d.reach},
	}
}

func (d *Doctor) reach(ctx context.Context) checklist.Finding {
	version, err := d.view.Version(ctx)
	if err != nil {
		return d.couldNotLook(err)
	}
	return pass("Kubernetes " + version + " answers")
}
