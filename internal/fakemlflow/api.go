package fakemlflow

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// request is the union of the fields of all calls, as the JSON body or the
// query of a GET gives them.
type request struct {
	StartTime      rawNumber `json:"start_time"`
	ExperimentID   jsonText  `json:"experiment_id"`
	ExperimentName string    `json:"experiment_name"`
	MaxResults     int64     `json:"max_results"`
	Name           jsonText  `json:"name"`
	RunID          string    `json:"run_id"`
	RunUUID        string    `json:"run_uuid"`
	RunName        string    `json:"run_name"`
	Status         string    `json:"status"`
	Tags           []pair    `json:"tags"`
	Key            string    `json:"key"`
	Value          rawText   `json:"value"`
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

// rawNumber is a number, as itself or in quotes. Anything else is refused when the
// call is made, after the permission was looked at.
type rawNumber struct{ wrong bool }

func (n *rawNumber) UnmarshalJSON(b []byte) error {
	_, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	n.wrong = err != nil
	return nil
}

// jsonText is a text; anything else is no mistake of JSON but a wrong parameter.
type jsonText string

func (v *jsonText) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		return invalid("a text is wanted")
	}
	*v = jsonText(text)
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
	"GET experiments/get":         (*tracking).experimentByID,
	"POST experiments/delete":     (*tracking).deleteExperiment,
	"POST experiments/restore":    (*tracking).restoreExperiment,
	"POST experiments/create":     (*tracking).createExperiment,
	"POST runs/create":            (*tracking).createRun,
	"GET runs/get":                (*tracking).getRun,
	"POST runs/update":            (*tracking).updateRun,
	"POST runs/delete":            (*tracking).deleteRun,
	"POST runs/log-metric":        (*tracking).logMetric,
	"POST runs/log-parameter":     (*tracking).logParameter,
	"POST runs/set-tag":           (*tracking).setTag,
}

// root is the path below which the server answers.
func (o Options) root() string {
	if o.Before3 {
		return ""
	}
	return strings.TrimRight(o.StaticPrefix, "/")
}

func (o Options) routes(t *tracking) http.Handler {
	mux := http.NewServeMux()
	for name, answer := range calls {
		method, path, _ := strings.Cut(name, " ")
		mux.Handle(method+" /api/2.0/mlflow/"+path, o.unless(o.ArtifactsOnly, "--artifacts-only", t.serve(answer)))
	}
	mux.Handle(artifactRoot, o.unless(o.NoServeArtifacts, "--no-serve-artifacts", o.artifacts(t)))
	mux.Handle(artifactRoot+"/{path...}", o.unless(o.NoServeArtifacts, "--no-serve-artifacts", o.artifacts(t)))
	const html = "text/html; charset=utf-8"
	healthType, version := "text/plain; charset=utf-8", "3.5.0"
	if o.Before3 {
		healthType, version = html, "2.9.2"
	}
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, healthType, "OK") })
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		text(w, http.StatusOK, html, cmp.Or(o.Version, version))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		text(w, http.StatusNotFound, html, "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n")
	})
	if o.root() == "" {
		return mux
	}
	all := http.NewServeMux()
	all.Handle(o.root()+"/", http.StripPrefix(o.root(), mux))
	all.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/none"}})
	})
	return all
}

// unless switches a part of the API off, as the flag of that name does.
func (o Options) unless(off bool, flag string, next http.Handler) http.Handler {
	if !off {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text(w, http.StatusServiceUnavailable, "text/html; charset=utf-8",
			"Endpoint: "+r.URL.Path+" disabled due to the mlflow server running with `"+flag+"`.")
	})
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
			ExperimentID:   jsonText(query.Get("experiment_id")),
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
		if refused, ok := errors.AsType[*fault](err); ok {
			return asked, refused
		}
		return asked, invalid("the body is no JSON: " + err.Error())
	}
	asked.RunID = cmp.Or(asked.RunID, asked.RunUUID)
	return asked, nil
}
