package endpoints_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

// dialer fails as told, per address; nil means a connection.
type dialer func(ctx context.Context, address string) error

func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if err := d(ctx, address); err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	near, far := net.Pipe()
	return near, far.Close()
}

func errno(e syscall.Errno) error { return os.NewSyscallError("connect", e) }

func never(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestWhyNobodyAnswers(t *testing.T) {
	const svc = "minio-service.mlops.svc.cluster.local"
	zone := names{svc: {"10.96.4.2"}, "minio-service": {"10.96.4.2"}, "s3.example.org": {"10.96.4.2"}}
	mesh := func(host string) string {
		return `if a mesh demands mTLS: kubectl get peerauthentication -A, and label the pod sidecar.istio.io/inject: "true"; by hand: curl -v http://` + host + ":9000"
	}
	for name, c := range map[string]struct {
		host string
		dial dialer
		want finding
	}{
		"refused": {svc, func(context.Context, string) error { return errno(syscall.ECONNREFUSED) }, finding{
			Code: "FLTS-T01", Detail: "connection refused at " + svc + ":9000", Transient: true,
			Hint: "kubectl -n mlops get endpointslices -l kubernetes.io/service-name=minio-service",
		}},
		"refused, short name": {"minio-service", func(context.Context, string) error { return errno(syscall.ECONNREFUSED) }, finding{
			Code: "FLTS-T01", Detail: "connection refused at minio-service:9000", Transient: true,
			Hint: "kubectl -n train get endpointslices -l kubernetes.io/service-name=minio-service",
		}},
		"refused, outside": {"s3.example.org", func(context.Context, string) error { return errno(syscall.ECONNREFUSED) }, finding{
			Code: "FLTS-T01", Detail: "connection refused at s3.example.org:9000", Transient: true, Hint: "curl -v http://s3.example.org:9000",
		}},
		"silence": {svc, never, finding{
			Code: "FLTS-T02", Detail: "no answer to a connection attempt at " + svc + ":9000", Transient: true,
			Hint: "packets are dropped: kubectl -n mlops get networkpolicy",
		}},
		"timeout of the kernel": {svc, func(context.Context, string) error { return errno(syscall.ETIMEDOUT) }, finding{
			Code: "FLTS-T02", Detail: "no answer to a connection attempt at " + svc + ":9000", Transient: true,
			Hint: "packets are dropped: kubectl -n mlops get networkpolicy",
		}},
		"reset": {svc, func(context.Context, string) error { return errno(syscall.ECONNRESET) }, finding{
			Code: "FLTS-T03", Detail: "connection reset by " + svc + ":9000", Transient: true, Hint: mesh(svc),
		}},
		"no route": {svc, func(context.Context, string) error { return errno(syscall.EHOSTUNREACH) }, finding{
			Code: "FLTS-T04", Detail: "no route to " + svc + ":9000", Hint: "ip route; if only IPv6 fails, use a name with an A record",
		}},
		"no network": {svc, func(context.Context, string) error { return errno(syscall.ENETUNREACH) }, finding{
			Code: "FLTS-T04", Detail: "no route to " + svc + ":9000", Hint: "ip route; if only IPv6 fails, use a name with an A record",
		}},
		"something else": {svc, func(context.Context, string) error { return errno(syscall.EMFILE) }, finding{
			Code: "FLTS-T04", Detail: "cannot connect to " + svc + ":9000", Hint: "curl -v http://" + svc + ":9000",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.want.ID = "minio.dial"
				env := endpoints.Env{Resolver: zone, Dialer: c.dial, Namespace: "train"}
				require.Equal(t, c.want, found(root(t, minio(c.host+":9000").Checks(env))))
			})
		})
	}
}

func TestNobodyListensOnLoopback(t *testing.T) {
	addr := closedPort(t)
	_, p, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	require.Equal(t, finding{
		ID: "mlflow.dial", Code: "FLTS-T01", Detail: "connection refused at " + addr, Transient: true,
		Hint: fmt.Sprintf("localhost in a pod is the pod itself: set MLFLOW_TRACKING_URI=http://SVC.NS.svc.cluster.local:%s, or look here with: ss -ltn | grep :%s", p, p),
	}, found(root(t, tracking("http://"+addr).Checks(endpoints.Env{}))))
}

