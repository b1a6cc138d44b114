package doctor

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

// backends are the addresses behind one port of a Service.
type backends struct {
	ready, waiting []string // pods, or addresses where there are none
	portless       []string // ready, and without the port
}

// backendsOf counts the endpoints of a Service, whichever port where that is nil. A pod with addresses of both families
// is in two slices and counts once.
func backendsOf(svc *corev1.Service, port *corev1.ServicePort, pod string, slicesOfAll []discoveryv1.EndpointSlice) backends {
	var b backends
	add := func(to *[]string, name string) {
		if !slices.Contains(*to, name) {
			*to = append(*to, name)
		}
	}
	for _, slice := range slicesOfAll {
		if slice.Labels[discoveryv1.LabelServiceName] != svc.Name {
			continue
		}
		for _, e := range slice.Endpoints {
			switch {
			case pod != "" && (e.Hostname == nil || *e.Hostname != pod):
			case !isReady(svc, e):
				add(&b.waiting, endpointName(e))
			case port != nil && !hasPort(slice, port.Name):
				add(&b.portless, endpointName(e))
			default:
				add(&b.ready, endpointName(e))
			}
		}
	}
	for _, names := range [][]string{b.ready, b.waiting, b.portless} {
		slices.Sort(names)
	}
	return b
}

// isReady reports whether an endpoint takes connections; one that says nothing does. A
// Service that publishes addresses that are not ready calls all of them ready: there,
// what the pod says is elsewhere.
func isReady(svc *corev1.Service, e discoveryv1.Endpoint) bool {
	said := e.Conditions.Ready
	if svc.Spec.PublishNotReadyAddresses && e.Conditions.Serving != nil {
		said = e.Conditions.Serving
	}
	return said == nil || *said
}

func endpointName(e discoveryv1.Endpoint) string {
	if e.TargetRef != nil {
		return e.TargetRef.Name
	}
	return enumerated(e.Addresses, itself)
}

func hasPort(s discoveryv1.EndpointSlice, name string) bool {
	return slices.ContainsFunc(s.Ports, func(p discoveryv1.EndpointPort) bool {
		return p.Name == nil && name == "" || p.Name != nil && *p.Name == name
	})
}
