package doctor

import (
	"context"
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
)

func (p *posture) ingress(ctx context.Context) checklist.Finding {
	return p.limited(ctx, codeOpenIngress, networkingv1.PolicyTypeIngress, "can be reached from anywhere", "policies say who may reach the tasks")
}

func (p *posture) egress(ctx context.Context) checklist.Finding {
	return p.limited(ctx, codeOpenEgress, networkingv1.PolicyTypeEgress, "may send anything anywhere", "policies say what the tasks may reach")
}

// limited looks whether policies of one direction apply to the readers. Whether the
// network of the cluster enforces any, the API does not say.
func (p *posture) limited(ctx context.Context, code string, direction networkingv1.PolicyType, wrong, right string) checklist.Finding {
	policies, err := p.view.NetworkPolicies(ctx, p.Namespace)
	if err != nil {
		return p.couldNotLook(err)
	}
	f := p.eachReader(ctx, code, wrong, right, func(w *cluster.Workload) []string {
		applies := false
		for _, policy := range policies {
			if !selects(&policy.Spec.PodSelector, w.Meta.Labels) || !slices.Contains(policy.Spec.PolicyTypes, direction) {
				continue
			}
			applies = true
			if admitsAll(policy.Spec, direction) {
				return []string{fmt.Sprintf("NetworkPolicy %s admits everything", policy.Name)}
			}
		}
		if !applies {
			return []string{fmt.Sprintf("no NetworkPolicy of type %s selects it", direction)}
		}
		return nil
	})
	return hintedIfFailed(f, p.kubectl(p.Namespace)+" describe networkpolicies")
}

func selects(s *metav1.LabelSelector, of map[string]string) bool {
	selector, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && selector.Matches(labels.Set(of))
}

func admitsAll(s networkingv1.NetworkPolicySpec, direction networkingv1.PolicyType) bool {
	if direction == networkingv1.PolicyTypeIngress {
		return slices.ContainsFunc(s.Ingress, func(r networkingv1.NetworkPolicyIngressRule) bool { return len(r.From)+len(r.Ports) == 0 })
	}
	return slices.ContainsFunc(s.Egress, func(r networkingv1.NetworkPolicyEgressRule) bool { return len(r.To)+len(r.Ports) == 0 })
}

// meshRoot is where Istio keeps what holds for the whole mesh, unless it is told
// otherwise.
const meshRoot = "istio-system"

// mesh looks for the proxies of a mesh, and with Istio for the rule that nothing
// unencrypted is accepted. Linkerd has no such rule: it encrypts what it can.
func (p *posture) mesh(ctx context.Context) checklist.Finding {
	namespace, err := p.view.Namespace(ctx, p.Namespace)
	if err != nil {
		return p.couldNotLook(err)
	}
	kind := ""
	f := p.eachReader(ctx, codeNoMesh, "is in no service mesh", "every reader is in a service mesh", func(w *cluster.Workload) []string {
		in := meshOf(w, namespace.Labels, namespace.Annotations)
		if in == "" {
			return []string{"no proxy of a mesh, and none is injected"}
		}
		kind = in
		return nil
	})
	f = hintedIfFailed(f, p.kubectl("")+" get namespace "+p.Namespace+" --show-labels")
	if f.State != checklist.Pass || kind != "Istio" {
		return f
	}
	return p.strict(ctx, f)
}

// strict is the finding about a namespace in Istio's mesh.
func (p *posture) strict(ctx context.Context, inMesh checklist.Finding) checklist.Finding {
	for _, namespace := range []string{p.Namespace, meshRoot} {
		found, err := p.view.PeerAuthentications(ctx, namespace)
		if err != nil && !cluster.Is(err, cluster.NotFound) && !cluster.Is(err, cluster.NoSuchKind) {
			return p.couldNotLook(err)
		}
		for _, a := range found {
			if a.Selects != nil {
				continue // it is about some pods alone
			}
			switch a.Mode {
			case "STRICT":
				return pass(inMesh.Detail + fmt.Sprintf(", and PeerAuthentication %s is STRICT", a.Name))
			case "PERMISSIVE", "DISABLE":
				return hinted(fail(codeNoMesh, fmt.Sprintf("PeerAuthentication %s in %s is %s: what is not encrypted is accepted", a.Name, namespace, a.Mode)),
					p.kubectl(namespace)+" get peerauthentications")
			}
		}
	}
	return hinted(fail(codeNoMesh, "no PeerAuthentication says STRICT: what is not encrypted is accepted"), p.kubectl("")+" get peerauthentications -A")
}

// meshOf names the mesh that a workload is in, "" for none.
func meshOf(w *cluster.Workload, namespaceLabels, namespaceAnnotations map[string]string) string {
	for c := range cluster.Containers(&w.Specs[0]) {
		switch c.Name {
		case "istio-proxy":
			return "Istio"
		case "linkerd-proxy":
			return "Linkerd"
		}
	}
	said := func(name string) string {
		if text := w.Meta.Labels[name]; text != "" {
			return text
		}
		return w.Meta.Annotations[name]
	}
	switch said("sidecar.istio.io/inject") {
	case "true":
		return "Istio"
	case "":
		if namespaceLabels["istio-injection"] == "enabled" || namespaceLabels["istio.io/rev"] != "" || namespaceLabels["istio.io/dataplane-mode"] == "ambient" {
			return "Istio"
		}
	}
	switch said("linkerd.io/inject") {
	case "enabled":
		return "Linkerd"
	case "":
		if namespaceAnnotations["linkerd.io/inject"] == "enabled" {
			return "Linkerd"
		}
	}
	return ""
}
