package doctor_test

import (
	"errors"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/crowd"
	"github.com/flts-run/flts-run/internal/kubetest"
	"github.com/flts-run/flts-run/resolve"
)

// What the examination of a namespace of a busy team may take.
var (
	busy       = crowd.Size{Pods: 2000, ConfigMaps: 500, Secrets: 500}
	mostLists  = 40
	mostTime   = 5 * time.Second
	mostMemory = uint64(150 << 20)
)

// requests are what was asked of the API.
type requests struct {
	mu  sync.Mutex
	all []*http.Request
}

// count has each request noted.
func (r *requests) count(config *rest.Config) {
	config.Wrap(func(rt http.RoundTripper) http.RoundTripper { return counter{rt, r} })
}

type counter struct {
	http.RoundTripper
	noted *requests
}

func (c counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.noted.mu.Lock()
	c.noted.all = append(c.noted.all, r)
	c.noted.mu.Unlock()
	return c.RoundTripper.RoundTrip(r)
}

// WrappedRoundTripper lets the API find its connections.
func (c counter) WrappedRoundTripper() http.RoundTripper { return c.RoundTripper }

// busyNamespace is one with so many objects, and what looks at all of it: every check,
// and every list of the namespace that a check might want.
func busyNamespace(t testing.TB, seen *requests) (ns kubetest.Namespace, examine func() (checklist.Verdict, *cluster.API)) {
	t.Helper()
	ns = kubetest.New(t)
	ns.Apply(inhabited)
	require.NoError(t, crowd.Fill(t.Context(), kubetest.Config(t, ns.Admin()), ns.Name, busy))
	contract, err := resolve.Builtin()
	require.NoError(t, err)
	o := doctor.Options{Contract: contract, Namespace: ns.Name, ConfigMap: "flts-config", Secret: "flts-secrets"}
	everything(t)(&o)
	return ns, func() (checklist.Verdict, *cluster.API) {
		config := kubetest.Config(t, ns.Admin())
		seen.count(config)
		api, err := cluster.Open(config)
		require.NoError(t, err)
		defer api.Close()
		view := cluster.NewView(api)
		begin := time.Now()
		verdict := checklist.Runner{}.Run(t.Context(), doctor.New(view, o).Checks())
		readAll(t, view, ns.Name)
		verdict.Took = time.Since(begin)
		return verdict, api
	}
}

// readAll reads every list of a namespace that a View has.
func readAll(t testing.TB, v *cluster.View, namespace string) {
	t.Helper()
	pods, err := v.Pods(t.Context(), namespace)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(pods), busy.Pods)
	configMaps, err := v.ConfigMaps(t.Context(), namespace)
	require.NoError(t, err)
	require.Greater(t, len(configMaps), busy.ConfigMaps)
	secrets, err := v.Secrets(t.Context(), namespace)
	require.NoError(t, err)
	require.Greater(t, len(secrets), busy.Secrets)
	require.NoError(t, errors.Join(
		second(v.Services(t.Context(), namespace)), second(v.EndpointSlices(t.Context(), namespace)),
		second(v.NetworkPolicies(t.Context(), namespace)), second(v.ServiceAccounts(t.Context(), namespace)),
		second(v.Events(t.Context(), namespace)), second(v.Deployments(t.Context(), namespace)),
		second(v.StatefulSets(t.Context(), namespace)), second(v.CronJobs(t.Context(), namespace)),
		second(v.Jobs(t.Context(), namespace)), second(v.Namespaces(t.Context())),
	))
}

func second(_ any, err error) error { return err }

// A busy namespace is seen with few requests. Nothing is watched; Secrets are listed in
// no other namespace, and with their names alone.
func TestABusyNamespaceIsSeenWithFewRequests(t *testing.T) {
	var seen requests
	ns, examine := busyNamespace(t, &seen)
	verdict, api := examine()
	for _, r := range verdict.Results {
		if r.ID == "security.encryption" || r.ID == "security.auditlog" {
			require.Empty(t, r.Code, "no API server runs in a pod here, which is no refusal")
			continue
		}
		require.NotEqual(t, checklist.Unknown, r.State, "%s: %s", r.ID, r.Detail)
	}
	t.Logf("%d requests, %d of them for lists, in %s", len(seen.all), api.Lists(), verdict.Took.Round(time.Millisecond))
	require.LessOrEqual(t, len(seen.all), 100, "what is read by name is bounded")

	lists := 0
	for _, r := range seen.all {
		where := ns.Out(r.URL.String())
		require.False(t, r.URL.Query().Has("watch"), where)
		require.Contains(t, []string{http.MethodGet, http.MethodPost}, r.Method, where)
		if r.Method == http.MethodPost {
			require.Regexp(t, `/(self|local)?subject(access|rules)?reviews$`, r.URL.Path, "nothing is made but questions")
		}
		if r.URL.Query().Has("limit") {
			lists++
		}
		if strings.HasSuffix(r.URL.Path, "/secrets") {
			require.Equal(t, "/api/v1/namespaces/NS/secrets", ns.Out(r.URL.Path))
			require.Regexp(t, "PartialObjectMetadataList|as=Table", r.Header.Get("Accept"), "no values are asked for: %s", where)
		}
	}
	require.EqualValues(t, lists, api.Lists(), "every list is counted")
	require.Greater(t, lists, 12, "the lists were read")
	require.LessOrEqual(t, lists, mostLists)
}

// The bar: that namespace is examined in time and with little memory.
func BenchmarkBusyNamespace(b *testing.B) {
	_, examine := busyNamespace(b, &requests{})
	examine() // what is made once
	var slowest time.Duration
	var most uint64
	for b.Loop() {
		runtime.GC()
		peak := peakOf(func() {
			verdict, _ := examine()
			slowest = max(slowest, verdict.Took)
		})
		most = max(most, peak)
	}
	b.ReportMetric(slowest.Seconds(), "s-slowest")
	b.ReportMetric(float64(most)/(1<<20), "MiB-most")
	if slowest > mostTime || most > mostMemory {
		b.Errorf("a bar was missed: %s of %s, %d MiB of %d", slowest, mostTime, most>>20, mostMemory>>20)
	}
}

// peakOf is the most memory that the whole process had of the system while f ran, less
// what it had given back.
func peakOf(f func()) (most uint64) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64()-sample[1].Value.Uint64())
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	f()
	close(done)
	<-ended
	return most
}
