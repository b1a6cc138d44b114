package cluster

import (
	"net/http"
	"time"

	"k8s.io/client-go/rest"
)

// Clock is what the clock of the API server said in its latest answer; false where it
// has not answered, or does not say.
func (a *API) Clock() (time.Time, bool) {
	t := a.clock.Load()
	if t == nil {
		return time.Time{}, false
	}
	return *t, true
}

// readClock has each answer noted.
func (a *API) readClock(config *rest.Config) {
	config.Wrap(func(rt http.RoundTripper) http.RoundTripper { return clockReader{rt, a} })
}

type clockReader struct {
	http.RoundTripper
	api *API
}

func (c clockReader) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if t, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.api.clock.Store(&t)
	}
	return resp, nil
}

// WrappedRoundTripper lets Close find the connections.
func (c clockReader) WrappedRoundTripper() http.RoundTripper { return c.RoundTripper }
