package checklist

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// resultJSON is a result as a report holds it. Durations are milliseconds, because
// no reader of a report knows Go's nanoseconds.
type resultJSON struct {
	ID           string    `json:"id"`
	Target       string    `json:"target"`
	Vantage      string    `json:"vantage,omitempty"`
	Rung         Rung      `json:"rung"`
	Title        string    `json:"title"`
	State        State     `json:"state"`
	Failed       bool      `json:"failed,omitempty"`
	Advisory     bool      `json:"advisory,omitempty"`
	Prerequisite bool      `json:"prerequisite,omitempty"`
	Interrupted  bool      `json:"interrupted,omitempty"`
	Code         string    `json:"code,omitempty"`
	Detail       string    `json:"detail,omitempty"`
	Evidence     []string  `json:"evidence,omitempty"`
	Hint         string    `json:"hint,omitempty"`
	Fix          []Command `json:"fix,omitempty"`
	Transient    bool      `json:"transient,omitempty"`
	Refused      bool      `json:"refused,omitempty"`
	Explains     []string  `json:"explains,omitempty"`
	Needs        []string  `json:"needs,omitempty"`
	Because      string    `json:"because,omitempty"`
	StartedMS    float64   `json:"started_ms"`
	WaitedMS     float64   `json:"waited_ms,omitempty"`
	TookMS       float64   `json:"took_ms"`
	Attempts     int       `json:"attempts"`
}

// MarshalJSON writes durations as milliseconds.
func (r Result) MarshalJSON() ([]byte, error) {
	return plainJSON(resultJSON{
		r.ID, r.Target, r.Vantage, r.Rung, r.Title, r.State, r.Failed, r.Advisory, r.Prerequisite, r.Interrupted, r.Code, r.Detail, r.Evidence, r.Hint, r.Fix,
		r.Transient, r.Refused, r.Explains, r.Needs, r.Because, millis(r.Started), millis(r.Waited), millis(r.Took), r.Attempts,
	})
}

// UnmarshalJSON reads what MarshalJSON wrote. Fields that it does not know are left
// out: a newer version may have written them.
func (r *Result) UnmarshalJSON(text []byte) error {
	var j resultJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	started, err1 := duration(j.StartedMS)
	waited, err2 := duration(j.WaitedMS)
	took, err3 := duration(j.TookMS)
	*r = Result{
		ID: j.ID, Target: j.Target, Vantage: j.Vantage, Rung: j.Rung, Title: j.Title, Needs: j.Needs, Advisory: j.Advisory, Prerequisite: j.Prerequisite,
		Finding: Finding{
			State: j.State, Code: j.Code, Detail: j.Detail, Evidence: j.Evidence, Hint: j.Hint, Fix: j.Fix,
			Transient: j.Transient, Refused: j.Refused, Explains: j.Explains,
		},
		Failed: j.Failed, Because: j.Because, Interrupted: j.Interrupted,
		Started: started, Waited: waited, Took: took, Attempts: j.Attempts,
	}
	return errors.Join(err1, err2, err3)
}

// verdictJSON is a verdict with what is computed from it.
type verdictJSON struct {
	Status  int      `json:"status"`
	TookMS  float64  `json:"took_ms"`
	Counts  Counts   `json:"counts"`
	Roots   []string `json:"root_causes"`
	Known   []Result `json:"known_causes,omitempty"`
	Results []Result `json:"results"`
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
	return plainJSON(verdictJSON{v.Status(), millis(v.Took), v.Counts(), roots, v.Known, results})
}

// UnmarshalJSON reads what MarshalJSON wrote. Status, counts and root causes are
// not taken over, they follow from the results. Results that need each other, or
// are skipped because of each other, in a circle are an error.
func (v *Verdict) UnmarshalJSON(text []byte) error {
	var j verdictJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	took, err := duration(j.TookMS)
	if err != nil {
		return err
	}
	*v = Verdict{Results: j.Results, Took: took, Known: j.Known}
	return acyclic(j.Results)
}

// acyclic makes sure that following needs and causes comes to an end.
func acyclic(results []Result) error {
	at := make(map[string]int, len(results))
	for i, r := range results {
		at[r.ID] = i
	}
	checks := make([]Check, len(results))
	for i, r := range results {
		checks[i].ID = r.ID
		for _, need := range append([]string{r.Because}, r.Needs...) {
			if _, ok := at[need]; ok && need != "" {
				checks[i].Needs = append(checks[i].Needs, need)
			}
		}
	}
	return cycle(checks, at)
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

// duration reads milliseconds. No run takes longer than a year.
func duration(ms float64) (time.Duration, error) {
	const most = 365 * 24 * time.Hour
	if !(ms >= 0 && ms <= float64(most.Milliseconds())) {
		return 0, fmt.Errorf("%v is no duration in milliseconds", ms)
	}
	return time.Duration(math.Round(ms*1e3)) * time.Microsecond, nil
}
