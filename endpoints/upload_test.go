package endpoints_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

func serveFunc(t *testing.T, f http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s.URL
}

// answersSmall answers a request without a body; of one with a body it reads
// what fits into a packet, and then nothing more arrives.
func answersSmall(c net.Conn) {
	req, err := http.ReadRequest(bufio.NewReaderSize(c, 1400))
	if err != nil {
		return
	}
	if req.ContentLength == 0 {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		return
	}
	// The other side gives up and closes; until then this one is silent.
	for buf := make([]byte, 1); ; time.Sleep(time.Millisecond) {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}

func TestOnlyBigRequestsGetLost(t *testing.T) {
	t.Parallel()
	env := endpoints.Env{WriteProbe: true, Limits: endpoints.Limits{Request: 400 * time.Millisecond}}
	addr := listen(t, func(c net.Conn) {
		_ = c.(*net.TCPConn).SetReadBuffer(4096)
		_ = c.SetReadDeadline(time.Now().Add(700 * time.Millisecond))
		answersSmall(c)
	})
	r := root(t, gateway("http://"+addr).Checks(env))
	require.Equal(t, finding{
		ID: "gateway.upload", Code: "FLTS-T08", Detail: "small requests to " + addr + " are answered, one of 64 KiB is not",
		Hint: "is the MTU of the pod larger than the network's? compare: ip link show eth0, in the pod and on the node; then lower the MTU of the CNI",
	}, found(r))
	require.Equal(t, checklist.Warn, r.State)
}

func TestBigRequestsThatArrive(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"read":      func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) },
		"refused":   func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) },
		"too large": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) },
	} {
		url := serveFunc(t, handler)
		said, _ := judge(t, gateway(url).Checks(endpoints.Env{WriteProbe: true}))
		require.Equal(t, says{"gateway.upload", checklist.Pass, "", "takes a request of 64 KiB"}, said[3], name)
		require.Len(t, gateway(url).Checks(endpoints.Env{}), 3, "only when asked for")
	}
}
