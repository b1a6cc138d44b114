package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

// script is a server that gives one answer after the other, and the last for ever.
type script struct {
	steps []func(*http.Request) (*http.Response, error)
	at    []time.Duration // of each request
	began time.Time
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	step := s.steps[min(len(s.at), len(s.steps)-1)]
	s.at = append(s.at, time.Since(s.began))
	if resp, err := step(req); err != nil || resp != nil {
		return resp, err
	}
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func (s *script) CloseIdleConnections() {}

func gives(status int, retryAfter string) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {retryAfter}}, Body: io.NopCloser(strings.NewReader("")), Request: req}, nil
	}
}

func fails(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func silent(*http.Request) (*http.Response, error) { return nil, nil }

func TestRetries(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	type step = func(*http.Request) (*http.Response, error)
	for name, c := range map[string]struct {
		steps   []step
		method  string
		mark    func(context.Context) context.Context
		within  time.Duration // of the context, 0 for no end
		waits   []time.Duration
		exact   bool // else each wait is between half of that and that
		notices []string
		status  int
		failure string
	}{
		"nothing wrong": {[]step{gives(200, "")}, "GET", nil, 0, nil, true, nil, 200, ""},
		"seconds": {
			[]step{gives(503, "5"), gives(429, "0"), gives(200, "")},
			"GET", nil, 0,
			[]time.Duration{5 * time.Second, 0},
			true,
			[]string{"kf.example answers 503 and asks for 5 s: waiting 5 s, then try 2 of 4", "kf.example answers 429 and asks for 0 s: waiting 0 s, then try 3 of 4"},
			200, "",
		},
		"a date": {
			[]step{gives(503, "Sat, 01 Jan 2000 00:00:07 GMT"), gives(200, "")},
			"GET", nil, 0,
			[]time.Duration{7 * time.Second},
			true,
			[]string{"kf.example answers 503 and asks for 7 s: waiting 7 s, then try 2 of 4"},
			200, "",
		},
		"much too long": {
			[]step{gives(503, "3600"), gives(200, "")},
			"GET", nil, 0,
			[]time.Duration{30 * time.Second},
			true,
			[]string{"kf.example answers 503 and asks for 3600 s: waiting 30 s, then try 2 of 4"},
			200, "",
		},
		"longer than there is": {[]step{gives(503, "20"), gives(200, "")}, "GET", nil, 10 * time.Second, nil, true, nil, 0, "something answers at kf.example, and has no Kubeflow Pipelines behind it (503)"},
		"for ever":             {[]step{fails(refused)}, "GET", nil, 0, []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second}, false, []string{"no answer from kf.example", "no answer from kf.example", "no answer from kf.example"}, 0, "nothing listens at kf.example (connection refused), 4 tries"},
		"no longer":            {[]step{fails(io.ErrUnexpectedEOF), gives(502, "soon"), gives(504, "-1"), gives(201, "")}, "HEAD", nil, 0, []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second}, false, []string{"no answer from kf.example", "kf.example answers 502", "kf.example answers 504"}, 201, ""},
		"silence":              {[]step{silent, gives(200, "")}, "GET", nil, 0, []time.Duration{30*time.Second + 250*time.Millisecond}, false, []string{"no answer from kf.example"}, 200, ""},
		"a POST":               {[]step{gives(503, "1"), gives(200, "")}, "POST", nil, 0, nil, true, nil, 0, "the gateway in front of Kubeflow Pipelines lost the answer (503): it may have been done"},
		"a POST to nobody":     {[]step{fails(refused)}, "POST", nil, 0, nil, true, nil, 0, "nothing listens at kf.example (connection refused)"},
		"a safe POST":          {[]step{gives(503, "1"), gives(200, "")}, "POST", Safe, 0, []time.Duration{time.Second}, true, []string{"kf.example answers 503 and asks for 1 s"}, 200, ""},
		"a DELETE":             {[]step{gives(429, "7")}, "DELETE", nil, 0, nil, true, nil, 0, "kf.example takes no more requests just now (429)"},
		"not found":            {[]step{gives(404, "1")}, "GET", nil, 0, nil, true, nil, 404, ""},
		"no such host":         {[]step{fails(&net.DNSError{IsNotFound: true})}, "GET", nil, 0, nil, true, nil, 0, "there is no host kf.example"},
		"a bad certificate":    {[]step{fails(errors.New("tls: x"))}, "GET", nil, 0, nil, true, nil, 0, "kf.example and fltsctl do not agree on TLS"},
		"ours":                 {[]step{fails(invalid("no", ""))}, "GET", nil, 0, nil, true, nil, 0, "no"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var notices []string
				server := &script{steps: c.steps, began: time.Now()}
				l := &link{target: target{what: kubeflowPipelines, base: &url.URL{Scheme: "https", Host: "kf.example"}, origin: "--host"}, wire: server, limit: 30 * time.Second, notice: func(n string) { notices = append(notices, n) }}
				ctx := t.Context()
				if c.within > 0 {
					var cancel func()
					ctx, cancel = context.WithTimeout(ctx, c.within)
					defer cancel()
				}
				if c.mark != nil {
					ctx = c.mark(ctx)
				}
				req, err := http.NewRequestWithContext(ctx, c.method, "https://kf.example/x", io.MultiReader(strings.NewReader("{}")))
				require.NoError(t, err)
				resp, err := l.client(nil).Do(req)
				if c.failure != "" {
					require.EqualError(t, Reason(err), c.failure)
				} else {
					require.NoError(t, err)
					require.Equal(t, c.status, resp.StatusCode)
					require.NoError(t, resp.Body.Close())
				}
				require.Len(t, server.at, len(c.waits)+1)
				for i, wait := range c.waits {
					took := server.at[i+1] - server.at[i]
					if c.exact {
						require.Equal(t, wait, took)
						continue
					}
					require.LessOrEqual(t, took, wait)
					require.GreaterOrEqual(t, took, wait/2)
				}
				require.Len(t, notices, len(c.notices))
				for i, n := range c.notices {
					require.Truef(t, strings.HasPrefix(notices[i], n), "%s", notices[i])
				}
			})
		})
	}
}

