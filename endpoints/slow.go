package endpoints

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// pace is how long the parts of one exchange took.
type pace struct{ connect, tls, firstByte time.Duration }

func (p pace) total() time.Duration { return p.connect + p.tls + p.firstByte }

type paceKey struct{}

// unhurried makes a warning of a pass that took long: a server that needs
// seconds for a trifle makes real clients time out. One warning is enough for
// a target.
func (l *ladder) unhurried(run runFunc) runFunc {
	return func(ctx context.Context) checklist.Finding {
		var slowest pace
		f := run(context.WithValue(ctx, paceKey{}, &slowest))
		if f.State != checklist.Pass || slowest.total() < l.env.Limits.Slow || l.saidSlow.Swap(true) {
			return f
		}
		return l.tooSlow(f.Detail, slowest)
	}
}

func (l *ladder) tooSlow(but string, p pace) checklist.Finding {
	return l.warn(codeSlow, fmt.Sprintf("%s, after %s", but, seconds(p.total())), l.whyBusy(),
		fmt.Sprintf("connecting took %s, TLS %s, the first byte of the answer %s", seconds(p.connect), seconds(p.tls), seconds(p.firstByte)))
}

// whyBusy is the command that shows what the server is short of.
func (l *ladder) whyBusy() string {
	if s, ok := l.service(); ok {
		return fmt.Sprintf("kubectl -n %s top pods, then kubectl -n %s scale deploy/%s --replicas=2 or a higher CPU limit", s.namespace, s.namespace, s.name)
	}
	return "time " + strings.Replace(l.curl(""), "curl -v", "curl -so /dev/null", 1)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// remember keeps the slowest exchange of a check.
func (p pace) remember(ctx context.Context) {
	if slowest, ok := ctx.Value(paceKey{}).(*pace); ok && p.total() > slowest.total() {
		*slowest = p
	}
}
