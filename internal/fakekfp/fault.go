package fakekfp

import (
	"net/http"
	"time"

	"github.com/flts-run/flts-run/internal/faulty"
)

// What may go wrong with a call, and the call, are those of any server.
type (
	Fault = faulty.Fault
	Call  = faulty.Call
)

// LoginPage is what stands before a server says to somebody it does not know.
func LoginPage() *Fault { return faulty.LoginPage() }

// Unauthorized is a 401 of what stands before the server.
func Unauthorized() *Fault { return faulty.Unauthorized() }

// Busy is 429 or 503, with how long to wait: seconds, or a date.
func Busy(status int, retryAfter string) *Fault { return faulty.Busy(status, retryAfter) }

// InOrder gives each call its fault.
func InOrder(faults ...*Fault) func(Call) *Fault { return faulty.InOrder(faults...) }

// Drops ends the connection of some calls.
func Drops(seed uint64, percent int, late time.Duration) func(Call) *Fault {
	return faulty.Drops(seed, percent, late)
}

// Internal is a 500 in KFP's shape, whatever it is about.
func Internal(message string) *Fault {
	return &Fault{Status: http.StatusInternalServerError, Body: `{"code":13,"message":"` + message + `","details":[{"@type":"type.googleapis.com/google.rpc.Status","code":13,"message":"Internal Server Error"}]}`}
}
