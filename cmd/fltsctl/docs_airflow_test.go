package main_test

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/flts-run/flts-run/internal/fakeairflow"
)

// documentedAirflow is the Airflow of a page. Behind each request its runs go on to
// their ends, at a second for each moment of them.
func documentedAirflow() http.Handler {
	nowhere := func(conf map[string]any) bool { return conf["dataset"] == "Nowhere" }
	var passed atomic.Int64 // seconds
	now := func() time.Time { return theMoment().Add(time.Duration(passed.Load()) * time.Second) }
	s := fakeairflow.New(fakeairflow.Options{Now: now},
		fakeairflow.DAG{
			ID: "flts_train",
			Params: []fakeairflow.Param{
				{Name: "dataset", Schema: `{"type": "string"}`, Description: "The name of the dataset, as ElBorn"},
				{Name: "epochs", Schema: `{"type": "integer", "minimum": 1}`, Value: "10"},
				{Name: "gateway_url", Schema: `{"type": "string"}`, Value: `"http://fastapi-app.default.svc.cluster.local:8000"`, Description: "The HTTP gateway"},
			},
			Tasks: []fakeairflow.Task{
				{ID: "preprocess", For: 4},
				{
					ID: "train", After: []string{"preprocess"}, For: 9,
					Says: func(conf map[string]any, _, _ int) []string {
						if nowhere(conf) {
							return []string{"flts-run: error: minio: minio-service does not know the access key [FLTS-A01]", "flts-run: hint: flts-run explain MINIO_ACCESS_KEY shows all places"}
						}
						return []string{"trained"}
					},
					Ends: func(conf map[string]any, _, _ int) string {
						if nowhere(conf) {
							return "failed"
						}
						return "success"
					},
				},
				{ID: "report", After: []string{"train"}},
			},
		},
		fakeairflow.DAG{ID: "flts_report", Paused: true},
	)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(w, r)
		for range 40 {
			passed.Add(1)
			s.Advance(1)
		}
	})
}
