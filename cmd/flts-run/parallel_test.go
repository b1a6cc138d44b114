package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// All services are asked at the same time: each answers only when all of them
// have been asked, so one after the other would never end well.
func TestServicesAreCheckedAtTheSameTime(t *testing.T) {
	const services = 3
	var mu sync.Mutex
	asked, all := 0, make(chan struct{})
	arrive := func() {
		mu.Lock()
		defer mu.Unlock()
		if asked++; asked == services {
			close(all)
		}
	}
	environ := []string{"APP_ENV=dev", "FLTS_CONTRACT=../../testdata/contracts/three.yaml"}
	for _, name := range []string{"ONE", "TWO", "THREE"} {
		var first sync.Once
		s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			first.Do(arrive)
			select {
			case <-all:
			case <-r.Context().Done():
			}
		}))
		defer s.Close()
		environ = append(environ, name+"="+s.URL)
	}
	var out bytes.Buffer
	status := run(t.Context(), process{args: []string{"check"}, environ: environ, dir: ".", stdout: &out, stderr: &out})
	require.Zero(t, status, out.String())
}
