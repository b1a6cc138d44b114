package lint

import (
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/pipeline"
)

// platform looks for parts of the platform document that reach no task.
func (l *linter) platform() {
	for _, label := range l.p.Unreached() {
		hint := near.DidYouMean(label, l.p.Executors(), "compile the pipeline again, or take the entry out")
		l.add(codeUnreached, "", "the platform document configures executor "+label+", which the pipeline does not have: it reaches no task", hint, pipeline.AtPlatform(label)...)
	}
}
