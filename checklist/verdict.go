package checklist

import (
	"slices"
	"time"
)

// Verdict is what came of a run.
type Verdict struct {
	Results []Result // one per check, in the order given
	Took    time.Duration

	// Known are findings made before the run, such as those about the
	// configuration. They are no results of checks: they count nowhere, and are
	// root causes where they explain a failure.
	Known []Result
}

// Counts is the number of results by state.
type Counts struct {
	Failed  int `json:"failed"`
	Warned  int `json:"warned"`
	Unknown int `json:"unknown"`
	Skipped int `json:"skipped"`
	Passed  int `json:"passed"`
}

// Counts counts the results.
func (v Verdict) Counts() Counts {
	var c Counts
	for _, r := range v.Results {
		switch r.State {
		case Pass:
			c.Passed++
		case Warn:
			c.Warned++
		case Fail:
			c.Failed++
		case Skip:
			c.Skipped++
		default:
			c.Unknown++
		}
	}
	return c
}

// Exit statuses, after sysexits.h.
const (
	statusOK           = 0
	statusUnavailable  = 69
	statusNoPermission = 77
)

// Status computes the exit status from the results alone: 0 when every
// enforced check passed or gave a mere warning, 77 when all that enforced
// checks failed of is refused credentials, else 69.
//
// An enforced check that could not look counts as not passed, and so does one
// that was skipped because of a failure or an unknown, be that one's check
// advisory: nobody saw that the thing works. A check that was skipped because
// it does not apply or because somebody wanted that, by itself or through its
// needs, decides nothing.
func (v Verdict) Status() int {
	ix := v.index()
	status := statusOK
	for _, r := range v.Results {
		if r.Advisory || r.succeeded() {
			continue
		}
		cause := ix.cause(r)
		if cause.State == Skip && !cause.Interrupted {
			continue
		}
		if !cause.Refused {
			return statusUnavailable
		}
		status = statusNoPermission
	}
	return status
}

// index finds results by ID.
type index map[string]Result

func (v Verdict) index() index {
	ix := make(index, len(v.Results))
	for _, r := range v.Results {
		ix[r.ID] = r
	}
	return ix
}

// any reports whether f holds for anything that r needs, however far away. It asks
// each once.
func (ix index) any(r Result, f func(Result) bool) bool {
	asked := map[string]bool{}
	var ask func(Result) bool
	ask = func(r Result) bool {
		for _, need := range r.Needs {
			if asked[need] {
				continue
			}
			asked[need] = true
			if a := ix[need]; f(a) || ask(a) {
				return true
			}
		}
		return false
	}
	return ask(r)
}

// cause follows a skip to the result that it is due to.
func (ix index) cause(r Result) Result {
	for r.Because != "" {
		r = ix[r.Because]
	}
	return r
}

// lastRung returns the deepest rung that succeeded among what r needs.
func (ix index) lastRung(r Result) (rung Rung, ok bool) {
	ix.any(r, func(a Result) bool {
		if a.succeeded() && a.Rung != Apart && (!ok || a.Rung > rung) {
			rung, ok = a.Rung, true
		}
		return false
	})
	return rung, ok
}

// Lenient is the verdict as if every check were advisory. What is required was
// waited for all the same: a start that forgives should not be a start that
// comes too early.
func (v Verdict) Lenient() Verdict {
	v.Results = slices.Clone(v.Results)
	for i := range v.Results {
		r := &v.Results[i]
		r.Advisory = true
		if r.State == Fail {
			r.State = Warn
		}
	}
	return v
}
