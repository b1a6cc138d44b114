package endpoints_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

func gateway(url string) endpoints.HTTP {
	return endpoints.HTTP{URL: open("GATEWAY_URL", url)}
}

func TestAnyAnswerBelow500IsAGateway(t *testing.T) {
	for name, c := range map[string]struct {
		path   string
		answer route
		want   says
	}{
		"200":             {"", route{status: 200}, says{State: checklist.Pass, Detail: "GET / answers 200"}},
		"below a path":    {"/v1", route{status: 200}, says{State: checklist.Pass, Detail: "GET /v1 answers 200"}},
		"login wanted":    {"", route{status: 401}, says{State: checklist.Pass, Detail: "GET / answers 401"}},
		"no root":         {"", route{status: 404}, says{State: checklist.Pass, Detail: "GET / answers 404"}},
		"to a login":      {"", route{status: 302, header: map[string]string{"Location": "https://idp.example/login"}}, says{State: checklist.Fail, Code: "FLTS-H06", Detail: "a login page answers at HOST (302)"}},
		"broken":          {"", route{status: 500}, says{State: checklist.Warn, Code: "FLTS-H15", Detail: "answers with an error of its own (500)"}},
		"nothing behind":  {"", route{status: 502}, says{State: checklist.Fail, Code: "FLTS-H08", Detail: "nothing works behind HOST (502)"}},
		"refused by mesh": {"", route{status: 403, body: "RBAC: access denied"}, says{State: checklist.Fail, Code: "FLTS-H07", Detail: "an AuthorizationPolicy of the mesh refuses us"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]route{"*": c.answer})
			said, _ := judge(t, gateway(s.URL+c.path).Checks(endpoints.Env{}))
			got := said[2]
			got.Detail = replaceHost(t, got.Detail, s.URL)
			c.want.ID = "gateway.http"
			require.Equal(t, c.want, got)
			require.Len(t, s.seen, 1)
		})
	}
}

func TestALoginInTheURLIsSentAndNotShown(t *testing.T) {
	s := serve(t, map[string]route{"*": {status: 500}})
	r := root(t, gateway("http://ann:c4n4ry@"+hostPort(t, s.URL)).Checks(endpoints.Env{}))
	require.Equal(t, "Basic YW5uOmM0bjRyeQ==", s.seen[0].Header.Get("Authorization"))
	require.Equal(t, []string{`GATEWAY_URL = "http://********@HOST" (env)`, "got 500"}, []string{replaceHost(t, r.Evidence[0], s.URL), r.Evidence[1]})
}

func TestAnAdvisoryTargetWarns(t *testing.T) {
	target := gateway("http://" + closedPort(t))
	target.Advisory = true
	v := checklist.Runner{}.Run(t.Context(), target.Checks(endpoints.Env{}))
	require.Equal(t, checklist.Counts{Warned: 1, Skipped: 1, Passed: 1}, v.Counts())
	require.Equal(t, 0, v.Status())
}

func TestTCP(t *testing.T) {
	addr := listen(t, func(net.Conn) {})
	_, p, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	target := endpoints.TCP{Name: "postgres", Address: open("POSTGRES_HOST", "db:"+p)}
	said, results := judge(t, target.Checks(endpoints.Env{Resolver: names{"db": {"127.0.0.1"}}}))
	require.Equal(t, []says{
		{"postgres.resolve", checklist.Pass, "", "resolves to 127.0.0.1"},
		{"postgres.dial", checklist.Pass, "", results["postgres.dial"].Detail},
	}, said)
	target.Address = open("POSTGRES_HOST", "db")
	require.Equal(t, finding{ID: "postgres.parse", Code: "FLTS-C06", Detail: "POSTGRES_HOST is not host:port", Hint: "set POSTGRES_HOST=HOST:PORT"}, found(root(t, target.Checks(endpoints.Env{}))))
}

func TestOnlyTheBeginningOfALongAnswerIsRead(t *testing.T) {
	for _, header := range []map[string]string{nil, {"Content-Length": "200000"}} {
		s := serve(t, map[string]route{"*": {status: 200, header: header, body: strings.Repeat("x", 200000)}})
		said, _ := judge(t, gateway(s.URL).Checks(endpoints.Env{}))
		require.Equal(t, says{"gateway.http", checklist.Pass, "", "GET / answers 200"}, said[2])
	}
}

func TestWhatIsSaidBeforeTheAnswerIsSkipped(t *testing.T) {
	addr := listen(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = c.Write([]byte("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"))
	})
	said, _ := judge(t, gateway("http://"+addr).Checks(endpoints.Env{}))
	require.Equal(t, "GET / answers 204", said[2].Detail)
}

func TestIPv6AndDefaultPorts(t *testing.T) {
	for value, host := range map[string]string{
		"http://[::1]": "[::1]", "http://[::1]:8000": "[::1]:8000", "http://gw.example:80/v1/": "gw.example", "https://gw.example:80": "gw.example:80",
	} {
		env := endpoints.Env{Resolver: names{"gw.example": {"::1"}}, Dialer: dialer(func(context.Context, string) error { return errno(syscall.EMFILE) })}
		r := root(t, gateway(value).Checks(env))
		require.Contains(t, r.Hint+" ", "://"+host, value)
	}
}
