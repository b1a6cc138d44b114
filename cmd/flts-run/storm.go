package main

import "time"

// storm is how often a task was started lately.
type storm struct {
	starts int // in a row, each soon after the one before
	last   time.Time
}

// calm is how long a task must have run for the next restart to come at once.
const calm = time.Minute

// started notes a start.
func (s *storm) started(now time.Time) {
	if now.Sub(s.last) > calm {
		s.starts = 0
	}
	s.starts, s.last = s.starts+1, now
}

// wait is how long a restart must wait: not at all for the first, then a second since
// the start, two, four, up to calm.
func (s *storm) wait(now time.Time) time.Duration {
	if s.starts < 2 {
		return 0
	}
	pause := min(time.Second<<min(s.starts-2, 10), calm)
	return max(0, pause-now.Sub(s.last))
}
