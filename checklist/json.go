package checklist

import (
	"bytes"
	"encoding/json"
	"math"
	"time"
)

// MarshalJSON writes durations as milliseconds, because no reader of a report
// knows Go's nanoseconds.
func (r Result) MarshalJSON() ([]byte, error) {
	return plainJSON(struct {
		ID        string   `json:"id"`
		Target    string   `json:"target"`
		Rung      Rung     `json:"rung"`
		Title     string   `json:"title"`
		State     State    `json:"state"`
		Failed    bool     `json:"failed,omitempty"`
		Advisory  bool     `json:"advisory,omitempty"`
		Code      string   `json:"code,omitempty"`
		Detail    string   `json:"detail,omitempty"`
		Evidence  []string `json:"evidence,omitempty"`
		Hint      string   `json:"hint,omitempty"`
		Transient bool     `json:"transient,omitempty"`
		Refused   bool     `json:"refused,omitempty"`
		Needs     []string `json:"needs,omitempty"`
		Because   string   `json:"because,omitempty"`
		StartedMS float64  `json:"started_ms"`
		WaitedMS  float64  `json:"waited_ms,omitempty"`
		TookMS    float64  `json:"took_ms"`
		Attempts  int      `json:"attempts"`
	}{
		r.ID, r.Target, r.Rung, r.Title, r.State, r.Failed, r.Advisory, r.Code, r.Detail, r.Evidence, r.Hint,
		r.Transient, r.Refused, r.Needs, r.Because, millis(r.Started), millis(r.Waited), millis(r.Took), r.Attempts,
	})
}

// MarshalJSON writes the verdict with what is computed from it.
func (v Verdict) MarshalJSON() ([]byte, error) {
	roots := []string{}
	for _, r := range v.Roots() {
		roots = append(roots, r.ID)
	}
	results := v.Results
	if results == nil {
		results = []Result{}
	}
	return plainJSON(struct {
		Status  int      `json:"status"`
		TookMS  float64  `json:"took_ms"`
		Counts  Counts   `json:"counts"`
		Roots   []string `json:"root_causes"`
		Results []Result `json:"results"`
	}{v.Status(), millis(v.Took), v.Counts(), roots, results})
}

// plainJSON leaves '<', '>' and '&' as they are: a report is read by people too,
// and is no part of a web page.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

func millis(d time.Duration) float64 {
	return math.Round(d.Seconds()*1e6) / 1e3
}
