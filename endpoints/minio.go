package endpoints

import (
	"context"
	"fmt"
	"net/http"

	"github.com/flts-run/flts-run/checklist"
)

const livePath = "/minio/health/live"

// isMinIO knows MinIO by its name, or behind a proxy that takes the name away by
// the empty answer with a request id. The status alone proves nothing: the
// console answers its page there.
func (a answer) isMinIO() bool {
	return len(a.body) == 0 && (a.status == http.StatusOK && (a.server() == "MinIO" || a.header.Get("X-Amz-Request-Id") != "") ||
		a.status == http.StatusServiceUnavailable && a.server() == "MinIO")
}

func judgeMinIO(ctx context.Context, s *s3, a answer) checklist.Finding {
	if a.status == http.StatusServiceUnavailable {
		return transient(s.fail(codeNoBackend, "MinIO at "+s.addr.hostPort()+" is not ready (503)", s.logs(), a.seen()))
	}
	if s.env.Thorough {
		if bad := s.quorum(ctx); bad != nil {
			return *bad
		}
	}
	return s.clock(a, pass("MinIO is live"))
}

// quorum asks whether enough drives are there to write to. A server without them
// is as live as ever.
func (s *s3) quorum(ctx context.Context) *checklist.Finding {
	const path = "/minio/health/cluster"
	a, bad := s.get(ctx, s.newGet(s.addr.url(path)))
	if bad != nil {
		return bad
	}
	if a.status != http.StatusServiceUnavailable || a.header.Get("X-Minio-Write-Quorum") == "" {
		return nil
	}
	f := s.fail(codeNoQuorum, "MinIO has too few drives or servers to write (503)",
		"mc admin info ALIAS, then bring the drives or pods back; "+s.logs(), fmt.Sprintf("GET %s: %s", path, a.seen()))
	return &f
}
