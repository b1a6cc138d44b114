package launch

import "time"

const (
	// gatherFor is how long output is left in the pipe when it comes often.
	gatherFor = 30 * time.Millisecond
	// often is how many reads a second are often. A line that comes alone is passed
	// on at once.
	often = 25
	// pieceSize is how much is read at once.
	pieceSize = 32 << 10
	// plenty is how many bytes a second are not gathered: the pipe holds 64 KiB, and
	// when it is full the task waits for us.
	plenty = 3 << 19
	// paceWindow is how long reads are counted.
	paceWindow = 60 * time.Millisecond
)

// pace keeps a task that writes line by line from waking us for each of them: to be
// woken costs far more than what is then done.
type pace struct {
	since, last  time.Time
	reads, bytes int
	gather       bool
}

// read notes a read of n bytes and says how long to wait before the next.
func (p *pace) read(n int, now time.Time) time.Duration {
	if now.Sub(p.last) > paceWindow { // a rest
		*p = pace{since: now}
	}
	p.last = now
	p.reads++
	p.bytes += n
	if spent := now.Sub(p.since); spent >= paceWindow {
		seconds := spent.Seconds()
		p.gather = float64(p.reads) >= often*seconds && float64(p.bytes) < plenty*seconds
		*p = pace{since: now, last: now, gather: p.gather}
	}
	if p.gather && n < pieceSize { // or else there is more already
		return gatherFor
	}
	return 0
}
