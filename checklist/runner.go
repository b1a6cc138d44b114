package checklist

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Runner runs checks. The zero value runs each once and masks nothing.
type Runner struct {
	// Wait is how long after the start of the run transient findings are still
	// retried. All checks share that deadline; an attempt begun before it may
	// end after it.
	Wait time.Duration

	// WaitAdvisory retries advisory checks for the whole of Wait. Without it
	// they are retried only while an enforced check is still running: what is
	// optional does not delay a task.
	WaitAdvisory bool

	// Mask is applied to every text of every finding, before anything else
	// sees it.
	Mask func(string) string

	// Progress is called with each result as it is known, never twice at once.
	Progress func(Result)

	// Waiting is called once for each check that has been waited for longer
	// than a second, with what it found so far; never twice at once.
	Waiting func(Result)
}

// Run runs the checks and returns one result for each, in the order given. It
// returns when all have ended. When ctx ends, what had found something keeps it,
// what was at its first look becomes unknown, and what had not started becomes a
// skip. Run panics when Validate finds a mistake in the list.
func (r Runner) Run(ctx context.Context, checks []Check) Verdict {
	if err := Validate(checks); err != nil {
		panic(fmt.Errorf("checklist: %w", err))
	}
	run := r.start(checks)
	ended := make(chan int)
	for i := range checks {
		go func() {
			run.one(ctx, i)
			ended <- i
		}()
	}
	for range checks {
		i := <-ended
		if r.Progress != nil {
			r.Progress(run.results[i])
		}
	}
	return Verdict{Results: run.results, Took: time.Since(run.began)}
}

// run is the state of one Run. results[i] is written by the goroutine of check
// i alone, and read by others only after done[i] was closed.
type run struct {
	Runner
	checks   []Check
	began    time.Time
	at       map[string]int
	results  []Result
	done     []chan struct{}
	enforced atomic.Int64  // enforced checks that have not ended
	settled  chan struct{} // closed when none is left; nil when advisory checks wait for themselves
	saying   sync.Mutex    // held while Waiting is called
}

func (r Runner) start(checks []Check) *run {
	s := &run{
		Runner:  r,
		checks:  checks,
		began:   time.Now(),
		at:      make(map[string]int, len(checks)),
		results: make([]Result, len(checks)),
		done:    make([]chan struct{}, len(checks)),
	}
	for i, c := range checks {
		s.at[c.ID] = i
		s.done[i] = make(chan struct{})
		if !c.Advisory {
			s.enforced.Add(1)
		}
	}
	if s.enforced.Load() > 0 && !r.WaitAdvisory {
		s.settled = make(chan struct{})
	}
	return s
}

// one brings check i to its result.
func (s *run) one(ctx context.Context, i int) {
	c := s.checks[i]
	for _, need := range c.Needs {
		<-s.done[s.at[need]]
	}
	res := Result{
		ID: c.ID, Target: c.Target, Rung: c.Rung, Title: c.Title, Needs: c.Needs, Advisory: c.Advisory, Prerequisite: c.Prerequisite,
		Started: time.Since(s.began),
	}
	switch because, why := s.blocked(c); {
	case c.Skip != "":
		res.Finding = Finding{State: Skip, Detail: c.Skip}
	case because != "":
		res.Because, res.Finding = because, Finding{State: Skip, Detail: why}
	case overWord(ctx) != "":
		res.Interrupted, res.Finding = true, Finding{State: Skip, Detail: overWord(ctx) + " before it started"}
	default:
		s.attempts(ctx, c, &res)
	}
	if res.State == Fail {
		res.Failed = true
		if c.Advisory {
			res.State = Warn
		}
	}
	s.mask(&res)
	s.results[i] = res
	close(s.done[i])
	if !c.Advisory && s.enforced.Add(-1) == 0 && s.settled != nil {
		close(s.settled)
	}
}

// blocked returns what keeps the check from running and the reason in words: rather
// what failed than what could not look, rather that than what was itself skipped. For
// a need that was skipped because of another check it is that other check.
func (s *run) blocked(c Check) (because, why string) {
	best := 0
	for _, need := range c.Needs {
		res := s.results[s.at[need]]
		if res.succeeded() {
			continue
		}
		if res.Because != "" {
			res = s.results[s.at[res.Because]]
		}
		rank, word := 1, "was skipped"
		switch {
		case res.Failed:
			rank, word = 3, "failed"
		case res.State == Unknown:
			rank, word = 2, "could not look"
		}
		if rank > best {
			best, because, why = rank, res.ID, fmt.Sprintf("needs %s, which %s", res.ID, word)
		}
	}
	return because, why
}

// mask makes new slices instead of changing those of the check, which may return
// the same again.
func (s *run) mask(r *Result) {
	if s.Mask == nil {
		return
	}
	r.Title, r.Detail, r.Hint = s.Mask(r.Title), s.Mask(r.Detail), s.Mask(r.Hint)
	var evidence []string
	for _, line := range r.Evidence {
		evidence = append(evidence, s.Mask(line))
	}
	r.Evidence = evidence
	var fix []Command
	for _, c := range r.Fix {
		fix = append(fix, Command{s.Mask(c.Line), s.Mask(c.Input)})
	}
	r.Fix = fix
}