// A wait ends with the context, and says why.
func TestAWaitIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		server := &script{steps: []func(*http.Request) (*http.Response, error){gives(503, "20")}, began: time.Now()}
		l := &link{target: target{what: airflow, base: &url.URL{Scheme: "https", Host: "af.example"}}, wire: server, limit: time.Second, notice: func(string) {}}
		time.AfterFunc(3*time.Second, cancel)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://af.example/x", nil)
		require.NoError(t, err)
		_, err = l.client(nil).Do(req)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 3*time.Second, time.Since(server.began))
	})
}

type counter struct{ n int }

func (c *counter) Token(context.Context, bool) (string, error) {
	c.n++
	return fmt.Sprint("t", c.n), nil
}

// The first try was refused, the second never left: nothing was done.
func TestARenewalThatDoesNotLeaveIsSettled(t *testing.T) {
	server := &script{steps: []func(*http.Request) (*http.Response, error){
		func(req *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
			return gives(401, "")(req)
		},
		fails(&net.OpError{Op: "dial", Err: syscall.ECONNRESET}),
	}}
	l := &link{target: target{what: airflow, base: &url.URL{Scheme: "https", Host: "af.example"}}, wire: server, limit: time.Minute, notice: func(string) {}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://af.example/x", nil)
	require.NoError(t, err)
	_, err = l.client([]credential{bearer("the login", &counter{})}).Do(req)
	require.Len(t, server.at, 2)
	require.EqualError(t, Reason(err), "af.example closes the connection before it has answered")
}

// Faults that no server on loopback can have.
func TestFaultsOfNamesAndRoutes(t *testing.T) {
	forward := "kubectl -n kubeflow port-forward svc/ml-pipeline 8888:8888"
	service := "http://ml-pipeline.kubeflow.svc.cluster.local:8888"
	for name, c := range map[string]struct {
		base   string
		inside bool
		err    error
		want   submit.Error
	}{
		"no such host":     {"https://kf.example", false, &net.DNSError{IsNotFound: true}, submit.Error{Code: "FLTS-D01", Message: "there is no host kf.example", Advice: "correct --host, or check the VPN: getent hosts kf.example"}},
		"of the cluster":   {service, false, &net.DNSError{IsNotFound: true}, submit.Error{Code: "FLTS-D18", Message: "ml-pipeline.kubeflow.svc.cluster.local is a name of the cluster, and this is outside of it", Advice: "leave --host out, to go the way of kubectl; or " + forward + ", then --host http://localhost:8888"}},
		"missing inside":   {service, true, &net.DNSError{IsNotFound: true}, submit.Error{Code: "FLTS-D01", Message: "there is no host ml-pipeline.kubeflow.svc.cluster.local", Advice: "correct --host, or check the VPN: getent hosts ml-pipeline.kubeflow.svc.cluster.local"}},
		"a silent server":  {"https://kf.example", false, &net.DNSError{IsTimeout: true}, submit.Error{Code: "FLTS-D06", Message: "the name server does not answer when it is asked for kf.example", Advice: "correct --host, or check the VPN: getent hosts kf.example"}},
		"a broken server":  {"https://kf.example", false, &net.DNSError{IsTemporary: true}, submit.Error{Code: "FLTS-D04", Message: "the name server cannot say where kf.example is", Advice: "correct --host, or check the VPN: getent hosts kf.example"}},
		"no route":         {"https://kf.example", false, &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, submit.Error{Code: "FLTS-T04", Message: "there is no route to kf.example", Advice: "check the VPN and the address in --host"}},
		"refused in there": {service, true, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, submit.Error{Code: "FLTS-T01", Message: "nothing listens at ml-pipeline.kubeflow.svc.cluster.local:8888 (connection refused)", Advice: "kubectl -n kubeflow get endpointslices -l kubernetes.io/service-name=ml-pipeline"}},
		"gRPC":             {"http://localhost:8887", false, errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x00\x00\x06\x04"`), submit.Error{Code: "FLTS-K16", Message: "port 8887 of localhost is the one for gRPC, the API is on 8888", Advice: "--host=http://localhost:8888"}},
		"gRPC, silent":     {"http://localhost:8887", false, io.EOF, submit.Error{Code: "FLTS-K16", Message: "port 8887 of localhost is the one for gRPC, the API is on 8888", Advice: "--host=http://localhost:8888"}},
		"unknown":          {"https://kf.example", false, errors.New("s3cret"), submit.Error{Message: "the connection to kf.example failed for an unknown reason", Advice: "curl -v https://kf.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base, err := url.Parse(c.base)
				require.NoError(t, err)
				l := &link{target: target{what: kubeflowPipelines, base: base, origin: "--host", inside: c.inside}, wire: &script{steps: []func(*http.Request) (*http.Response, error){fails(c.err)}}, limit: time.Minute, notice: func(string) {}}
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.base+"/x", nil)
				require.NoError(t, err)
				_, err = l.client(nil).Do(req)
				var got *submit.Error
				require.ErrorAs(t, err, &got)
				require.ErrorIs(t, err, c.err)
				require.Equal(t, c.want, submit.Error{Kind: got.Kind, Code: got.Code, Message: got.Message, Advice: got.Advice})
			})
		})
	}
}

func TestALongRequestIsRefused(t *testing.T) {
	server := &script{}
	l := &link{target: target{what: kubeflowPipelines, base: &url.URL{Scheme: "https", Host: "kf.example"}}, wire: server}
	endless := readerFunc(func(b []byte) (int, error) { return len(b), nil })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://kf.example/x", io.LimitReader(endless, mostBody+2))
	require.NoError(t, err)
	_, err = l.client(nil).Do(req)
	require.EqualError(t, Reason(err), fmt.Sprintf("the request is longer than %d MiB", mostBody>>20))
	require.Empty(t, server.at)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
