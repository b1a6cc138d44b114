package lint

import (
	"fmt"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/constants"
)

// cache looks at tasks whose result may come from a run with another configuration: the
// key of the cache is made of image, command and inputs (kubeflow/pipelines#14339).
func (l *linter) cache(t pipeline.Task) {
	if !t.Cached || !l.isConfigured(t) {
		return
	}
	l.add(codeCached, t.Path, "the result may come from the cache, which does not see variables and volumes: after a change of the configuration it may be an old one",
		"run it with fltsctl submit --no-cache after a change; or for good, in the pipeline: TASK.set_caching_options(False)", t.At...)
}

// isConfigured reports whether configuration reaches a task by its environment or by a
// volume.
func (l *linter) isConfigured(t pipeline.Task) bool {
	if len(t.Objects()) > 0 {
		return true
	}
	for name := range t.Environ {
		if constants.KeyOfVariable(l.Contract, name) != nil {
			return true
		}
	}
	return false
}

// retries says what a retry policy does to errors that no retry mends.
func (l *linter) retries(t pipeline.Task) {
	if t.Retries == 0 {
		return
	}
	l.add(codeRetried, t.Path, fmt.Sprintf("a failure is tried %d more times: KFP has no status that stops this, so a wrong configuration is tried as often", t.Retries),
		"leave waiting for services to flts-run (--wait), and keep the retries for the task's own failures", t.At...)
}
