package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

func (d *Doctor) servicePolicy(ctx context.Context, s *resolve.Service) checklist.Finding {
	a, svc, f := d.serviceOf(ctx, s)
	switch {
	case f != nil:
		return *f
	case svc.Spec.Type == corev1.ServiceTypeExternalName:
		return skip("an alias: where it leads is not looked at")
	}
	policies, err := d.policiesOf(ctx, d.Namespace, svc.Namespace)
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case len(policies) == 0:
		return pass(fmt.Sprintf("no network policies in %s", enumerated(distinct(d.Namespace, svc.Namespace), itself)))
	}
	from, err := d.components(ctx)
	if err != nil {
		return d.couldNotLook(err)
	}
	to, err := d.behind(ctx, svc, portOf(svc, a.port))
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case len(to) == 0:
		return skip("no pods are behind the Service")
	}
	if err := d.namespacesUnseen(ctx, policies, d.Namespace, svc.Namespace); err != nil {
		return d.couldNotLook(err)
	}
	return d.judgePolicies(policies, from, to, svc)
}

// judgePolicies looks at each way from a component to a pod. That a policy does not
// admit it is only ever a "may": what enforces policies is not seen.
func (d *Doctor) judgePolicies(policies []networkingv1.NetworkPolicy, from, to []end, svc *corev1.Service) checklist.Finding {
	blocking := map[string]networkingv1.NetworkPolicy{}
	blocked := map[string]bool{}
	for _, f := range from {
		for _, t := range to {
			if f.name == t.name && f.Namespace == t.Namespace {
				continue
			}
			traffic := cluster.Traffic{From: f.Party, To: t.Party, Port: t.port, Protocol: corev1.ProtocolTCP}
			for _, direction := range []networkingv1.PolicyType{networkingv1.PolicyTypeEgress, networkingv1.PolicyTypeIngress} {
				for _, p := range cluster.Blocking(policies, traffic, direction) {
					blocking[p.Namespace+"/"+p.Name+" ("+strings.ToLower(string(direction))+")"] = p
					blocked[f.name] = true
				}
			}
		}
	}
	if len(blocking) == 0 {
		return pass(fmt.Sprintf("%d seen, and none stands in the way of %s", len(policies), said(from)))
	}
	names := slices.Sorted(maps.Keys(blocking))
	text := fmt.Sprintf("network policy %s may keep %s from Service %s", enumerated(names, itself), said(from), svc.Name)
	if len(blocked) < len(from) {
		text = fmt.Sprintf("network policy %s may keep %d of %d pods from Service %s", enumerated(names, itself), len(blocked), len(from), svc.Name)
	}
	var evidence []string
	for _, n := range names {
		evidence = append(evidence, n+" "+admitted(blocking[n]))
	}
	first := blocking[names[0]]
	return hinted(warn(codeMayBlock, text, firstTen(evidence)...), d.kubectl(first.Namespace)+" describe networkpolicy "+hint.ShellWord(first.Name)+"   (it "+admitted(first)+")")
}
