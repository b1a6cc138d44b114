package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

func (d *Doctor) serviceReady(ctx context.Context, s *resolve.Service) checklist.Finding {
	a, svc, f := d.located(ctx, s)
	if f != nil {
		return *f
	}
	if svc.Spec.Type == corev1.ServiceTypeExternalName {
		return d.aliasReady(ctx, a, svc)
	}
	return d.podsReady(ctx, a, svc)
}

// aliasReady looks at what an ExternalName stands for, one step far.
func (d *Doctor) aliasReady(ctx context.Context, a address, alias *corev1.Service) checklist.Finding {
	to := address{key: a.key, host: strings.TrimSuffix(strings.ToLower(alias.Spec.ExternalName), "."), port: a.port}
	to.place(alias.Namespace)
	if to.name == "" || to.unsure || !strings.Contains(to.host, ".") { // an alias is a whole name: there is no search list
		return skip(fmt.Sprintf("Service %s is an alias of %s, outside of this cluster: flts-run check looks at it", alias.Name, to.host))
	}
	svc, err := d.view.Service(ctx, to.namespace, to.name)
	switch {
	case absent(err):
		return hinted(fail(codeDangling, fmt.Sprintf("Service %s is an alias of %s, and there is no Service %s in %s", alias.Name, to.host, to.name, to.namespace)),
			d.kubectl(alias.Namespace)+" edit service "+alias.Name+"   (spec.externalName)")
	case err != nil:
		return d.couldNotLook(err)
	case svc.Spec.Type == corev1.ServiceTypeExternalName:
		return hinted(unknown("", fmt.Sprintf("Service %s is an alias of %s, which is an alias again: not followed", alias.Name, to.host)), d.kubectl(svc.Namespace)+" get service "+svc.Name+" -o wide")
	case portOf(svc, a.port) == nil && len(svc.Spec.Ports) > 0:
		return hinted(fail(codeNoPort, "an alias of "+to.host+": "+d.noPort(svc, a.port)), d.kubectl(svc.Namespace)+" get service "+svc.Name+" -o wide")
	}
	return d.podsReady(ctx, to, svc)
}

// backends are the addresses behind one port of a Service.
type backends struct {
	ready, waiting []string // pods, or addresses where there are none
	portless       []string // ready, and without the port
}

// backendsOf counts the endpoints of a Service. A pod with addresses of both families is in two slices and counts once.
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

func (d *Doctor) podsReady(ctx context.Context, a address, svc *corev1.Service) checklist.Finding {
	known, err := d.view.EndpointSlices(ctx, svc.Namespace)
	if err != nil {
		return d.couldNotLook(err)
	}
	port := portOf(svc, a.port)
	b := backendsOf(svc, port, a.pod, known)
	switch {
	case len(b.ready) > 0:
		return pass(fmt.Sprintf("%d of %d ready", len(b.ready), len(b.ready)+len(b.waiting)))
	case len(b.portless) > 0:
		return d.portless(ctx, svc, port, b)
	case len(svc.Spec.Selector) == 0 && len(b.waiting) == 0:
		return hinted(fail(codeNotReady, fmt.Sprintf("Service %s has no selector, and nobody gave it endpoints", svc.Name)), d.showEndpoints(svc))
	}
	return d.notReady(ctx, a, svc, b)
}

func (d *Doctor) showEndpoints(svc *corev1.Service) string {
	return d.kubectl(svc.Namespace) + " get endpointslices -l " + discoveryv1.LabelServiceName + "=" + svc.Name
}

