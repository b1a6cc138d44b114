package endpoints_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

const silent = dnsmessage.RCode(99)

// nameServer answers every question with one code, or not at all.
func nameServer(t *testing.T, code dnsmessage.RCode) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || code == silent {
				continue
			}
			// Without recursion an empty answer would be a lame referral.
			m.Response, m.RecursionAvailable, m.RCode, m.Additionals = true, true, code, nil
			if answer, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	return resolverAt(conn.LocalAddr().String())
}

func resolverAt(addr string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", addr)
	}}
}

func TestWhyANameHasNoAddress(t *testing.T) {
	t.Parallel()
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, free.Close())

	const host = "minio-service.mlops.svc.cluster.local"
	for name, c := range map[string]struct {
		resolver *net.Resolver
		want     finding
	}{
		"NXDOMAIN": {nameServer(t, dnsmessage.RCodeNameError), finding{
			Code: "FLTS-D01", Detail: "no such host: " + host, Transient: true,
			Hint: "kubectl get svc -A | grep -i minio, then set MINIO_ENDPOINT=SVC.NS.svc.cluster.local:9000",
		}},
		"NODATA": {nameServer(t, dnsmessage.RCodeSuccess), finding{
			Code: "FLTS-D01", Detail: "no such host: " + host, Transient: true,
			Hint: "kubectl get svc -A | grep -i minio, then set MINIO_ENDPOINT=SVC.NS.svc.cluster.local:9000",
		}},
		"SERVFAIL": {nameServer(t, dnsmessage.RCodeServerFailure), finding{
			Code: "FLTS-D04", Detail: "the name server failed on " + host + " (SERVFAIL)", Transient: true,
			Hint: "kubectl -n kube-system logs -l k8s-app=kube-dns --tail=50; at start-up: --wait 2m",
		}},
		"REFUSED": {nameServer(t, dnsmessage.RCodeRefused), finding{
			Code: "FLTS-D05", Detail: "the name server refuses to answer for " + host,
			Hint: "look at cat /etc/resolv.conf; in a pod set dnsPolicy: ClusterFirst",
		}},
		"silence": {nameServer(t, silent), finding{
			Code: "FLTS-D06", Detail: "the name server does not answer for " + host, Transient: true,
			Hint: "allow egress to port 53, UDP and TCP: kubectl -n train get networkpolicy",
		}},
		"closed port": {resolverAt(free.LocalAddr().String()), finding{
			Code: "FLTS-D07", Detail: "no name server answers for " + host,
			Hint: "kubectl -n kube-system get endpointslices -l kubernetes.io/service-name=kube-dns; resolver of this container: cat /etc/resolv.conf",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			env := endpoints.Env{Resolver: c.resolver, Namespace: "train", InPod: true}
			if c.want.Code == "FLTS-D06" {
				env.Limits.Resolve = 300 * time.Millisecond
			}
			c.want.ID = "minio.resolve"
			r := root(t, minio(host+":9000").Checks(env))
			require.Equal(t, c.want, found(r))
			require.Equal(t, `MINIO_ENDPOINT = "minio-service.mlops.svc.cluster.local:9000" (env)`, r.Evidence[0])
		})
	}
}

func TestHintsForNamesOutsideACluster(t *testing.T) {
	require.Equal(t, "nslookup s3.example.org", root(t, minio("s3.example.org:9000").Checks(endpoints.Env{Resolver: names{}})).Hint)
	require.Equal(t, "kubectl get svc -A | grep -i mlflow, then set MLFLOW_TRACKING_URI=http://SVC.NS.svc.cluster.local:5000/ml",
		root(t, tracking("http://mlflow-server:5000/ml").Checks(endpoints.Env{Resolver: names{}, Namespace: "x"})).Hint)
}

func TestManyAddressesAreNotAllShown(t *testing.T) {
	many := names{"s3.example.org": strings.Fields("10.0.0.1 10.0.0.2 10.0.0.3 ::ffff:10.0.0.4 10.0.0.5 10.0.0.6")}
	env := endpoints.Env{Resolver: many, Dialer: dialer(func(context.Context, string) error { return context.Canceled })}
	said, _ := judge(t, minio("s3.example.org:9000").Checks(env))
	require.Equal(t, says{"minio.resolve", checklist.Pass, "", "resolves to 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 2 more"}, said[0])
}
