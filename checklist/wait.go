package checklist

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// attempts looks until the finding is not transient or the budget is used up. An
// attempt that the end of the run cuts off says nothing: what the one before it
// found stands.
func (s *run) attempts(ctx context.Context, c Check, res *Result) {
	deadline := s.began.Add(s.Wait)
	first := time.Now()
	said := s.Waiting == nil
	for {
		began := time.Now()
		res.Attempts++
		if res.Attempts > 1 {
			res.Waited = began.Sub(first)
		}
		found := once(ctx, c)
		res.Took = time.Since(began)
		if word := overWord(ctx); found.State != Pass && word != "" {
			if res.Interrupted = true; res.Attempts == 1 {
				res.Finding = cutOff(found, word)
			}
			return
		}
		res.Finding = found
		pause := min(backoff(c.Rung, res.Attempts, began.Sub(first)), time.Until(deadline))
		if found.State == Pass || !found.Transient || pause <= 0 {
			return
		}
		if !said && res.Waited >= quietFor {
			said = true
			s.sayWaiting(*res)
		}
		switch s.sleep(ctx, c, pause) {
		case interrupted:
			res.Interrupted, res.Waited, res.Took = true, time.Since(first), 0
			return
		case givenUp:
			return
		}
	}
}

// What overWord says of a run that is over.
const (
	outOfTime = "out of time"
	toldSo    = "interrupted"
)

// overWord says why a run is over, "" when it is not. A connection may notice the
// deadline of a context before the context itself does.
func overWord(ctx context.Context) string {
	deadline, limited := ctx.Deadline()
	switch {
	case limited && !time.Now().Before(deadline):
		return outOfTime
	case ctx.Err() != nil:
		return toldSo
	}
	return ""
}

// cutOff is what a first look says that the end of the run cut off: it did not see
// enough to judge. What it did not get an answer to in all that time is worth saying,
// while one that was told to stop found just that.
func cutOff(found Finding, word string) Finding {
	if word == toldSo || found.Detail == "" {
		return Finding{State: Unknown, Detail: word}
	}
	found.State, found.Detail, found.Refused = Unknown, word+": "+found.Detail, false
	return found
}

func (s *run) sayWaiting(r Result) {
	s.mask(&r)
	s.saying.Lock()
	defer s.saying.Unlock()
	s.Waiting(r)
}

// once makes one attempt. A check that panics could not look; the task that
// waits behind it should not die of a mistake in a diagnosis.
func once(ctx context.Context, c Check) (f Finding) {
	defer func() {
		if p := recover(); p != nil {
			f = Finding{State: Unknown, Detail: fmt.Sprintf("the check itself broke: %v", p)}
		}
	}()
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	return c.Run(ctx)
}

type woken int

const (
	rested woken = iota
	interrupted
	givenUp
)

func (s *run) sleep(ctx context.Context, c Check, pause time.Duration) woken {
	var settled <-chan struct{}
	if c.Advisory {
		settled = s.settled
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return rested
	case <-ctx.Done():
		return interrupted
	case <-settled:
		return givenUp
	}
}

const (
	// Waiting that ends sooner is not worth a line.
	quietFor = time.Second

	firstPause = 50 * time.Millisecond
	maxPause   = time.Second

	// A server that is just starting is seen within a tenth of a second of
	// opening its port. Only dialling is that eager: it costs the other side
	// nothing, while a lookup or a request does.
	eagerPause = 90 * time.Millisecond
	eagerFor   = 5 * time.Second
)

// backoff is the pause after the n-th attempt: doubling, with up to a fifth
// taken off by chance so that pods started together do not ask together.
func backoff(rung Rung, n int, elapsed time.Duration) time.Duration {
	pause := maxPause
	if n < 6 {
		pause = min(firstPause<<(n-1), maxPause)
	}
	if rung == Dial && elapsed < eagerFor {
		pause = min(pause, eagerPause)
	}
	return pause - rand.N(pause/5)
}
