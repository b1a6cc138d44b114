package access

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/internal/pause"
)

const (
	mostTries  = 4
	firstWait  = 250 * time.Millisecond
	mostWanted = 30 * time.Second // of what Retry-After may ask for
)

// retrier repeats requests that may be repeated, as long as what is wrong with them
// may pass, and the wait ends within the context.
type retrier struct {
	next   http.RoundTripper
	host   string
	notice func(string)
}

func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	trip := tripOf(req)
	for {
		trip.tries++
		try, err := again(req)
		if err != nil {
			return nil, err
		}
		resp, err := r.next.RoundTrip(try)
		if !repeatable(req) || trip.tries == mostTries || !passing(resp, err) {
			return resp, err
		}
		wait, why := r.pause(resp, trip.tries)
		if !fits(req.Context(), wait) {
			return resp, err
		}
		if resp != nil {
			_ = resp.Body.Close() // it goes to nobody
		}
		r.notice(fmt.Sprintf("%s: waiting %s, then try %d of %d", why, seconds(wait), trip.tries+1, mostTries))
		if err := pause.For(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// passing reports a fault that may be over in a moment.
func passing(resp *http.Response, err error) bool {
	if err == nil {
		switch resp.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound
	}
	if refusal, ok := errors.AsType[*proxyRefusal](err); ok {
		return refusal.status >= 500
	}
	for _, fault := range []error{errSilent, syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH} {
		if errors.Is(err, fault) {
			return true
		}
	}
	slow, ok := errors.AsType[net.Error](err)
	return dropped(err) || ok && slow.Timeout()
}

// pause is how long to wait before the next try: what the server asks for, or
// twice as long as the last time and a little at random, so that many clients do
// not come back together.
func (r *retrier) pause(resp *http.Response, tries int) (wait time.Duration, why string) {
	wait = firstWait << (tries - 1)
	wait = wait/2 + rand.N(wait/2)
	if resp == nil {
		return wait, "no answer from " + r.host
	}
	why = fmt.Sprintf("%s answers %d", r.host, resp.StatusCode)
	if asked, ok := retryAfter(resp.Header.Get("Retry-After"), time.Now()); ok {
		return min(asked, mostWanted), fmt.Sprintf("%s and asks for %s", why, seconds(asked))
	}
	return wait, why
}

// retryAfter reads the header: seconds, or a date. Neither goes into the past.
func retryAfter(text string, now time.Time) (time.Duration, bool) {
	const most = 366 * 24 * time.Hour
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, most), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), most), true
}

func fits(ctx context.Context, wait time.Duration) bool {
	deadline, limited := ctx.Deadline()
	return ctx.Err() == nil && (!limited || time.Until(deadline) > wait)
}

// seconds is a short wait for people: "0.3 s", "12 s".
func seconds(d time.Duration) string {
	if d < 10*time.Second && d%time.Second != 0 {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
