package fakemlflow

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// request is the union of the fields of all calls, as the JSON body or the
// query of a GET gives them.
type request struct {
	ExperimentID   string  `json:"experiment_id"`
	ExperimentName string  `json:"experiment_name"`
	MaxResults     int64   `json:"max_results"`
	Name           string  `json:"name"`
	RunID          string  `json:"run_id"`
	RunUUID        string  `json:"run_uuid"`
	RunName        string  `json:"run_name"`
	Status         string  `json:"status"`
	Tags           []pair  `json:"tags"`
	Key            string  `json:"key"`
	Value          rawText `json:"value"`
}

type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// rawText is a JSON value that is a number for a metric and text for the rest.
type rawText string

func (v *rawText) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		text = string(b)
	}
	*v = rawText(text)
	return nil
}

// fault is an MLflow error.
type fault struct {
	status  int
	Code    string `json:"error_code"`
	Message string `json:"message"`
}

func (f *fault) Error() string { return f.Code + ": " + f.Message }

func invalid(message string) error {
	return &fault{http.StatusBadRequest, "INVALID_PARAMETER_VALUE", message}
}

func notFound(message string) error {
	return &fault{http.StatusNotFound, "RESOURCE_DOES_NOT_EXIST", message}
}

// call answers one request with what is to be written as JSON.
type call func(*tracking, request) (any, error)

var calls = map[string]call{
	"GET experiments/search":      (*tracking).searchExperiments,
	"POST experiments/search":     (*tracking).searchExperiments,
	"GET experiments/get-by-name": (*tracking).experimentByName,
	"POST experiments/create":     (*tracking).createExperiment,
	"POST runs/create":            (*tracking).createRun,
	"GET runs/get":                (*tracking).getRun,
	"POST runs/update":            (*tracking).updateRun,
	"POST runs/delete":            (*tracking).deleteRun,
	"POST runs/log-metric":        (*tracking).logMetric,
	"POST runs/log-parameter":     (*tracking).logParameter,
	"POST runs/set-tag":           (*tracking).setTag,
}

func (o Options) routes(t *tracking) http.Handler {
	mux := http.NewServeMux()
	for name, answer := range calls {
		method, path, _ := strings.Cut(name, " ")
		mux.Handle(method+" /api/2.0/mlflow/"+path, t.serve(answer))
	}
	health := map[string]string{"/health": "OK", "/version": cmp.Or(o.Version, "3.5.0")}
	all := http.NewServeMux()
	prefix := strings.TrimRight(o.StaticPrefix, "/")
	at := prefix
	if o.HealthAtRoot {
		at = ""
	}
	for path, text := range health {
		all.HandleFunc("GET "+at+path, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	}
	all.Handle("/", mux)
	if prefix != "" {
		all.Handle(prefix+"/api/", http.StripPrefix(prefix, mux))
	}
	return all
}

func (t *tracking) serve(answer call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, err := decode(r)
		var result any
		if err == nil {
			t.mu.Lock()
			result, err = answer(t, asked)
			t.mu.Unlock()
		}
		status := http.StatusOK
		if refused, ok := errors.AsType[*fault](err); ok {
			status, result = refused.status, refused
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(result)
	})
}

func decode(r *http.Request) (request, error) {
	var asked request
	if r.Method == http.MethodGet {
		query := r.URL.Query()
		asked = request{
			ExperimentName: query.Get("experiment_name"),
			RunID:          query.Get("run_id"),
			RunUUID:        query.Get("run_uuid"),
		}
		if text := query.Get("max_results"); text != "" {
			number, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return asked, invalid("max_results is not a number: " + text)
			}
			asked.MaxResults = number
		}
	} else if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return asked, &fault{http.StatusBadRequest, "MALFORMED_REQUEST", err.Error()}
	}
	asked.RunID = cmp.Or(asked.RunID, asked.RunUUID)
	return asked, nil
}
