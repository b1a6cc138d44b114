package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/crowd"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// open is a look at the cluster with a login.
func open(t *testing.T, config *rest.Config) *cluster.View {
	t.Helper()
	api, err := cluster.Open(config)
	require.NoError(t, err)
	t.Cleanup(api.Close)
	return cluster.NewView(api)
}

// before has a server of the test stand before the real API, as its administrator. It
// passes on what meddle does not answer itself.
func before(t *testing.T, ns kubetest.Namespace, meddle func(w http.ResponseWriter, r *http.Request) bool) *rest.Config {
	t.Helper()
	config := kubetest.Config(t, ns.Admin())
	transport, err := rest.TransportFor(config)
	require.NoError(t, err)
	target, err := url.Parse(config.Host)
	require.NoError(t, err)
	pass := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !meddle(w, r) {
			pass.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return &rest.Config{Host: s.URL}
}

func namesOf(all []metav1.PartialObjectMetadata) []string {
	var names []string
	for _, o := range all {
		names = append(names, o.Name)
	}
	return names
}

func TestListsArePaged(t *testing.T) {
	ns := kubetest.New(t)
	require.NoError(t, crowd.Fill(t.Context(), kubetest.Config(t, ns.Admin()), ns.Name, crowd.Size{ConfigMaps: 600}))
	want := []string{"kube-root-ca.crt"}
	for i := range 600 {
		want = append(want, fmt.Sprintf("map-%04d", i))
	}

	t.Run("two pages", func(t *testing.T) {
		v := open(t, kubetest.Config(t, ns.Admin()))
		all, err := v.ConfigMaps(t.Context(), ns.Name)
		require.NoError(t, err)
		require.Equal(t, want, namesOf(all))
		require.EqualValues(t, 2, v.API.Lists())
		_, err = v.ConfigMaps(t.Context(), ns.Name)
		require.NoError(t, err)
		require.EqualValues(t, 2, v.API.Lists(), "it is kept")
	})

	for name, c := range map[string]struct {
		forgets int32 // pages that the API no longer knows
		lists   int64
		names   []string
		cause   cluster.Cause
	}{
		"it forgets where it was":       {1, 4, want, 0},
		"it forgets again":              {2, 4, nil, cluster.Broken},
		"it forgets as often as it can": {1 << 20, 4, nil, cluster.Broken},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			v := open(t, before(t, ns, func(w http.ResponseWriter, r *http.Request) bool {
				at := r.URL.Query().Get("continue")
				// The first page after a beginning is answered, the next is not.
				if at == "" || asked.Add(1) > c.forgets {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusGone)
				fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}`)
				return true
			}))
			all, err := v.ConfigMaps(t.Context(), ns.Name)
			require.EqualValues(t, c.lists, v.API.Lists())
			require.Equal(t, c.names, namesOf(all))
			if c.names == nil {
				require.True(t, cluster.Is(err, c.cause), "%v", err)
				require.EqualError(t, err, "could not list configmaps in "+ns.Name)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// What was not seen is said to be so, and why, and is never an empty list.
func TestFaults(t *testing.T) {
	ns := kubetest.New(t)
	token, err := ns.WithToken("nobody-"+ns.Name, "no.such.token")
	require.NoError(t, err)
	list := func(ctx context.Context, v *cluster.View) (any, error) { return v.Pods(ctx, ns.Name) }
	closed := func(*testing.T) *rest.Config {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		require.NoError(t, l.Close())
		return &rest.Config{Host: "http://" + l.Addr().String()}
	}
	says := func(status int, contentType, text string) func(*testing.T) *rest.Config {
		return func(t *testing.T) *rest.Config {
			return before(t, ns, func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Content-Type", contentType)
				w.WriteHeader(status)
				fmt.Fprint(w, text)
				return true
			})
		}
	}
	as := func(kubeconfig string) func(*testing.T) *rest.Config {
		return func(t *testing.T) *rest.Config { return kubetest.Config(t, kubeconfig) }
	}
	for name, c := range map[string]struct {
		config func(*testing.T) *rest.Config
		ask    func(context.Context, *cluster.View) (any, error)
		cause  cluster.Cause
		says   string
	}{
		"denied":          {as(ns.Reader("nobody", "")), list, cluster.Denied, "may not list pods in NS"},
		"denied by name":  {as(ns.Reader("other", "")), func(ctx context.Context, v *cluster.View) (any, error) { return v.Secret(ctx, ns.Name, "flts-secrets") }, cluster.Denied, "may not get secrets flts-secrets in NS"},
		"denied metadata": {as(ns.Reader("third", "")), func(ctx context.Context, v *cluster.View) (any, error) { return v.Secrets(ctx, ns.Name) }, cluster.Denied, "may not list secrets in NS"},
		"unauthorized":    {as(token), list, cluster.Unauthorized, "the API server does not accept the login (401)"},
		"not found":       {as(ns.Admin()), func(ctx context.Context, v *cluster.View) (any, error) { return v.ConfigMap(ctx, ns.Name, "none") }, cluster.NotFound, "there is no configmaps none in NS"},
		"no metadata": {
			as(ns.Admin()), func(ctx context.Context, v *cluster.View) (any, error) { return v.SecretMetadata(ctx, ns.Name, "none") },
			cluster.NotFound, "there is no secrets none in NS",
		},
		"no such kind": {as(ns.Admin()), func(ctx context.Context, v *cluster.View) (any, error) {
			return v.Names(ctx, schema.GroupVersionResource{Group: "argoproj.test", Version: "v1alpha1", Resource: "workflows"}, ns.Name)
		}, cluster.NoSuchKind, "the cluster has no workflows.argoproj.test"},
		"nobody there":  {closed, list, cluster.Unreachable, "the API server does not answer"},
		"cut short":     {func(t *testing.T) *rest.Config { return before(t, ns, cutShort) }, list, cluster.Unreachable, "the API server does not answer"},
		"a web page":    {says(200, "text/html", "<html>aS3cretOfSomebody</html>"), list, cluster.Broken, "could not list pods in NS"},
		"a 403 page":    {says(403, "text/html", "<html>aS3cretOfSomebody</html>"), list, cluster.Broken, "could not list pods in NS"},
		"an error page": {says(500, "text/html", "<html>aS3cretOfSomebody</html>"), list, cluster.Broken, "could not list pods in NS"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.ask(t.Context(), open(t, c.config(t)))
			require.EqualError(t, err, ns.In(c.says))
			require.True(t, cluster.Is(err, c.cause), "%+v", err)
			if pods, ok := got.([]corev1.Pod); ok {
				require.Nil(t, pods)
			}
		})
	}
}

// cutShort ends the connection in the middle of the answer.
func cutShort(w http.ResponseWriter, _ *http.Request) bool {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"kind":"PodList"`))
	return true
}

func TestAnEndOfTheContextIsNoFault(t *testing.T) {
	ns := kubetest.New(t)
	arrived, release := make(chan struct{}, 8), make(chan struct{})
	config := before(t, ns, func(_ http.ResponseWriter, r *http.Request) bool {
		arrived <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return true
	})
	defer close(release)

	t.Run("somebody gives up", func(t *testing.T) {
		enough := errors.New("interrupted")
		ctx, stop := context.WithCancelCause(t.Context())
		go func() { <-arrived; stop(enough) }()
		_, err := open(t, config).Pods(ctx, ns.Name)
		require.Equal(t, enough, err)
	})
	t.Run("the time ends", func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer stop()
		_, err := open(t, config).Pods(ctx, ns.Name)
		require.True(t, cluster.Is(err, cluster.Unreachable), "%v", err)
	})
}

// All checks judge the same picture: each thing is asked for once, an answer and a fault
// alike.
func TestEachThingIsAskedForOnce(t *testing.T) {
	ns := kubetest.New(t)
	ns.Kubectl("create", "secret", "generic", "flts-secrets", "--from-literal=KEY=value")
	var mu sync.Mutex
	var seen []string
	v := open(t, before(t, ns, func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Method+" "+ns.Out(r.URL.Path))
		return false
	}))
	answers := make([]string, 20)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			secret, err := v.Secret(t.Context(), ns.Name, "flts-secrets")
			_, missing := v.Secret(t.Context(), ns.Name, "none")
			pods, noPods := v.Pods(t.Context(), ns.Name)
			may, unsure := v.MayI(t.Context(), "list", "", "pods", ns.Name, "")
			who, unknown := v.WhoAmI(t.Context())
			answers[i] = fmt.Sprintf("%s %v, %v, %d pods %v, %v %v, %s %v", secret.Data["KEY"], err, missing, len(pods), noPods, may, unsure, who.Username, unknown)
		})
	}
	all.Wait()
	require.Equal(t, slices.Repeat([]string{"value <nil>, there is no secrets none in " + ns.Name + ", 0 pods <nil>, true <nil>, admin <nil>"}, 20), answers)
	slices.Sort(seen)
	require.Equal(t, []string{
		"GET /api/v1/namespaces/NS/pods",
		"GET /api/v1/namespaces/NS/secrets/flts-secrets",
		"GET /api/v1/namespaces/NS/secrets/none",
		"POST /apis/authentication.k8s.io/v1/selfsubjectreviews",
		"POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
	}, seen)
}

