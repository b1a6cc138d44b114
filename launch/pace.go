package launch

import "time"

const (
	// gatherFor is how long output is left in the pipe when it comes often. It is
	// what one line of many may come later.
	gatherFor = 50 * time.Millisecond
	// often is how many reads a second are often. A line that comes alone is passed
	// on at once.
	often = 25
	// pieceSize is how much is read at once.
	pieceSize = 64 << 10
	// paceWindow is how long reads are counted. A longer rest ends the gathering.
	paceWindow = 100 * time.Millisecond
)

// pace keeps a task that writes line by line from waking us for each of them: to be
// woken costs far more than what is then done.
type pace struct {
	holds int // bytes: what the pipe does

	since, last  time.Time
	reads, bytes int
	lines        int
	gather       bool
}

// read notes a read of n bytes with so many lines, and says how long to wait before
// the next.
func (p *pace) read(n, lines int, now time.Time) time.Duration {
	if now.Sub(p.last) > paceWindow { // a rest
		*p = pace{holds: p.holds, since: now, last: now}
		return 0
	}
	p.last = now
	p.reads++
	p.bytes += n
	p.lines += lines
	if spent := now.Sub(p.since); spent >= paceWindow {
		*p = pace{holds: p.holds, since: now, last: now, gather: p.isOften(spent) && !p.isPlenty(spent)}
	}
	if p.gather && n < pieceSize { // or else there is more already
		return gatherFor
	}
	return 0
}

// isOften reports whether there were many writes: as many as reads, but for those
// that were gathered, which are told by their lines or their size.
func (p *pace) isOften(spent time.Duration) bool {
	const block = 4 << 10
	writes := p.reads
	if p.gather {
		writes = max(p.reads, p.lines, p.bytes/block)
	}
	return float64(writes) >= often*spent.Seconds()
}

// isPlenty reports whether the pipe could get full while we wait: then the task would
// wait for us.
func (p *pace) isPlenty(spent time.Duration) bool {
	return float64(p.bytes)*gatherFor.Seconds() > 0.75*float64(p.holds)*spent.Seconds()
}
