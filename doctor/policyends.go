package doctor

import (
	"context"
	"fmt"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/flts-run/flts-run/cluster"
)

// end is one end of a connection, with the name that a person knows it by.
type end struct {
	name string
	cluster.Party
	port int32
}

func said(from []end) string {
	if len(from) == 1 {
		return from[0].name
	}
	return fmt.Sprintf("%d pods", len(from))
}

// components are the pods of the namespace that read our objects, or where there is
// none, one as Kubeflow Pipelines would make it.
func (d *Doctor) components(ctx context.Context) ([]end, error) {
	pods, err := d.ownPods(ctx)
	if err != nil {
		return nil, err
	}
	labels := d.namespaceLabels(ctx, d.Namespace)
	if len(pods) == 0 {
		task := map[string]string{kfpTask: "true"}
		return []end{{name: "a pod with the label " + labelText(task), Party: cluster.Party{Namespace: d.Namespace, NamespaceLabels: labels, Labels: task}}}, nil
	}
	var all []end
	for _, p := range pods {
		all = append(all, end{"pod " + p.Name, party(p, labels), 0})
	}
	return all, nil
}

// kfpTask is the label of the pods of Kubeflow Pipelines that run a component.
const kfpTask = "pipelines.kubeflow.org/v2_component"

func party(p corev1.Pod, namespaceLabels map[string]string) cluster.Party {
	side := cluster.Party{Namespace: p.Namespace, NamespaceLabels: namespaceLabels, Labels: p.Labels, Outside: p.Spec.HostNetwork}
	for _, ip := range p.Status.PodIPs {
		if a, err := netip.ParseAddr(ip.IP); err == nil {
			side.Addresses = append(side.Addresses, a)
		}
	}
	for _, c := range p.Spec.Containers {
		side.Ports = append(side.Ports, c.Ports...)
	}
	return side
}

// behind are the pods of a Service, or the addresses that somebody gave it.
func (d *Doctor) behind(ctx context.Context, svc *corev1.Service, port *corev1.ServicePort) ([]end, error) {
	if len(svc.Spec.Selector) == 0 {
		return d.addressesBehind(ctx, svc, port)
	}
	all, err := d.view.Pods(ctx, svc.Namespace)
	if err != nil {
		return nil, err
	}
	labels := d.namespaceLabels(ctx, svc.Namespace)
	var ends []end
	for _, p := range podsOf(svc, all) {
		side := party(p, labels)
		ends = append(ends, end{"pod " + p.Name, side, podPort(port, side.Ports)})
	}
	return ends, nil
}

// podPort is the port that is reached in a pod, 0 when it has none.
func podPort(port *corev1.ServicePort, has []corev1.ContainerPort) int32 {
	switch {
	case port == nil:
		return 0
	case port.TargetPort.Type == intstr.Int && port.TargetPort.IntVal == 0:
		return port.Port
	case port.TargetPort.Type == intstr.Int:
		return port.TargetPort.IntVal
	}
	for _, c := range has {
		if c.Name == port.TargetPort.StrVal {
			return c.ContainerPort
		}
	}
	return 0
}

func (d *Doctor) addressesBehind(ctx context.Context, svc *corev1.Service, port *corev1.ServicePort) ([]end, error) {
	known, err := d.view.EndpointSlices(ctx, svc.Namespace)
	if err != nil {
		return nil, err
	}
	var ends []end
	for _, address := range backendsOf(svc, port, "", known).ready {
		if a, err := netip.ParseAddr(address); err == nil {
			ends = append(ends, end{address, cluster.Party{Addresses: []netip.Addr{a}, Outside: true}, podPort(port, nil)})
		}
	}
	return ends, nil
}
