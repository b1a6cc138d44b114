package airflow

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Health is how an Airflow is, in its own words.
type Health struct {
	Version string // "3.3.2", "" where only those who are logged in are told
	Parts   []Part // in the order metadatabase, scheduler, dag_processor, triggerer
}

// Part is a part of Airflow. Status is "healthy", "unhealthy", "unknown" for another
// word, or "" for what never ran.
type Part struct{ Name, Status string }

// partNames are all parts that a server tells of.
var partNames = []string{"metadatabase", "scheduler", "dag_processor", "triggerer"}

// Health asks how the server is, which it tells everybody.
func (b *Backend) Health(ctx context.Context) (Health, error) {
	s, err := b.server(ctx)
	if err != nil {
		return Health{}, err
	}
	parts, err := s.parts(ctx)
	return Health{s.version, parts}, err
}

// MayList asks for one DAG: whoever is not logged in, or may not, is told so here.
func (b *Backend) MayList(ctx context.Context) error {
	s, err := b.server(ctx)
	if err != nil {
		return err
	}
	var list struct{}
	return s.ask(ctx, call{doing: "list DAGs", method: http.MethodGet, path: []string{"dags"}, query: url.Values{"limit": {"1"}}}, &list)
}

// parts reads the health. The status of the answer is always 200: it is the body that
// tells. What never ran is null, and what a server does not know is left out.
func (s *server) parts(ctx context.Context) ([]Part, error) {
	var told map[string]any
	err := s.ask(ctx, call{doing: "say how it is", method: http.MethodGet, path: strings.Split(s.health, "/")}, &told)
	if err != nil {
		return nil, err
	}
	var parts []Part
	for _, name := range partNames {
		part, ok := told[name].(map[string]any)
		if !ok {
			continue
		}
		status, _ := part["status"].(string)
		if status != "" && status != "healthy" && status != "unhealthy" {
			status = "unknown"
		}
		parts = append(parts, Part{name, status})
	}
	return parts, nil
}

// unhealthy says why a run would stay queued, or "".
func (s *server) unhealthy(ctx context.Context) string {
	parts, err := s.parts(ctx)
	status := map[string]string{}
	for _, p := range parts {
		status[p.Name] = p.Status
	}
	switch scheduler, database := status["scheduler"], status["metadatabase"]; {
	case err != nil || scheduler == "" && database == "":
		return "Airflow does not say whether its scheduler runs"
	case database != "" && database != "healthy":
		return "the database of Airflow is not healthy"
	case scheduler == "":
		return "no scheduler of Airflow runs: the run will stay queued until there is one"
	case scheduler != "healthy":
		return "the scheduler of Airflow has not been heard of for a while: the run will stay queued until it is back"
	}
	return ""
}
