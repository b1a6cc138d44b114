package airflow_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/internal/faulty"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
)

func TestHealth(t *testing.T) {
	for _, version := range versions {
		_, url := start(t, fakeairflow.Options{
			Version: version, Scheduler: "unhealthy", Health: map[string]string{"metadatabase": "healthy", "triggerer": "made up"},
		}, one)
		got, err := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).Health(t.Context())
		require.NoError(t, err)
		require.Equal(t, airflow.Health{Version: version, Parts: []airflow.Part{
			{"metadatabase", "healthy"}, {"scheduler", "unhealthy"}, {"dag_processor", ""}, {"triggerer", "unknown"},
		}}, got)
	}
}

// The health is another's: a list, a login page, nothing.
func TestHealthOfAnotherServer(t *testing.T) {
	for _, body := range []string{`[]`, `"ok"`, `<html>`, ``} {
		for _, version := range versions {
			_, url := start(t, fakeairflow.Options{Version: version, Fault: func(c faulty.Call) *faulty.Fault {
				if c.Path != "/api/v2/monitor/health" && c.Path != "/api/v1/health" {
					return nil
				}
				return &faulty.Fault{Status: http.StatusOK, Body: body}
			}}, one)
			_, err := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).Health(t.Context())
			require.ErrorIs(t, err, submit.Unusable, "%s", body)
		}
	}
}

func TestMayList(t *testing.T) {
	for _, version := range versions {
		_, url := start(t, fakeairflow.Options{Version: version}, one)
		require.NoError(t, airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).MayList(t.Context()))
		_, url = start(t, fakeairflow.Options{Version: version, Password: "another"}, one)
		require.ErrorIs(t, airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).MayList(t.Context()), submit.Refused)
	}
}
