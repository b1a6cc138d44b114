package resolve

import (
	"errors"
	"time"
)

// leastRefresh is the shortest interval: below it, a store would be asked by each task of
// a cluster more often than it answers.
const leastRefresh = time.Second

// ErrRefresh says that a text is no interval.
var ErrRefresh = errors.New("is no interval: write a number and a unit, 1s or more, like 15m")

// ParseRefresh reads how often stored secrets are fetched again. The error does not
// repeat the text.
func ParseRefresh(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < leastRefresh {
		return 0, ErrRefresh
	}
	return d, nil
}
