package endpoints

import (
	"context"
	"net"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// isSeaweedFS knows the S3 gateway of SeaweedFS, the store of newer KFP. Older
// ones say "SeaweedFS S3", newer ones "SeaweedFS" and the version.
func (a answer) isSeaweedFS() bool {
	return strings.HasPrefix(a.header.Get("Server"), "SeaweedFS") && !a.isSeaweedInternals()
}

// isSeaweedInternals knows the ports beside it, which take HTTP and no S3.
func (a answer) isSeaweedInternals() bool {
	server := a.header.Get("Server")
	return strings.HasPrefix(server, "SeaweedFS Filer") || strings.HasPrefix(server, "SeaweedFS Volume") || strings.HasPrefix(server, "SeaweedFS Master")
}

func judgeSeaweedInternals(_ context.Context, s *s3, a answer) checklist.Finding {
	return s.fail(codeNotS3Port, s.addr.hostPort()+" is another port of SeaweedFS, not its S3 gateway",
		"set "+s.addr.assign(s.addr.scheme, net.JoinHostPort(s.addr.host, "8333")), a.seen())
}
