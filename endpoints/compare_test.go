package endpoints_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

const apiServer = "10.96.0.1:443"

// inPod has an API server beside the services of the zone.
func inPod(zone names, d dialer) endpoints.Env {
	return endpoints.Env{
		Resolver: zone, Dialer: d, Namespace: "train", InPod: true,
		Task: map[string]string{"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"},
	}
}

// answering dials by address; what is not listed gets no answer.
func answering(errs map[string]error) dialer {
	return func(ctx context.Context, address string) error {
		if err, known := errs[address]; known {
			return err
		}
		return never(ctx, address)
	}
}

func TestAFailureIsComparedWithTheAPIServer(t *testing.T) {
	const svc = "seaweedfs.kubeflow.svc.cluster.local"
	zone := names{svc: {"10.96.4.2"}}
	refused := errno(syscall.ECONNREFUSED)
	sidecar := "a sidecar that has not started yet refuses all connections: Istio: annotate the pod proxy.istio.io/config: '{\"holdApplicationUntilProxyStarts\": true}', or --wait 2m; Linkerd: annotate the pod config.linkerd.io/proxy-await: enabled, or --wait 2m"
	drops := "packets are dropped: kubectl -n kubeflow get networkpolicy; that of Kubeflow Pipelines admits namespaces with a label: kubectl label ns train app.kubernetes.io/part-of=kubeflow-profile"
	for name, c := range map[string]struct {
		dial     dialer
		want     finding
		evidence string
	}{
		"the target's side": {answering(map[string]error{apiServer: nil}), finding{
			Code: "FLTS-T02", Detail: "no answer to a connection attempt at " + svc + ":9000", Hint: drops,
		}, "the API server of the cluster, 10.96.0.1:443, takes connections"},
		"all egress": {answering(nil), finding{
			Code: "FLTS-T02", Detail: "no answer to a connection attempt at " + svc + ":9000, and none from the API server of the cluster",
			Hint: "nothing leaves this pod: a NetworkPolicy denies egress, or the network of the node is not ready: kubectl -n train get networkpolicy",
		}, "the API server of the cluster, 10.96.0.1:443, does not answer"},
		"nobody behind the Service": {answering(map[string]error{"10.96.4.2:9000": refused, apiServer: nil}), finding{
			Code: "FLTS-T01", Detail: "connection refused at " + svc + ":9000",
			Hint: "kubectl -n kubeflow get endpointslices -l kubernetes.io/service-name=seaweedfs",
		}, "the API server of the cluster, 10.96.0.1:443, takes connections"},
		"a sidecar in the way": {answering(map[string]error{"10.96.4.2:9000": refused, apiServer: refused}), finding{
			Code: "FLTS-T05", Detail: "connection refused at " + svc + ":9000, and at the API server of the cluster: everything is refused", Hint: sidecar,
		}, "the API server of the cluster, 10.96.0.1:443, refuses connections"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.want.ID, c.want.Transient = "minio.dial", true
				env := inPod(zone, c.dial)
				asBoto3(env.Task, svc+":9000")
				r := root(t, minio(svc+":9000").Checks(env))
				require.Equal(t, c.want, found(r))
				require.Equal(t, c.evidence, r.Evidence[len(r.Evidence)-1])
				require.LessOrEqual(t, r.Took, 4*time.Second)
			})
		})
	}
}

// A port that is waited for is dialled ten times a second, the API server not.
func TestTheAPIServerIsAskedRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dials := map[string]int{}
		env := inPod(names{"minio": {"10.96.4.2"}}, func(_ context.Context, address string) error {
			dials[address]++
			return errno(syscall.ECONNREFUSED)
		})
		checklist.Runner{Wait: 4 * time.Second}.Run(t.Context(), minio("minio:9000").Checks(env))
		require.Greater(t, dials["10.96.4.2:9000"], 30)
		require.Equal(t, 1, dials[apiServer])
	})
}