// notReady says why no pod behind a Service is ready: there is none, or each has its
// reason.
func (d *Doctor) notReady(ctx context.Context, a address, svc *corev1.Service, b backends) checklist.Finding {
	all, err := d.view.Pods(ctx, svc.Namespace)
	if err != nil {
		return hinted(fail(codeNotReady, fmt.Sprintf("Service %s has no ready endpoint", svc.Name), "why is not known: "+err.Error()), d.showEndpoints(svc))
	}
	pods := podsOf(svc, all)
	if len(pods) == 0 && len(b.waiting) == 0 {
		return d.noPods(ctx, svc, all)
	}
	var reasons []string
	for _, p := range pods {
		if a.pod == "" || p.Spec.Hostname == a.pod {
			reasons = append(reasons, p.Name+": "+whyNotReady(p))
		}
	}
	slices.Sort(reasons)
	slices.SortFunc(pods, func(a, b corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	text := fmt.Sprintf("none of %d pods behind Service %s is ready", len(pods), svc.Name)
	switch {
	case a.pod != "" && len(reasons) == 0:
		return hinted(fail(codeNotReady, fmt.Sprintf("no pod of Service %s has the host name %s", svc.Name, a.pod)), d.showEndpoints(svc))
	case a.pod != "":
		text = fmt.Sprintf("pod %s of Service %s is not ready", a.pod, svc.Name)
	case len(pods) == 0:
		return hinted(fail(codeNotReady, fmt.Sprintf("no endpoint of Service %s is ready", svc.Name), firstTen(b.waiting)...), d.showEndpoints(svc))
	case len(pods) == 1:
		text = fmt.Sprintf("the pod behind Service %s is not ready: %s", svc.Name, whyNotReady(pods[0]))
	}
	return hinted(fail(codeNotReady, text, firstTen(reasons)...), d.kubectl(svc.Namespace)+" describe pod "+hint.ShellWord(pods[0].Name))
}

// podsOf are the pods that a Service selects.
func podsOf(svc *corev1.Service, all []corev1.Pod) []corev1.Pod {
	var pods []corev1.Pod
	for _, p := range all {
		over := p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
		if len(svc.Spec.Selector) > 0 && unmatched(svc.Spec.Selector, p.Labels) == 0 && !over {
			pods = append(pods, p)
		}
	}
	return pods
}

// unmatched counts the labels of a selector that are not there.
func unmatched(selector, labels map[string]string) int {
	n := 0
	for key, value := range selector {
		if given, ok := labels[key]; !ok || given != value {
			n++
		}
	}
	return n
}

// whyNotReady is the reason, in the words of Kubernetes and without what programs
// wrote themselves.
func whyNotReady(p corev1.Pod) string {
	if p.DeletionTimestamp != nil {
		return "it is being deleted"
	}
	for _, c := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "" && c.State.Waiting.Reason != "PodInitializing":
			return fmt.Sprintf("container %s waits: %s%s", c.Name, c.State.Waiting.Reason, restarts(c))
		case c.State.Terminated != nil && c.State.Terminated.ExitCode != 0:
			return fmt.Sprintf("container %s ended with status %d", c.Name, c.State.Terminated.ExitCode)
		}
	}
	for _, c := range p.Status.Conditions {
		switch {
		case c.Status == corev1.ConditionTrue:
		case c.Type == corev1.PodScheduled:
			return "no node takes it" + inBrackets(c.Reason)
		case c.Type == corev1.PodReady:
			return "it is " + string(p.Status.Phase) + inBrackets(c.Reason) + restarts(p.Status.ContainerStatuses...)
		}
	}
	if p.Spec.NodeName == "" {
		return "no node has taken it yet"
	}
	return "it is " + string(p.Status.Phase)
}

func inBrackets(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

func restarts(of ...corev1.ContainerStatus) string {
	n := int32(0)
	for _, c := range of {
		n += c.RestartCount
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d restarts", n)
}

// firstTen are the first lines of many.
func firstTen(lines []string) []string {
	const most = 10
	if len(lines) <= most {
		return lines
	}
	return append(slices.Clone(lines[:most]), fmt.Sprintf("and %d more", len(lines)-most))
}

// portless is a Service that sends to a port by a name that no container has.
func (d *Doctor) portless(ctx context.Context, svc *corev1.Service, port *corev1.ServicePort, b backends) checklist.Finding {
	f := fail(codePortName, fmt.Sprintf("port %s of Service %s goes to the port named %s, and no container of its %d ready pods has one of that name",
		portName(*port), svc.Name, port.TargetPort.String(), len(b.portless)), firstTen(b.portless)...)
	f = hinted(f, d.kubectl(svc.Namespace)+" get pod "+hint.ShellWord(b.portless[0])+" -o jsonpath='{.spec.containers[*].ports}'")
	all, err := d.view.Pods(ctx, svc.Namespace)
	if err != nil {
		f.Evidence = append(f.Evidence, err.Error())
		return f
	}
	var open []corev1.ContainerPort
	for _, p := range podsOf(svc, all) {
		for _, c := range p.Spec.Containers {
			for _, o := range c.Ports {
				if !slices.ContainsFunc(open, func(k corev1.ContainerPort) bool { return k.ContainerPort == o.ContainerPort }) {
					open = append(open, o)
				}
			}
		}
	}
	if len(open) != 1 || isHeadless(svc) {
		return f
	}
	f.Hint = ""
	at := slices.IndexFunc(svc.Spec.Ports, func(p corev1.ServicePort) bool { return p.Name == port.Name })
	// The test in front keeps the patch from a Service that has changed meanwhile.
	text := fmt.Sprintf(`[{"op":"test","path":"/spec/ports/%d/port","value":%d},{"op":"replace","path":"/spec/ports/%[1]d/targetPort","value":%[3]d}]`, at, port.Port, open[0].ContainerPort)
	return mended(f, checklist.Command{Line: d.kubectl(svc.Namespace) + " patch service " + svc.Name + " --type=json -p " + hint.ShellWord(text)})
}
