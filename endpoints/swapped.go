package endpoints

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// Two endpoints in one ConfigMap get swapped. The other service then answers,
// with errors that blame the path.

// isMLflowHostCheck knows what MLflow says to a Host header that it does not
// allow, on every path.
func (a answer) isMLflowHostCheck() bool {
	return a.status == http.StatusForbidden && strings.HasPrefix(string(a.body), "Invalid Host header")
}

// isMLflowAPI knows the answer to a search for experiments.
func (a answer) isMLflowAPI() bool {
	if a.status == http.StatusUnauthorized {
		return a.header.Get("Www-Authenticate") == `Basic realm="mlflow"`
	}
	var doc struct {
		Experiments []json.RawMessage `json:"experiments"`
		ErrorCode   string            `json:"error_code"`
	}
	return json.Unmarshal(a.body, &doc) == nil && (doc.Experiments != nil || doc.ErrorCode != "")
}

func judgeMLflow(_ context.Context, s *s3, a answer) checklist.Finding {
	return s.fail(codeOtherProduct, s.addr.hostPort()+" is an MLflow server, not S3",
		"are the two endpoints swapped? set "+s.addr.assign(s.addr.scheme, net.JoinHostPort("HOST", "9000")), a.seen())
}

// isMLflow asks a server of which nothing is known.
func (s *s3) isMLflow(ctx context.Context) (answer, bool) {
	u := s.addr.url(searchPath)
	u.RawQuery = "max_results=1"
	a, bad := s.get(ctx, s.newGet(u))
	return a, bad == nil && (a.isMLflowHostCheck() || a.isMLflowAPI())
}
