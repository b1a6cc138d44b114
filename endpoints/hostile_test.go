package endpoints_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

// The zone of an IPv6 address may be any text, and a shell reads it when the hint
// is pasted.
func TestNoHintTakesACommandFromARedirect(t *testing.T) {
	for _, location := range []string{"http://[fe80::1%25$(reboot)]/", "http://[fe80::1%25a;reboot]:80/"} {
		s := serve(t, map[string]route{"*": {status: 301, header: map[string]string{"Location": location}}})
		r := root(t, gateway(s.URL).Checks(endpoints.Env{}))
		require.Equal(t, "FLTS-H10", r.Code)
		require.NotContains(t, r.Detail+r.Hint, "reboot")
	}
}

// What is longer than what we read of it is judged by what we read.
func TestALongAnswerIsNoBrokenOne(t *testing.T) {
	long := `{"text": "` + strings.Repeat("x", 100<<10) + `"}`
	for body, want := range map[string]says{
		long:                 {"gateway.http", checklist.Pass, "", "GET / answers 200"},
		"[" + long[:70<<10]:  {"gateway.http", checklist.Pass, "", "GET / answers 200"},
		"[}" + long[:70<<10]: {"gateway.http", checklist.Fail, "FLTS-H20", "GET / answers, and not with JSON"},
	} {
		for _, close := range []bool{true, false} { // with a length, and up to the end of the connection
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if close {
					w.Header().Set("Transfer-Encoding", "identity")
				}
				_, _ = w.Write([]byte(body))
			}))
			target := gateway(s.URL)
			target.JSON = true
			said, _ := judge(t, target.Checks(endpoints.Env{}))
			require.Equal(t, want, said[2])
			s.Close()
		}
	}
}

// Nobody's header may fill our memory.
func TestAHeaderWithoutAnEnd(t *testing.T) {
	t.Parallel()
	sent := make(chan int, 1)
	endless := listen(t, func(c net.Conn) {
		if _, err := c.Read(make([]byte, 4096)); err != nil {
			return // the connection of the dial rung
		}
		_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n"))
		line := []byte("X-Filling: " + strings.Repeat("x", 32<<10) + "\r\n")
		for total := 0; ; total += len(line) {
			if _, err := c.Write(line); err != nil {
				sent <- total
				return
			}
		}
	})
	env := through("http://" + endless)
	env.Limits.Request, env.Limits.Dial = 2*time.Second, 2*time.Second
	r := root(t, gateway("https://gw.example").Checks(env)[:3])
	require.Equal(t, "FLTS-P05", r.Code)
	require.Less(t, <-sent, 16<<20, "what fits into the buffers of the connection")
}
