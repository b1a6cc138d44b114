package endpoints

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// version compares the server with the client in the image. Minor versions are
// made to work together, majors are not: a client of 3 asks for paths that a
// server of 2 does not have.
func (m *mlflow) version(ctx context.Context) checklist.Finding {
	a, bad := m.get(ctx, m.request(m.home.url("/version")))
	if bad != nil {
		return *bad
	}
	server := strings.TrimSpace(string(a.body))
	if a.status != http.StatusOK || !isVersion(server) {
		return checklist.Finding{State: checklist.Unknown, Detail: "could not look: /version does not tell the server's version", Evidence: []string{a.seen()}}
	}
	client, ok := m.env.installed(m.env.sitePackages(), "mlflow", "mlflow_skinny")
	switch {
	case !ok: // the task may bring its client along, or be no Python
		return pass("MLflow %s", server)
	case major(client.version) == major(server):
		return pass("MLflow %s, and the client in the image is %s", server, client.version)
	}
	return m.warn(codeVersions, fmt.Sprintf("the server is MLflow %s, the client in the image %s", server, client.version),
		fmt.Sprintf("pin the client to the server in the Dockerfile: pip install 'mlflow==%s'", server))
}