func TestAddressesOfAnotherFamily(t *testing.T) {
	const svc = "minio.mlops.svc.cluster.local"
	interfaces := func(cidrs ...string) func() ([]net.Addr, error) {
		return func() ([]net.Addr, error) {
			var all []net.Addr
			for _, c := range append(cidrs, "127.0.0.1/8", "::1/128", "fe80::1/64") {
				ip, network, err := net.ParseCIDR(c)
				if err != nil {
					return nil, err
				}
				all = append(all, &net.IPNet{IP: ip, Mask: network.Mask})
			}
			return all, nil
		}
	}
	patch := `kubectl -n mlops patch svc minio -p '{"spec":{"ipFamilyPolicy":"PreferDualStack"}}'`
	route := "ip route; if only IPv6 fails, use a name with an A record"
	for name, c := range map[string]struct {
		host, addr string
		interfaces func() ([]net.Addr, error)
		errno      syscall.Errno
		want       finding
	}{
		"IPv6 in an IPv4 pod":  {svc, "fd00::1", interfaces("10.1.0.5/24"), syscall.ENETUNREACH, finding{Code: "FLTS-D09", Detail: svc + " has only IPv6 addresses, this container only IPv4", Hint: patch}},
		"no such address":      {svc, "::1", interfaces("10.1.0.5/24"), syscall.EADDRNOTAVAIL, finding{Code: "FLTS-D09", Detail: svc + " has only IPv6 addresses, this container only IPv4", Hint: patch}},
		"IPv4 in an IPv6 pod":  {"s3.example.org", "10.0.0.1", interfaces("fd00::5/64"), syscall.ENETUNREACH, finding{Code: "FLTS-D09", Detail: "s3.example.org has only IPv4 addresses, this container only IPv6", Hint: "use a name or address of IPv6"}},
		"a family it has":      {svc, "10.0.0.1", interfaces("10.1.0.5/24"), syscall.EHOSTUNREACH, finding{Code: "FLTS-T04", Detail: "no route to " + svc + ":9000", Hint: route}},
		"no interfaces at all": {svc, "fd00::1", interfaces(), syscall.ENETUNREACH, finding{Code: "FLTS-T04", Detail: "no route to " + svc + ":9000", Hint: route}},
		"unknown":              {svc, "fd00::1", func() ([]net.Addr, error) { return nil, errors.New("no netlink") }, syscall.ENETUNREACH, finding{Code: "FLTS-T04", Detail: "no route to " + svc + ":9000", Hint: route}},
	} {
		t.Run(name, func(t *testing.T) {
			env := endpoints.Env{Resolver: names{c.host: {c.addr}}, Dialer: dialer(func(context.Context, string) error { return errno(c.errno) }), Interfaces: c.interfaces}
			c.want.ID = "minio.dial"
			require.Equal(t, c.want, found(root(t, minio(c.host+":9000").Checks(env))))
		})
	}
}

func TestADeadAddressThatPythonTriesFirst(t *testing.T) {
	const svc = "db.mlops.svc.cluster.local"
	target := endpoints.TCP{Name: "db", Address: open("DB", svc+":5432")}
	run := func(t *testing.T, addrs []string, env endpoints.Env, dial map[string]error) checklist.Result {
		env.Resolver, env.Dialer = names{svc: addrs}, answering(dial)
		return checklist.Runner{}.Run(t.Context(), target.Checks(env)).Results[1]
	}
	thorough := endpoints.Env{Thorough: true}
	works := map[string]error{"10.0.0.3:5432": nil}
	synctest.Test(t, func(t *testing.T) {
		r := run(t, []string{"10.0.0.1", "10.0.0.3"}, thorough, works)
		seenCodes.Saw(r.Code)
		require.Equal(t, checklist.Finding{
			State: checklist.Warn, Code: "FLTS-T09",
			Detail:   "Python would try 10.0.0.1 first and wait: it does not answer within 1s, another address does",
			Evidence: []string{`DB = "` + svc + `:5432" (env)`, "10.0.0.1:5432: no answer"},
			Hint:     "kubectl -n mlops get endpointslices -l kubernetes.io/service-name=db, and end the pod or node that is gone",
		}, r.Finding)
		require.Equal(t, time.Second, r.Took)
	})
	for name, c := range map[string]struct {
		addrs []string
		env   endpoints.Env
		dial  map[string]error
		took  time.Duration
	}{
		"behind a good one":          {[]string{"10.0.0.3", "10.0.0.1"}, thorough, works, time.Second},
		"before a task":              {[]string{"10.0.0.1", "10.0.0.3"}, endpoints.Env{}, works, 250 * time.Millisecond},
		"refusing costs Python time": {[]string{"10.0.0.1", "10.0.0.3"}, thorough, map[string]error{"10.0.0.3:5432": nil, "10.0.0.1:5432": errno(syscall.ECONNREFUSED)}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := run(t, c.addrs, c.env, c.dial)
			require.Equal(t, checklist.Pass, r.State, name)
			require.Equal(t, c.took, r.Took, name)
			require.True(t, strings.HasPrefix(r.Evidence[0], "10.0.0.1:5432: "), name)
		})
	}
}
