package endpoints_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
)

// meshAt is a mesh whose sidecar is the server.
func meshAt(t *testing.T, addr string) (endpoints.Mesh, string) {
	t.Helper()
	_, p, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	n, err := strconv.Atoi(p)
	require.NoError(t, err)
	return endpoints.Mesh{Name: "Istio", Ports: []int{n}, Port: n, Path: "/healthz/ready", First: "annotate the pod"}, p
}

func TestASidecarIsWaitedForFirst(t *testing.T) {
	t.Parallel()
	var ready atomic.Bool
	s := serveFunc(t, func(w http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mesh, p := meshAt(t, hostPort(t, s))
	target := serve(t, map[string]route{"*": {status: 200}})
	env := endpoints.Env{InPod: true}
	// The signs are those of the real network of this process.
	checks := endpoints.Sidecar{Meshes: []endpoints.Mesh{mesh}}.Checks(env)
	require.Len(t, checks, 1)
	env.Needs = []string{checks[0].ID}
	checks = append(checks, gateway(target.URL).Checks(env)...)

	said, results := judge(t, checks)
	require.Equal(t, says{"sidecar.ready", checklist.Fail, "FLTS-T05", "the sidecar of Istio is not ready (503)"}, said[0])
	require.Equal(t, says{"gateway.resolve", checklist.Skip, "", "needs sidecar.ready, which failed"}, said[1])
	require.True(t, results["sidecar.ready"].Transient)
	require.Equal(t, "annotate the pod", results["sidecar.ready"].Hint)
	require.Equal(t, []string{"the port " + p + " of Istio is open in this pod"}, results["sidecar.ready"].Evidence)
	require.Empty(t, target.requests())

	starts := time.AfterFunc(200*time.Millisecond, func() { ready.Store(true) })
	defer starts.Stop()
	v := checklist.Runner{Wait: 10 * time.Second}.Run(t.Context(), checks)
	require.Equal(t, "the sidecar of Istio is ready, later than the task", v.Results[0].Detail)
	require.Equal(t, checklist.Pass, v.Results[len(v.Results)-1].State)
	require.Zero(t, v.Status())
}

func TestWhatASidecarSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		want   says
	}{
		{200, says{"sidecar.ready", checklist.Pass, "", "the sidecar of Istio is ready"}},
		{404, says{"sidecar.ready", checklist.Warn, "FLTS-T05", "the sidecar of Istio does not say whether it is ready (404)"}},
		{500, says{"sidecar.ready", checklist.Fail, "FLTS-T05", "the sidecar of Istio is not ready (500)"}},
	} {
		s := serve(t, map[string]route{"GET /healthz/ready": {status: c.status}})
		mesh, _ := meshAt(t, hostPort(t, s.URL))
		said, _ := judge(t, endpoints.Sidecar{Meshes: []endpoints.Mesh{mesh}}.Checks(endpoints.Env{InPod: true}))
		require.Equal(t, []says{c.want}, said)
	}
	// One port is open, that of the readiness not yet.
	mesh, _ := meshAt(t, listen(t, drain))
	_, p, err := net.SplitHostPort(closedPort(t))
	require.NoError(t, err)
	mesh.Port, err = strconv.Atoi(p)
	require.NoError(t, err)
	said, _ := judge(t, endpoints.Sidecar{Meshes: []endpoints.Mesh{mesh}}.Checks(endpoints.Env{InPod: true}))
	require.Equal(t, []says{{"sidecar.ready", checklist.Fail, "FLTS-T05", "the sidecar of Istio is not ready"}}, said)
}

func TestWithoutSignsThereIsNoCheck(t *testing.T) {
	none := writeFile(t, procNetTCP)
	require.Empty(t, endpoints.Sidecar{Listeners: none}.Checks(endpoints.Env{InPod: true}))
	require.Empty(t, endpoints.Sidecar{Listeners: none + "-absent"}.Checks(endpoints.Env{InPod: true}))
	for port, name := range map[int]string{15001: "Istio", 15021: "Istio", 4143: "Linkerd", 4191: "Linkerd"} {
		listeners := writeFile(t, procNetTCP+fmt.Sprintf("   3: 00000000:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n", port))
		checks := endpoints.Sidecar{Listeners: listeners}.Checks(endpoints.Env{InPod: true})
		require.Len(t, checks, 1, port)
		require.Equal(t, "the sidecar of "+name+" is ready", checks[0].Title)
		require.Empty(t, endpoints.Sidecar{Listeners: listeners}.Checks(endpoints.Env{}), "outside of a pod")
	}
}

// A listener on 2024, and a connection from the port 15001 (3A99).
const procNetTCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1648 1 00000000b3e39faa 100 0 0 10 0
   1: 020200C0:3A99 507100CB:0050 01 00000000:00000000 00:00000000 00000000    42        0 1296261 3 00000000cc291399 20 4 1 21 -1
`

// The server's port opens late, as that of a sidecar does: without a sign of
// one, waiting for the port is enough.
func TestAPortThatOpensLate(t *testing.T) {
	addr := closedPort(t)
	opened := make(chan net.Listener, 1)
	opens := time.AfterFunc(300*time.Millisecond, func() {
		var l net.Listener
		l, _ = net.Listen("tcp", addr)
		opened <- l
	})
	defer opens.Stop()
	target := endpoints.TCP{Name: "db", Address: open("DB", addr)}
	v := checklist.Runner{Wait: 10 * time.Second}.Run(t.Context(), target.Checks(endpoints.Env{InPod: true}))
	l := <-opened
	require.NotNil(t, l)
	require.NoError(t, l.Close())
	require.Equal(t, checklist.Pass, v.Results[1].State)
	require.Greater(t, v.Results[1].Attempts, 1)
}

func TestASidecarThatHangsIsBounded(t *testing.T) {
	mesh, _ := meshAt(t, listen(t, drain))
	env := endpoints.Env{InPod: true, Limits: endpoints.Limits{Request: 100 * time.Millisecond}}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	v := checklist.Runner{}.Run(ctx, endpoints.Sidecar{Meshes: []endpoints.Mesh{mesh}}.Checks(env))
	require.Equal(t, "the sidecar of Istio is not ready", v.Results[0].Detail)
	require.True(t, strings.HasPrefix(v.Results[0].Code, "FLTS-T05"))
}
