package endpoints_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/fakedns"
)

const (
	control   = "kubernetes.default.svc.cluster.local."
	podSearch = "search train.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"
)

func nameServerWith(t *testing.T, o fakedns.Options) *fakedns.Server {
	t.Helper()
	s, err := fakedns.Start(o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// pod is the environment of a pod in namespace train.
func pod(t *testing.T, dns, resolvConf string) endpoints.Env {
	t.Helper()
	return endpoints.Env{
		InPod: true, Namespace: "train", NameServers: []string{dns},
		ResolvConf: writeFile(t, resolvConf), HostsFile: writeFile(t, "127.0.0.1 localhost\n"),
	}
}

func withControl(zone fakedns.Zone) fakedns.Zone {
	zone[control] = fakedns.Answer{Addrs: []string{"10.96.0.1"}}
	return zone
}

func TestWhyAServiceHasNoName(t *testing.T) {
	t.Parallel()
	here := fakedns.Answer{Addrs: []string{"10.96.4.2"}}
	const wanted = "minio-service.mlops.svc.cluster.local"
	find := "kubectl get svc -A | grep -i minio, then set MINIO_ENDPOINT=SVC.NS.svc.cluster.local:9000"
	for name, c := range map[string]struct {
		host, conf string // "" is wanted, podSearch
		zone       fakedns.Zone
		noTCP      bool
		want       finding
		evidence   string // the last line
	}{
		"absent": {zone: withControl(fakedns.Zone{}), want: finding{
			Code: "FLTS-D01", Detail: "no such host: " + wanted, Hint: find, Transient: true,
		}, evidence: "asked as well: " + control + " answered"},
		"outside of a cluster": {host: "s3.example.org", zone: withControl(fakedns.Zone{}), want: finding{
			Code: "FLTS-D01", Detail: "no such host: s3.example.org", Hint: "nslookup s3.example.org", Transient: true,
		}},
		"another namespace": {zone: withControl(fakedns.Zone{"minio-service.minio.svc.cluster.local.": here}), want: finding{
			Code: "FLTS-D02", Detail: "no such host: " + wanted + "; there is a minio-service in namespace minio", Transient: true,
			Hint: "set MINIO_ENDPOINT=minio-service.minio.svc.cluster.local:9000",
		}, evidence: "minio-service.minio.svc.cluster.local exists"},
		"a namespace that was configured": {zone: withControl(fakedns.Zone{"minio-service.storage.svc.cluster.local.": here}), want: finding{
			Code: "FLTS-D02", Detail: "no such host: " + wanted + "; there is a minio-service in namespace storage", Transient: true,
			Hint: "set MINIO_ENDPOINT=minio-service.storage.svc.cluster.local:9000",
		}, evidence: "minio-service.storage.svc.cluster.local exists"},
		"a short name of elsewhere": {host: "minio", zone: withControl(fakedns.Zone{"minio.kubeflow.svc.cluster.local.": here}), want: finding{
			Code: "FLTS-D02", Detail: "no such host: minio; there is a minio in namespace kubeflow", Transient: true,
			Hint: "set MINIO_ENDPOINT=minio.kubeflow.svc.cluster.local:9000",
		}, evidence: "minio.kubeflow.svc.cluster.local exists"},
		"a namespace that is none": {host: "minio.dev", zone: withControl(fakedns.Zone{"minio.mlops.svc.cluster.local.": here}), want: finding{
			Code: "FLTS-D02", Detail: "no such host: minio.dev; there is a minio in namespace mlops", Transient: true,
			Hint: "set MINIO_ENDPOINT=minio.mlops.svc.cluster.local:9000",
		}, evidence: "minio.mlops.svc.cluster.local exists"},
		"SeaweedFS": {zone: withControl(fakedns.Zone{"seaweedfs.kubeflow.svc.cluster.local.": here}), want: finding{
			Code: "FLTS-D03", Detail: "no such host: " + wanted + "; there is a seaweedfs in namespace kubeflow", Transient: true,
			Hint: "Kubeflow Pipelines 2.15 and later ship SeaweedFS instead of MinIO: set MINIO_ENDPOINT=seaweedfs.kubeflow.svc.cluster.local:9000",
		}, evidence: "seaweedfs.kubeflow.svc.cluster.local exists"},
		"another domain": {
			conf: strings.ReplaceAll(podSearch, "cluster.local", "k8s.example"),
			zone: fakedns.Zone{"kubernetes.default.svc.k8s.example.": here, "minio-service.mlops.svc.k8s.example.": here},
			want: finding{
				Code: "FLTS-D15", Detail: "no such host: " + wanted + "; the domain of this cluster is k8s.example",
				Hint: "set MINIO_ENDPOINT=minio-service.mlops.svc.k8s.example:9000",
			}, evidence: "minio-service.mlops.svc.k8s.example exists",
		},
		"another domain, nothing there": {
			conf: strings.ReplaceAll(podSearch, "cluster.local", "k8s.example"),
			zone: fakedns.Zone{"kubernetes.default.svc.k8s.example.": here},
			want: finding{
				Code: "FLTS-D15", Detail: "no such host: " + wanted + "; the domain of this cluster is k8s.example", Transient: true,
				Hint: "set MINIO_ENDPOINT=minio-service.mlops.svc.k8s.example:9000",
			}, evidence: "asked as well: kubernetes.default.svc.k8s.example. answered",
		},
		"resolver of the node": {conf: "search corp.example\n", zone: fakedns.Zone{}, want: finding{
			Code: "FLTS-D14", Detail: "no such host: " + wanted + "; the name server of this pod does not know the cluster",
			Hint: "set dnsPolicy: ClusterFirst in the pod spec, with hostNetwork: true dnsPolicy: ClusterFirstWithHostNet",
		}, evidence: "asked as well: " + control + " NXDOMAIN"},
		"name server of another cluster": {zone: fakedns.Zone{}, want: finding{
			Code: "FLTS-D14", Detail: "no such host: " + wanted + "; the name server of this pod does not know the cluster",
			Hint: "the search list is that of cluster.local; compare the name server: kubectl -n kube-system get svc kube-dns, and here: cat /etc/resolv.conf",
		}, evidence: "asked as well: " + control + " NXDOMAIN"},
		"a Service without the search list": {host: "minio", conf: "options ndots:5\n", zone: withControl(fakedns.Zone{"minio.train.svc.cluster.local.": here}), want: finding{
			Code: "FLTS-D01", Detail: "no such host: minio; minio.train.svc.cluster.local exists", Transient: true,
			Hint: "set MINIO_ENDPOINT=minio.train.svc.cluster.local:9000",
		}, evidence: "minio.train.svc.cluster.local exists"},
		"ExternalName that leads nowhere": {zone: withControl(fakedns.Zone{wanted + ".": {CNAME: "s3.corp.example."}}), want: finding{
			Code: "FLTS-D12", Detail: wanted + " is an alias of s3.corp.example, which has no address", Transient: true,
			Hint: "nslookup s3.corp.example; then kubectl -n mlops edit svc minio-service (externalName)",
		}},
		"headless without pods": {zone: withControl(fakedns.Zone{wanted + ".": {}}), want: finding{
			Code: "FLTS-D19", Detail: wanted + " is a name without an address", Transient: true,
			Hint: "a headless Service has addresses only while its pods are ready: kubectl -n mlops get endpointslices -l kubernetes.io/service-name=minio-service",
		}},
		"SERVFAIL for one candidate": {zone: withControl(fakedns.Zone{"minio.train.svc.cluster.local.": {RCode: dnsmessage.RCodeServerFailure}}), host: "minio", want: finding{
			Code: "FLTS-D04", Detail: "the name server failed on minio.train.svc.cluster.local (SERVFAIL)", Transient: true,
			Hint: "kubectl -n kube-system logs -l k8s-app=kube-dns --tail=50; at start-up: --wait 2m",
		}},
		"REFUSED": {zone: fakedns.Zone{"*": {RCode: dnsmessage.RCodeRefused}}, want: finding{
			Code: "FLTS-D05", Detail: "the name server refuses to answer for " + wanted + ".train.svc.cluster.local",
			Hint: "look at cat /etc/resolv.conf; in a pod set dnsPolicy: ClusterFirst",
		}},
		"too big for UDP, no TCP": {zone: fakedns.Zone{"*": {Addrs: []string{"10.0.0.1"}, Big: true}}, noTCP: true, want: finding{
			Code: "FLTS-D16", Detail: "the addresses of " + wanted + " do not fit into UDP, and the name server does not take TCP", Transient: true,
			Hint: "allow egress to port 53 over TCP as well as UDP: kubectl -n train get networkpolicy -o yaml",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.host == "" {
				c.host = wanted
			}
			if c.conf == "" {
				c.conf = podSearch
			}
			dns := nameServerWith(t, fakedns.Options{Zone: c.zone, NoTCP: c.noTCP})
			env := pod(t, dns.Addr(), c.conf)
			env.Namespaces = []string{"storage"}
			c.want.ID = "minio.resolve"
			r := root(t, minio(c.host+":9000").Checks(env))
			require.Equal(t, c.want, found(r))
			require.Contains(t, r.Evidence[1], "asked "+dns.Addr()+": "+c.host)
			if c.evidence != "" {
				require.Equal(t, c.evidence, r.Evidence[len(r.Evidence)-1])
			}
		})
	}
}

// The hint is in the form of the key.
func TestTheOtherNamespaceAsAURL(t *testing.T) {
	dns := nameServerWith(t, fakedns.Options{Zone: withControl(fakedns.Zone{"mlflow.mlops.svc.cluster.local.": {Addrs: []string{"10.96.4.3"}}})})
	require.Equal(t, "set MLFLOW_TRACKING_URI=http://mlflow.mlops.svc.cluster.local:5000/ml",
		root(t, tracking("http://mlflow.default.svc.cluster.local:5000/ml").Checks(pod(t, dns.Addr(), podSearch))).Hint)
}

// Silence is compared with a name that must resolve, and with the API server.
func TestWhoIsSilent(t *testing.T) {
	t.Parallel()
	const wanted = "minio-service.mlops.svc.cluster.local"
	forward := "the server that the cluster's DNS forwards to is silent: kubectl -n kube-system get configmap coredns -o yaml (forward)"
	api := listen(t, drain)
	for name, c := range map[string]struct {
		host, api string
		zone      fakedns.Zone
		inPod     bool
		want      finding
	}{
		"the upstream": {host: "s3.example.org", inPod: true, zone: withControl(fakedns.Zone{"s3.example.org.": {Drop: true}}), want: finding{
			Detail: "the name server does not answer for s3.example.org, it does for " + control, Hint: forward,
		}},
		"port 53": {host: wanted, inPod: true, api: api, zone: fakedns.Zone{"*": {Drop: true}}, want: finding{
			Detail: "the name server does not answer for " + wanted, Hint: "allow egress to port 53, UDP and TCP: kubectl -n train get networkpolicy",
		}},
		"everything": {host: wanted, inPod: true, api: "192.0.2.1:443", zone: fakedns.Zone{"*": {Drop: true}}, want: finding{
			Detail: "the name server does not answer for " + wanted + ", and the API server of the cluster none either",
			Hint:   "nothing leaves this pod: a NetworkPolicy denies egress, or the network of the node is not ready: kubectl -n train get networkpolicy",
		}},
		"on a laptop": {host: "s3.example.org", zone: fakedns.Zone{"*": {Drop: true}}, want: finding{
			Detail: "the name server does not answer for s3.example.org", Hint: "allow egress to port 53, UDP and TCP: kubectl -n train get networkpolicy",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dns := nameServerWith(t, fakedns.Options{Zone: c.zone})
			env := pod(t, dns.Addr(), podSearch)
			env.InPod, env.Limits.Resolve = c.inPod, 300*time.Millisecond
			if c.api != "" {
				host, p, err := net.SplitHostPort(c.api)
				require.NoError(t, err)
				env.Task = map[string]string{"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": p}
				asBoto3(env.Task, c.host+":9000")
			}
			if c.api == "192.0.2.1:443" {
				env.Dialer = dialer(never)
			}
			c.want.ID, c.want.Code, c.want.Transient = "minio.resolve", "FLTS-D06", true
			r := root(t, minio(c.host+":9000").Checks(env))
			require.Equal(t, c.want, found(r))
			require.Less(t, r.Took, 4*time.Second)
		})
	}
}

func TestNoNameServer(t *testing.T) {
	env := pod(t, closedPort(t), podSearch)
	require.Equal(t, finding{
		ID: "minio.resolve", Code: "FLTS-D07", Detail: "no name server answers for minio",
		Hint: "kubectl -n kube-system get endpointslices -l kubernetes.io/service-name=kube-dns; resolver of this container: cat /etc/resolv.conf",
	}, found(root(t, minio("minio:9000").Checks(env))))
}

// A name inside the cluster, looked up from a laptop: nobody looked, nothing is
// waited for, nothing more is asked, and it does not count as a pass.
func TestALaptopIsNotInTheCluster(t *testing.T) {
	dns := nameServerWith(t, fakedns.Options{})
	env := pod(t, dns.Addr(), "")
	env.InPod = false
	began := time.Now()
	v := checklist.Runner{Wait: time.Minute}.Run(t.Context(), tracking("http://mlflow.mlops.svc.cluster.local:5000").Checks(env))
	require.Less(t, time.Since(began), 5*time.Second)
	seenCodes.Saw(v.Results[0].Code)
	require.Equal(t, checklist.Finding{
		State: checklist.Unknown, Code: "FLTS-D18",
		Detail:   "could not look: mlflow.mlops.svc.cluster.local is a name inside a cluster, and this is not a pod",
		Evidence: []string{`MLFLOW_TRACKING_URI = "http://mlflow.mlops.svc.cluster.local:5000" (env)`},
		Hint:     "kubectl -n mlops port-forward svc/mlflow 5000, with MLFLOW_TRACKING_URI=http://127.0.0.1:5000; or look from inside: kubectl exec POD -- flts-run check",
	}, v.Results[0].Finding)
	require.Equal(t, 69, v.Status())
	require.Equal(t, 1, v.Results[0].Attempts)
	require.Len(t, dns.Queries(), 2)

	// Where the name does resolve, a laptop is as good as any place.
	dns.Set("mlflow.mlops.svc.cluster.local.", fakedns.Answer{Addrs: []string{"10.96.4.3"}})
	said, _ := judge(t, tracking("http://mlflow.mlops.svc.cluster.local:5000").Checks(env)[:1])
	require.Equal(t, []says{{"mlflow.resolve", checklist.Pass, "", "resolves to 10.96.4.3"}}, said)
}

// A name that is waited for costs a lookup each time and the search for the
// cause once in a while; when it appears, it is seen.
func TestAServiceThatIsCreatedLate(t *testing.T) {
	t.Parallel()
	dns := nameServerWith(t, fakedns.Options{Zone: withControl(fakedns.Zone{})})
	env := pod(t, dns.Addr(), podSearch)
	const name = "minio.train.svc.cluster.local."
	asked := func() map[string]int {
		times := map[string]int{}
		for _, q := range dns.Queries() {
			times[q.Name]++
		}
		return times
	}
	var appears sync.WaitGroup
	defer appears.Wait()
	appears.Go(func() {
		for asked()[name] < 10 && t.Context().Err() == nil { // three lookups, and the search for the cause
			time.Sleep(5 * time.Millisecond)
		}
		dns.Set(name, fakedns.Answer{Addrs: []string{"127.0.0.1"}})
	})
	r := checklist.Runner{Wait: 20 * time.Second}.Run(t.Context(), minio("minio:9000").Checks(env)[:1]).Results[0]
	require.Equal(t, checklist.Pass, r.State, r.Detail)
	require.Greater(t, r.Attempts, 2)
	times := asked()
	require.Equal(t, 2, times[control], "A and AAAA of the control name, once")
	require.LessOrEqual(t, times[name], 2*r.Attempts+4)
}

// Before a task, a name that resolves costs what it costs every client.
func TestAHealthyStartAsksNoMore(t *testing.T) {
	const host = "minio.mlops.svc.cluster.local"
	dns := nameServerWith(t, fakedns.Options{Zone: fakedns.Zone{host + ".": {Addrs: []string{"127.0.0.1"}}}})
	env := pod(t, dns.Addr(), podSearch)
	for name, c := range map[string]struct {
		thorough bool
		host     string
		want     int
	}{
		"before a task": {false, host, 8},           // three candidates of the search list and the name, A and AAAA
		"check":         {true, host, 10},           // and the name alone
		"final dot":     {true, host + ".", 2},      // as written
		"an address":    {true, "127.0.0.1", 0},     //
		"in hosts":      {true, "localhost", 0},     //
		"not here":      {false, "a.b.example", 16}, // and each candidate again
	} {
		before := len(dns.Queries())
		env.Thorough = c.thorough
		said, _ := judge(t, minio(c.host + ":9000").Checks(env)[:1])
		if name == "not here" {
			require.Equal(t, checklist.Fail, said[0].State)
		} else {
			require.Equal(t, checklist.Pass, said[0].State, said[0].Detail)
		}
		require.Equal(t, c.want, len(dns.Queries())-before, name)
	}
}

func TestOddNames(t *testing.T) {
	t.Parallel()
	const host = "minio.mlops.svc.cluster.local"
	right, wrong := fakedns.Answer{Addrs: []string{"10.96.4.2"}}, fakedns.Answer{Addrs: []string{"203.0.113.9"}}
	slow := func(a fakedns.Answer) fakedns.Answer {
		a.Delay = 200 * time.Millisecond
		return a
	}
	missing := fakedns.Answer{RCode: dnsmessage.RCodeNameError}
	for name, c := range map[string]struct {
		host, conf, hosts string
		zone              fakedns.Zone
		want              finding
	}{
		"slow by the search list": {host: host, conf: podSearch, zone: fakedns.Zone{host + ".": slow(right), "*": slow(missing)}, want: finding{
			Code: "FLTS-D10", Detail: "the lookup takes N ms: 3 candidates of the search list are asked first; with a final dot N ms",
			Hint: `in the pod spec dnsConfig: {options: [{name: ndots, value: "2"}]} (not with musl); no final dot: boto3 signs it and does not send it`,
		}},
		"shadowed by a wildcard": {host: host, conf: "search train.svc.cluster.local corp.example\noptions ndots:5\n", zone: fakedns.Zone{host + ".": right, "*.corp.example.": wrong}, want: finding{
			Code: "FLTS-D13", Detail: host + " is shadowed: everything under corp.example, which is searched first, resolves to 203.0.113.9",
			Hint: "take corp.example out of the search list: dnsConfig.searches in the pod spec",
		}},
		"there by a wildcard alone": {host: "minio-typo", conf: "search corp.example\n", zone: fakedns.Zone{"*.corp.example.": wrong}, want: finding{
			Code: "FLTS-D13", Detail: "minio-typo is no name of its own: everything under corp.example resolves to 203.0.113.9",
			Hint: "take corp.example out of the search list: dnsConfig.searches in the pod spec",
		}},
		"an old entry in the hosts file": {host: host, conf: podSearch, hosts: "10.1.2.3 other " + host + " # by hand\n", zone: fakedns.Zone{host + ".": right}, want: finding{
			Code: "FLTS-D17", Detail: "HOSTS has 10.1.2.3 for " + host + ", the name server says 10.96.4.2",
			Hint: "if the entry is old, remove it from hostAliases in the pod spec, or from extra_hosts of the container: grep " + host + " HOSTS",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dns := nameServerWith(t, fakedns.Options{Zone: c.zone})
			env := pod(t, dns.Addr(), c.conf)
			env.Thorough = true
			if c.hosts != "" {
				env.HostsFile = writeFile(t, c.hosts)
			}
			r := root(t, minio(c.host + ":9000").Checks(env)[:1])
			r.Detail, r.Hint = digitsOut(strings.ReplaceAll(r.Detail, env.HostsFile, "HOSTS")), strings.ReplaceAll(r.Hint, env.HostsFile, "HOSTS")
			c.want.ID = "minio.resolve"
			require.Equal(t, c.want, found(r))
			require.Equal(t, checklist.Warn, r.State)
		})
	}
}

// digitsOut makes durations equal.
func digitsOut(text string) string {
	words := strings.Fields(text)
	for i := 1; i < len(words); i++ {
		if strings.HasPrefix(words[i], "ms") {
			words[i-1] = "N"
		}
	}
	return strings.Join(words, " ")
}

func TestNamesThatAreNotOdd(t *testing.T) {
	const host = "minio.mlops.svc.cluster.local"
	right := fakedns.Answer{Addrs: []string{"10.96.4.2"}}
	for name, c := range map[string]struct {
		host, hosts string
		zone        fakedns.Zone
	}{
		"a short name":             {"minio", "", fakedns.Zone{"minio.train.svc.cluster.local.": right}},
		"an entry of one's own":    {"minio", "10.1.2.3 minio\n", fakedns.Zone{}},
		"an entry that is right":   {host, "10.96.4.2 " + host + "\n", fakedns.Zone{host + ".": right}},
		"needs TCP, and gets it":   {host, "", fakedns.Zone{host + ".": {Addrs: []string{"10.96.4.2"}, Big: true}}},
		"an alias":                 {host, "", fakedns.Zone{host + ".": {CNAME: "s3.corp.example."}, "s3.corp.example.": right}},
		"IPv6 alone":               {host, "", fakedns.Zone{host + ".": {Addrs: []string{"fd00::1"}}}},
		"a failing search domain":  {host, "", fakedns.Zone{host + ".": right, host + ".train.svc.cluster.local.": {RCode: dnsmessage.RCodeServerFailure}}},
		"a wildcard further below": {host, "", fakedns.Zone{host + ".": right, "*.example.": {Addrs: []string{"10.9.9.9"}}}},
	} {
		dns := nameServerWith(t, fakedns.Options{Zone: c.zone})
		env := pod(t, dns.Addr(), podSearch)
		env.Thorough = true
		if c.hosts != "" {
			env.HostsFile = writeFile(t, c.hosts)
		}
		said, _ := judge(t, minio(c.host + ":9000").Checks(env)[:1])
		require.Equal(t, checklist.Pass, said[0].State, "%s: %s", name, said[0].Detail)
	}
}

// The lookup runs out of time on the way through the search list.
func TestANameThatResolvesOnlyWithItsFinalDot(t *testing.T) {
	t.Parallel()
	const host = "minio.mlops.svc.cluster.local"
	dns := nameServerWith(t, fakedns.Options{Zone: fakedns.Zone{host + ".": {Addrs: []string{"10.96.4.2"}}, "*": {Drop: true}}})
	env := pod(t, dns.Addr(), podSearch)
	env.Limits.Resolve = 300 * time.Millisecond
	r := root(t, minio(host + ":9000").Checks(env)[:1])
	require.Equal(t, "FLTS-D10", r.Code)
	require.Equal(t, "the lookup takes more than 300ms, with a final dot N ms", digitsOut(strings.ReplaceAll(r.Detail, "<1 ms", "1 ms")))
	require.True(t, r.Transient)
}

// The first name server is dead. libc waits for it at each lookup and then asks
// the next.
func TestADeadNameServerBeforeAGoodOne(t *testing.T) {
	t.Parallel()
	dead := nameServerWith(t, fakedns.Options{Zone: fakedns.Zone{"*": {Drop: true}}}).Addr()
	live := nameServerWith(t, fakedns.Options{Zone: fakedns.Zone{"s3.example.": {Addrs: []string{"127.0.0.1"}}}}).Addr()
	env := pod(t, "", "options timeout:1\n")
	env.NameServers = []string{dead, live}
	env.Limits.Resolve = 300 * time.Millisecond
	said, results := judge(t, minio("s3.example:9000").Checks(env))
	require.Equal(t, says{"minio.resolve", checklist.Warn, "FLTS-D06", "the name server " + dead + " does not answer, " + live + " does: each lookup waits first"}, said[0])
	require.Equal(t, "take it out of /etc/resolv.conf (dnsConfig.nameservers in the pod spec), or bring it back", results["minio.resolve"].Hint)
	require.NotEqual(t, checklist.Skip, results["minio.dial"].State)
}

func TestASlowNameServer(t *testing.T) {
	t.Parallel()
	dns := nameServerWith(t, fakedns.Options{Zone: fakedns.Zone{"s3.example.": {Addrs: []string{"127.0.0.1"}, Delay: 1100 * time.Millisecond}}})
	env := pod(t, dns.Addr(), "")
	env.Thorough = true
	r := root(t, minio("s3.example:9000").Checks(env)[:1])
	require.Equal(t, "FLTS-D10", r.Code)
	require.Equal(t, "the lookup takes N ms", digitsOut(r.Detail))
	require.Equal(t, "the name server is slow, or one that comes first is silent: cat /etc/resolv.conf; kubectl -n kube-system top pods -l k8s-app=kube-dns", r.Hint)
}

// Queries end with the run.
func TestALookupIsCancelled(t *testing.T) {
	dns := nameServerWith(t, fakedns.Options{Zone: fakedns.Zone{"*": {Drop: true}}})
	env := pod(t, dns.Addr(), podSearch)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	v := checklist.Runner{}.Run(ctx, minio("minio:9000").Checks(env))
	require.Less(t, time.Since(began), 2*time.Second)
	require.Equal(t, checklist.Unknown, v.Results[0].State)
}

// A name server that answers nonsense is no reason to break.
func TestANameServerThatBabbles(t *testing.T) {
	t.Parallel()
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
			other := slices.Clone(buf[:n])
			other[0]++ // not the id that was sent
			for _, packet := range [][]byte{nil, {1}, buf[:n], other, buf[:n/2]} {
				_, _ = conn.WriteTo(packet, from)
			}
		}
	}()
	env := pod(t, conn.LocalAddr().String(), "")
	env.InPod, env.Limits.Resolve = false, 300*time.Millisecond
	r := root(t, minio("s3.example:9000").Checks(env))
	require.Equal(t, "FLTS-D06", r.Code, fmt.Sprint(r))
}