func TestEveryAddressIsTried(t *testing.T) {
	zone := names{"db": {"10.0.0.1", "fd00::1", "10.0.0.3"}}
	by := func(errs map[string]error) dialer {
		return func(ctx context.Context, address string) error {
			err, known := errs[address]
			if !known {
				return never(ctx, address)
			}
			return err
		}
	}
	target := endpoints.TCP{Name: "db", Address: open("DB", "db:5432")}
	synctest.Test(t, func(t *testing.T) {
		env := endpoints.Env{Resolver: zone, Dialer: by(map[string]error{"10.0.0.3:5432": nil, "[fd00::1]:5432": errno(syscall.ENETUNREACH)})}
		v := checklist.Runner{}.Run(t.Context(), target.Checks(env))
		require.Equal(t, checklist.Pass, v.Results[1].State)
		require.Equal(t, []string{"[fd00::1]:5432: no route", "10.0.0.1:5432: no answer"}, v.Results[1].Evidence)
		require.Equal(t, 250*time.Millisecond, v.Took, "a dead address does not hold up a good one")
	})
	synctest.Test(t, func(t *testing.T) {
		env := endpoints.Env{Resolver: zone, Dialer: by(map[string]error{"10.0.0.3:5432": errno(syscall.ECONNREFUSED), "[fd00::1]:5432": errno(syscall.ENETUNREACH)})}
		r := root(t, target.Checks(env))
		require.Equal(t, "connection refused at db:5432", r.Detail, "a refusal says more than silence")
		require.Equal(t, []string{`DB = "db:5432" (env)`, "10.0.0.3:5432: connection refused", "10.0.0.1:5432: no answer", "[fd00::1]:5432: no route"}, r.Evidence)
		require.Equal(t, "nc -vz -w 3 db 5432", r.Hint)
	})
}

// A target of each kind, at names of which the resolver and then the network
// say nothing.
func TestEverythingUnreachableEndsWithinTenSeconds(t *testing.T) {
	all := func(env endpoints.Env) []checklist.Check {
		var checks []checklist.Check
		checks = append(checks, minio("minio:9000", "a", "b").Checks(env)...)
		checks = append(checks, tracking("https://mlflow:5000").Checks(env)...)
		checks = append(checks, gateway("http://gateway:8000").Checks(env)...)
		return append(checks, endpoints.TCP{Name: "db", Address: open("DB", "db:5432")}.Checks(env)...)
	}
	for name, c := range map[string]struct {
		resolver endpoints.Resolver
		causes   int
	}{
		"names":     {deaf{}, 1}, // it is one name server
		"addresses": {names{"minio": {"10.0.0.1"}, "mlflow": {"10.0.0.2", "10.0.0.3"}, "gateway": {"10.0.0.4"}, "db": {"10.0.0.5"}}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := checklist.Runner{}.Run(t.Context(), all(endpoints.Env{Resolver: c.resolver, Dialer: dialer(never)}))
				require.Len(t, v.Roots(), c.causes)
				require.Equal(t, 3*time.Second, v.Took)
			})
		})
	}
}

// deaf is a resolver that gets no answer.
type deaf struct{}

func (deaf) LookupNetIP(ctx context.Context, _, host string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, &net.DNSError{Err: "i/o timeout", Name: host, IsTimeout: true}
}

func TestConnectionsThatEndInNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		serve func(net.Conn)
		want  finding
	}{
		"hang": {func(c net.Conn) { drain(c) }, finding{Code: "FLTS-T07", Detail: "HOST takes the request and does not answer", Hint: "the server is overloaded or speaks another protocol: curl -v http://HOST"}},
		"eof":  {func(net.Conn) {}, finding{Code: "FLTS-T03", Detail: "HOST closes the connection without an answer", Transient: true, Hint: `if a mesh demands mTLS: kubectl get peerauthentication -A, and label the pod sidecar.istio.io/inject: "true"; by hand: curl -v http://HOST`}},
		"reset": {func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_ = c.(*net.TCPConn).SetLinger(0)
		}, finding{
			Code: "FLTS-T03", Detail: "HOST closes the connection without an answer", Transient: true,
			Hint: `if a mesh demands mTLS: kubectl get peerauthentication -A, and label the pod sidecar.istio.io/inject: "true"; by hand: curl -v http://HOST`,
		}},
		"ssh": {func(c net.Conn) {
			_, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2p1\r\n"))
			drain(c)
		}, finding{Code: "FLTS-H13", Detail: "HOST does not speak HTTP", Hint: "the port is another protocol's: MinIO has 9000, MLflow 5000; set GATEWAY_URL=http://127.0.0.1:PORT"}},
		"the beginning of an answer": {func(c net.Conn) {
			_, _ = c.Write([]byte("HTTP/1.1 20"))
			drain(c)
		}, finding{Code: "FLTS-T07", Detail: "HOST takes the request and does not answer", Hint: "the server is overloaded or speaks another protocol: curl -v http://HOST"}},
		"a prompt": {func(c net.Conn) {
			_, _ = c.Write([]byte("login: "))
			drain(c)
		}, finding{Code: "FLTS-H13", Detail: "HOST does not speak HTTP", Hint: "the port is another protocol's: MinIO has 9000, MLflow 5000; set GATEWAY_URL=http://127.0.0.1:PORT"}},
		"a header without end": {func(c net.Conn) {
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20)))
			drain(c)
		}, finding{Code: "FLTS-H15", Detail: "HOST answers with a longer header than Python's clients read", Hint: "look at the answer: curl -v http://HOST"}},
		"101 headers": {func(c net.Conn) {
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n" + strings.Repeat("X: x\r\n", 101) + "\r\n"))
			drain(c)
		}, finding{Code: "FLTS-H15", Detail: "HOST answers with a longer header than Python's clients read", Hint: "look at the answer: curl -v http://HOST"}},
		"reset, and deaf to TLS": {func(c net.Conn) {
			if start := make([]byte, 1); mustRead(c, start) && start[0] == 0x16 {
				drain(c)
				return
			}
			_ = c.(*net.TCPConn).SetLinger(0)
		}, finding{
			Code: "FLTS-T03", Detail: "HOST closes the connection without an answer", Transient: true,
			Hint: `if a mesh demands mTLS: kubectl get peerauthentication -A, and label the pod sidecar.istio.io/inject: "true"; by hand: curl -v http://HOST`,
		}},
		"cut body": {func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
		}, finding{Code: "FLTS-T03", Detail: "HOST closes the connection without an answer", Transient: true, Hint: `if a mesh demands mTLS: kubectl get peerauthentication -A, and label the pod sidecar.istio.io/inject: "true"; by hand: curl -v http://HOST`}},
	} {
		t.Run(name, func(t *testing.T) {
			addr := listen(t, c.serve)
			limits := endpoints.Limits{Dial: 300 * time.Millisecond}
			if c.want.Code == "FLTS-T07" {
				limits.Request = 300 * time.Millisecond
			}
			r := root(t, gateway("http://"+addr).Checks(endpoints.Env{Limits: limits}))
			r.Detail, r.Hint = strings.ReplaceAll(r.Detail, addr, "HOST"), strings.ReplaceAll(r.Hint, addr, "HOST")
			c.want.ID = "gateway.http"
			require.Equal(t, c.want, found(r))
			require.Less(t, r.Took, 5*time.Second, "one look was not bounded by its own limit")
		})
	}
}

func mustRead(c net.Conn, b []byte) bool {
	_, err := io.ReadFull(c, b)
	return err == nil
}

func TestTheLogsOfAServiceThatHangs(t *testing.T) {
	_, p, err := net.SplitHostPort(listen(t, drain))
	require.NoError(t, err)
	env := endpoints.Env{Resolver: names{"fastapi-app.mlops.svc": {"127.0.0.1"}}, Limits: endpoints.Limits{Request: 100 * time.Millisecond}}
	require.Equal(t, "the server is overloaded or speaks another protocol: kubectl -n mlops logs deploy/fastapi-app --tail=50",
		root(t, gateway("http://fastapi-app.mlops.svc:"+p).Checks(env)).Hint)
}

// drain reads until the other side goes away.
func drain(c net.Conn) {
	buf := make([]byte, 4096)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}
