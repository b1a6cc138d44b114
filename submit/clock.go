package submit

import "time"

// reportLag is how late a platform may report what has happened.
const reportLag = time.Minute

// clock tells the server's time, of which only the times in its answers are known.
// The local clock is believed until one of them contradicts it: by lying in the
// future, or by being long past although it has only just appeared.
type clock struct {
	ahead  time.Duration // how far the server's clock is, of the local one
	newest time.Time     // of all times that were seen
	asked  time.Time     // when the last answer was asked for
}

// saw takes in an answer that was asked for and given at these local times.
func (c *clock) saw(asked, answered time.Time, r Run) {
	newest := newestTime(r)
	first := c.asked.IsZero()
	appeared := newest.After(c.newest)
	switch {
	case newest.IsZero():
	case newest.After(c.now(answered)),
		!first && appeared && newest.Add(reportLag).Before(c.now(c.asked)):
		c.ahead = newest.Sub(answered)
	}
	if appeared {
		c.newest = newest
	}
	c.asked = asked
}

func (c *clock) now(local time.Time) time.Time { return local.Add(c.ahead) }

func newestTime(r Run) time.Time {
	newest := later(r.Created, later(r.Started, r.Finished))
	for _, t := range r.Tasks {
		newest = later(newest, later(t.Started, t.Finished))
	}
	return newest
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
