package airflow

import (
	"context"
	"net/http"
	"strings"
)

// unhealthy says why a run would stay queued, or "". The status of the answer is
// always 200: it is the body that tells. What never ran is null.
func (s *server) unhealthy(ctx context.Context) string {
	var parts struct {
		Scheduler struct {
			Status *string `json:"status"`
		} `json:"scheduler"`
		Database struct {
			Status *string `json:"status"`
		} `json:"metadatabase"`
	}
	err := s.ask(ctx, call{doing: "say how it is", method: http.MethodGet, path: strings.Split(s.health, "/")}, &parts)
	switch scheduler, database := parts.Scheduler.Status, parts.Database.Status; {
	case err != nil || scheduler == nil && database == nil:
		return "Airflow does not say whether its scheduler runs"
	case database != nil && *database != "healthy":
		return "the database of Airflow is not healthy"
	case scheduler == nil:
		return "no scheduler of Airflow runs: the run will stay queued until there is one"
	case *scheduler != "healthy":
		return "the scheduler of Airflow has not been heard of for a while: the run will stay queued until it is back"
	}
	return ""
}
