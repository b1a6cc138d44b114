package endpoints

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// bigBody is more than any path carries in one packet, and more than the buffers
// of a connection hold back.
const bigBody = 64 << 10

// upload sends a request with a body of 64 KiB, where small requests work. That
// it alone gets no answer is the mark of packets that are too big for some link
// on the way. A server that refuses the request has read it or does not want it:
// both are an answer. OPTIONS changes nothing on any server.
func (l *ladder) upload(ctx context.Context) checklist.Finding {
	req := l.newGet(l.addr.url("/"))
	req.Method = http.MethodOptions
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("\x00", bigBody))), bigBody
	if bad := l.stalls(ctx, req); bad != nil {
		return *bad
	}
	return pass("takes a request of 64 KiB")
}

// stalls sends a request that is big and returns the finding when it gets no
// answer in time. The caller has seen a small one answered, and chooses a
// request that leaves nothing behind. Nothing else is judged.
func (l *ladder) stalls(ctx context.Context, req *http.Request) *checklist.Finding {
	config, bad := l.clientTLS()
	if bad != nil {
		return bad
	}
	_, at, err := l.exchange(ctx, req, config)
	if err == nil || at != waiting || !isTimeout(err) {
		return nil
	}
	f := l.warn(codeBigStalls, fmt.Sprintf("small requests to %s are answered, one of 64 KiB is not", l.addr.hostPort()),
		"is the MTU of the pod larger than the network's? compare: ip link show eth0, in the pod and on the node; then lower the MTU of the CNI")
	return &f
}

// uploads is the check of upload, for targets that are plain HTTP; only on
// request.
func (l *ladder) uploads(after string) []checklist.Check {
	if !l.env.WriteProbe {
		return nil
	}
	c := l.check("upload", checklist.Data, l.name+" takes big requests", l.env.Limits.Request, l.upload)
	c.Needs = []string{after}
	return []checklist.Check{c}
}
