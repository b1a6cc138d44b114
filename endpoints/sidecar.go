package endpoints

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// Sidecar is the proxy that a service mesh puts beside the task. It carries all
// connections of the pod, so that nothing works until it is ready.
//
// A container sees little of its sidecar: the injector's variables and files are
// in the sidecar's own container. What they share is the network, so the signs
// are listening ports. A sidecar that does not listen yet gives no sign; then
// every connection is refused, the API server's as well, and that is how
// dialling finds it.
type Sidecar struct {
	Listeners string // path; "" is /proc/net/tcp
	Meshes    []Mesh // nil: Istio and Linkerd
}

// Mesh is a kind of sidecar.
type Mesh struct {
	Name  string
	Ports []int  // on which only its sidecar listens
	Port  int    // which tells whether it is ready
	Path  string // GET answers 200 when it is
	First string // what makes it start before the task
}

const (
	istioFirst   = `annotate the pod proxy.istio.io/config: '{"holdApplicationUntilProxyStarts": true}', or --wait 2m`
	linkerdFirst = `annotate the pod config.linkerd.io/proxy-await: enabled, or --wait 2m`
	startFirst   = "Istio: " + istioFirst + "; Linkerd: " + linkerdFirst
)

var knownMeshes = [...]Mesh{
	{Name: "Istio", Ports: []int{15001, 15006, 15020, 15021}, Port: 15021, Path: "/healthz/ready", First: istioFirst},
	{Name: "Linkerd", Ports: []int{4140, 4143, 4191}, Port: 4191, Path: "/ready", First: linkerdFirst},
}

// Checks returns one check, sidecar.ready, when there are signs of a sidecar and
// this is a pod. The caller puts its ID into Env.Needs of the other targets.
func (s Sidecar) Checks(env Env) []checklist.Check {
	if !env.InPod {
		return nil
	}
	env = env.withDefaults()
	if s.Meshes == nil {
		s.Meshes = knownMeshes[:]
	}
	if s.Listeners == "" {
		s.Listeners = "/proc/net/tcp"
	}
	listening := readListeners(s.Listeners)
	for _, mesh := range s.Meshes {
		if i := slices.IndexFunc(mesh.Ports, func(p int) bool { return slices.Contains(listening, p) }); i >= 0 {
			c := sidecar{Mesh: mesh, env: env, sign: fmt.Sprintf("the port %d of %s is open in this pod", mesh.Ports[i], mesh.Name)}
			return []checklist.Check{{
				ID: "sidecar.ready", Target: "sidecar", Rung: checklist.Dial, Title: "the sidecar of " + mesh.Name + " is ready",
				Timeout: env.Limits.Request, Run: c.ready,
			}}
		}
	}
	return nil
}

type sidecar struct {
	Mesh
	env  Env
	sign string
	late bool // it was not ready at first
}

func (s *sidecar) ready(ctx context.Context) checklist.Finding {
	status, err := s.ask(ctx)
	switch {
	case err == nil && status == http.StatusOK && s.late:
		f := pass("the sidecar of %s is ready, later than the task", s.Name)
		f.Evidence = []string{s.sign, "to make it start first: " + s.First}
		return f
	case err == nil && status == http.StatusOK:
		return pass("the sidecar of %s is ready", s.Name)
	case err == nil && status < 500:
		return checklist.Finding{State: checklist.Warn, Code: codeSidecar, Detail: fmt.Sprintf("the sidecar of %s does not say whether it is ready (%d)", s.Name, status), Evidence: []string{s.sign}, Hint: s.byHand()}
	}
	s.late = true
	f := checklist.Finding{State: checklist.Fail, Code: codeSidecar, Evidence: []string{s.sign}, Hint: s.First, Transient: true}
	f.Detail = fmt.Sprintf("the sidecar of %s is not ready", s.Name)
	if err == nil {
		f.Detail += fmt.Sprintf(" (%d)", status)
	}
	return f
}

func (s *sidecar) byHand() string {
	return fmt.Sprintf("look at its answer: curl -v http://127.0.0.1:%d%s", s.Port, s.Path)
}

// ask makes one request on a connection of its own.
func (s *sidecar) ask(ctx context.Context) (status int, err error) {
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port))
	conn, err := s.env.Dialer.DialContext(ctx, "tcp", at)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	defer deadlineOf(ctx, conn)()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+s.Path, nil)
	if err != nil {
		return 0, err
	}
	req.Close = true
	if err := req.Write(conn); err != nil {
		return 0, err
	}
	resp, err := readResponse(&io.LimitedReader{R: conn, N: s.env.Limits.Body}, req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// readListeners returns the ports on which somebody in this network namespace
// listens, by IPv4 and IPv6. Where the system does not say, there are none.
func readListeners(path string) []int {
	v4, _ := os.ReadFile(path)
	v6, _ := os.ReadFile(path + "6")
	return append(parseListeners(string(v4)), parseListeners(string(v6))...)
}

// parseListeners reads /proc/net/tcp: the second word of a line is the local
// address and port in hexadecimal digits, the fourth the state.
func parseListeners(text string) []int {
	const listen = "0A"
	var ports []int
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 4 || words[3] != listen {
			continue
		}
		_, port, _ := strings.Cut(words[1], ":")
		if n, err := strconv.ParseUint(port, 16, 16); err == nil {
			ports = append(ports, int(n))
		}
	}
	return ports
}
