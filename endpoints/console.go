package endpoints

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// isConsole reports MinIO's console: by its name, by the page that it answers
// the health path with, or by what its API says when it was taken for it.
func (a answer) isConsole() bool {
	message := a.document().message
	return a.server() == "MinIO Console" ||
		a.status == http.StatusOK && a.isHTML() && strings.HasPrefix(a.server(), "MinIO") ||
		strings.Contains(message, "API port") || strings.Contains(message, "Console port")
}

func judgeConsole(_ context.Context, s *s3, a answer) checklist.Finding { return s.console(a) }

func (s *s3) console(a answer) checklist.Finding {
	return s.fail(codeConsole, s.addr.hostPort()+" is the web console of MinIO, not its API",
		"set "+s.addr.assign(s.addr.scheme, net.JoinHostPort(s.addr.host, "9000")), a.seen())
}
