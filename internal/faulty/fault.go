// Package faulty is what goes wrong between a client and a server, for the
// stand-ins of tests: connections that end before or after the server has acted,
// answers of something else, and delays.
package faulty

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Fault is what goes wrong with one call. The first that is set counts; Delay goes
// with each of them.
type Fault struct {
	Delay time.Duration // before anything happens

	DropBefore bool            // the connection ends, and the server did nothing
	DropAfter  bool            // the server acts, and the connection ends
	DropLate   time.Duration   // the connection ends, and the server acts this much later
	DropUntil  <-chan struct{} // the connection ends, and the server acts when this is closed

	Status int // is answered, and the server does nothing
	Header http.Header
	Body   string
	Type   string // Content-Type; "" is application/json
}

// LoginPage is what stands before a server says to somebody it does not know.
func LoginPage() *Fault {
	return &Fault{Status: http.StatusOK, Type: "text/html; charset=utf-8", Body: "<!doctype html><title>Log in</title><form action=/dex/auth>"}
}

// Unauthorized is a 401 of what stands before the server.
func Unauthorized() *Fault {
	return &Fault{Status: http.StatusUnauthorized, Type: "text/plain", Body: "Jwt is expired"}
}

// Busy is 429 or 503, with how long to wait: seconds, or a date.
func Busy(status int, retryAfter string) *Fault {
	return &Fault{Status: status, Header: http.Header{"Retry-After": {retryAfter}}, Type: "text/plain", Body: "upstream connect error"}
}

// InOrder gives each call its fault; nil is none, and after the last one there are
// none.
func InOrder(faults ...*Fault) func(Call) *Fault {
	return func(c Call) *Fault {
		if c.N < len(faults) {
			return faults[c.N]
		}
		return nil
	}
}

// Drops ends the connection of some calls, as many of a hundred as percent says:
// before the server acted, after it did or, unless late is zero, that long before
// it does. The seed decides which.
func Drops(seed uint64, percent int, late time.Duration) func(Call) *Fault {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, seed))
	return func(Call) *Fault {
		mu.Lock()
		defer mu.Unlock()
		if dice.IntN(100) >= percent {
			return nil
		}
		faults := []*Fault{{DropBefore: true}, {DropAfter: true}}
		if late > 0 {
			faults = append(faults, &Fault{DropLate: late})
		}
		return faults[dice.IntN(len(faults))]
	}
}
