package main

import (
	"fmt"
	"time"
)

// spoken is a duration for people, in its two largest units, cut and not rounded:
// "41 s", "6 m 3 s", "2 h 5 m", "3 d 4 h". A negative one, which is two clocks that
// do not agree, is none.
func spoken(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 60*60:
		return fmt.Sprintf("%d m %d s", s/60, s%60)
	case s < 24*60*60:
		return fmt.Sprintf("%d h %d m", s/3600, s/60%60)
	}
	return fmt.Sprintf("%d d %d h", s/86400, s/3600%24)
}

// ago is how long something has been past, in its largest unit.
func ago(t, now time.Time) string {
	d := max(now.Sub(t), 0)
	switch {
	case t.IsZero():
		return ""
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d m ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	}
	return fmt.Sprintf("%d d ago", d/(24*time.Hour))
}

// lasted is how long something took, or has been going on, and "" if it has not
// begun.
func lasted(started, finished, now time.Time) string {
	switch {
	case started.IsZero():
		return ""
	case finished.IsZero():
		return spoken(now.Sub(started))
	}
	return spoken(finished.Sub(started))
}
