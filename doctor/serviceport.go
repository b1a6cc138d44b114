package doctor

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

func (d *Doctor) servicePort(ctx context.Context, s *resolve.Service) checklist.Finding {
	a, svc, f := d.serviceOf(ctx, s)
	switch {
	case f != nil:
		return *f
	case svc.Spec.Type == corev1.ServiceTypeExternalName:
		return pass("an alias has the ports of what it stands for")
	case isHeadless(svc) && len(svc.Spec.Ports) == 0:
		return pass("headless, without a list of ports: those of its pods")
	}
	port := portOf(svc, a.port)
	if port == nil {
		return d.pointed(ctx, fail(codeNoPort, d.noPort(svc, a.port), a.given()), s, a, svc)
	}
	if s.Kind == "s3" && isConsole(*port) && (len(svc.Spec.Ports) > 1 || strings.Contains(port.Name, "console")) {
		f := fail(codeConsole, fmt.Sprintf("port %s of Service %s is the web console, not the API", portName(*port), svc.Name), a.given())
		return d.pointed(ctx, f, s, a, svc)
	}
	return pass(fmt.Sprintf("port %s of Service %s", portName(*port), svc.Name))
}

func isHeadless(s *corev1.Service) bool { return s.Spec.ClusterIP == corev1.ClusterIPNone }

// portOf is the port of a Service that a client reaches under a number, nil when it
// reaches none. Nothing translates the ports of a headless Service: the pods' own are
// reached.
func portOf(s *corev1.Service, number int32) *corev1.ServicePort {
	for i, p := range s.Spec.Ports {
		if isTCP(p) && reachedAs(s, p) == number {
			return &s.Spec.Ports[i]
		}
	}
	return nil
}

func reachedAs(s *corev1.Service, p corev1.ServicePort) int32 {
	if isHeadless(s) && p.TargetPort.Type == intstr.Int && p.TargetPort.IntVal != 0 {
		return p.TargetPort.IntVal
	}
	return p.Port
}

func isTCP(p corev1.ServicePort) bool { return p.Protocol == "" || p.Protocol == corev1.ProtocolTCP }

func portName(p corev1.ServicePort) string {
	text := strconv.Itoa(int(p.Port))
	if !isTCP(p) {
		text += "/" + string(p.Protocol)
	}
	if p.Name != "" {
		text += " (" + p.Name + ")"
	}
	return text
}

// noPort says which ports there are instead.
func (d *Doctor) noPort(s *corev1.Service, number int32) string {
	text := fmt.Sprintf("Service %s has no port %d, it has %s", s.Name, number, enumerated(s.Spec.Ports, portName))
	for _, p := range s.Spec.Ports {
		switch {
		case !isTCP(p):
		case isHeadless(s) && p.Port == number:
			return fmt.Sprintf("Service %s is headless, so that its port %d is not translated: the pods listen on %s", s.Name, number, p.TargetPort.String())
		case p.TargetPort.IntVal == number:
			return text + fmt.Sprintf("; %d is the port of its pods", number)
		}
	}
	return text
}

// meantPort is the port of a Service that an endpoint should have: the one that it has,
// unless that is a web console; the one behind which pods listen on that number; the
// only one; the usual one, which is that of the contract's default.
func (d *Doctor) meantPort(s *resolve.Service, svc *corev1.Service, asked int32) (int32, bool) {
	var all []corev1.ServicePort
	for _, p := range svc.Spec.Ports {
		if isTCP(p) && !(s.Kind == "s3" && isConsole(p)) {
			all = append(all, p)
		}
	}
	usual, _ := readAddress(strings.ReplaceAll(d.Contract.Key(s.Endpoint).Default, "${namespace}", "x"), false)
	for _, is := range []func(corev1.ServicePort) bool{
		func(p corev1.ServicePort) bool { return reachedAs(svc, p) == asked },
		func(p corev1.ServicePort) bool { return p.TargetPort.IntVal == asked || p.Port == asked },
		func(corev1.ServicePort) bool { return len(all) == 1 },
		func(p corev1.ServicePort) bool { return reachedAs(svc, p) == usual.port },
	} {
		if i := slices.IndexFunc(all, is); i >= 0 {
			return reachedAs(svc, all[i]), true
		}
	}
	return 0, false
}

// isConsole reports the port of MinIO's web pages, by its name, or by its usual number
// where it has none that says otherwise.
func isConsole(p corev1.ServicePort) bool {
	return strings.Contains(p.Name, "console") || p.Port == 9001 && (p.Name == "" || p.Name == "http" || p.Name == "web")
}