// A look leaves nothing behind, whichever way it ends.
func TestNoGoroutineIsLeft(t *testing.T) {
	ns := kubetest.New(t)
	token, err := ns.Token(t.Context(), ns.Name, "default")
	require.NoError(t, err)
	kubeconfig, err := ns.WithToken("leak-"+ns.Name, token) // a certificate in a file is watched by client-go, for good
	require.NoError(t, err)
	look := func(ctx context.Context) {
		api, err := cluster.Open(kubetest.Config(t, kubeconfig))
		require.NoError(t, err)
		defer api.Close()
		v := cluster.NewView(api)
		_, _ = v.Version(ctx)
		_, _ = v.Pods(ctx, ns.Name)
		_, _ = v.Secrets(ctx, ns.Name)
		_, _ = v.WhoAmI(ctx)
	}
	look(t.Context()) // what is made once stays
	before := runtime.NumGoroutine()
	for i := range 30 {
		ctx, stop := context.WithTimeout(t.Context(), time.Duration(i)*time.Millisecond)
		look(ctx)
		stop()
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			require.Fail(t, "goroutines are left", "%d before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func FuzzVersionOf(f *testing.F) {
	f.Add([]byte(`{"major":"1","minor":"34","gitVersion":"v1.34.1"}`))
	f.Add([]byte(`{"major":"1","minor":"29+"}`))
	f.Add([]byte(`{"major":"1"}`))
	f.Add([]byte(`{"major":"1\u001b[2J","minor":"2"}`))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		major, minor, err := cluster.VersionOf(text)
		if err != nil {
			require.True(t, cluster.Is(err, cluster.Broken))
			require.Empty(t, major+minor)
			return
		}
		require.Regexp(t, `^[0-9][0-9+]{0,7}\.[0-9][0-9+]{0,7}$`, major+"."+minor)
	})
}
