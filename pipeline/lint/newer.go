package lint

import (
	"fmt"

	"github.com/flts-run/flts-run/pipeline"
)

// newer looks for fields that the server does not know. A server of unknown version is
// taken for a new one.
func (l *linter) newer() {
	for _, n := range l.p.Needs() {
		if n.Since == "" {
			l.add(codeNewer, "", n.Field+" is in the schema, and no KFP reads it", "take it out: it does nothing, and a server may refuse it", n.At...)
			continue
		}
		since := pipeline.ReleaseOf(n.Since)
		if !l.Server.Before(since) {
			continue
		}
		l.add(codeNewer, "", fmt.Sprintf("%s is read by KFP %s and newer, and the server is %s, which refuses or ignores it", n.Field, since, l.Server),
			"take it out of the pipeline, or have the server upgraded", n.At...)
	}
}
