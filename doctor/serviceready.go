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
	a, svc, f := d.serviceOf(ctx, s)
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
