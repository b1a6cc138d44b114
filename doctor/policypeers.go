package doctor

import (
	"context"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// policiesOf lists those of some namespaces.
func (d *Doctor) policiesOf(ctx context.Context, namespaces ...string) ([]networkingv1.NetworkPolicy, error) {
	var all []networkingv1.NetworkPolicy
	for _, n := range distinct(namespaces...) {
		some, err := d.view.NetworkPolicies(ctx, n)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// admitted says whom a policy admits, as far as labels say it: what a pod template may
// be given.
func admitted(p networkingv1.NetworkPolicy) string {
	var all []string
	for _, peer := range peersOf(p) {
		switch pods, namespaces := selectorText("pods", peer.PodSelector), selectorText("namespaces", peer.NamespaceSelector); {
		case peer.IPBlock != nil:
			all = append(all, peer.IPBlock.CIDR)
		case peer.NamespaceSelector == nil:
			all = append(all, pods+" in "+p.Namespace)
		case peer.PodSelector == nil:
			all = append(all, "all pods in "+namespaces)
		default:
			all = append(all, pods+" in "+namespaces)
		}
	}
	if len(all) == 0 {
		return "admits nobody, or only other ports"
	}
	return "admits " + enumerated(all, itself)
}

func selectorText(what string, s *metav1.LabelSelector) string {
	if s == nil || len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		return "all " + what
	}
	return what + " with " + metav1.FormatLabelSelector(s)
}

// peersOf are all that the rules of a policy name, of both directions.
func peersOf(p networkingv1.NetworkPolicy) []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	for _, r := range p.Spec.Ingress {
		peers = append(peers, r.From...)
	}
	for _, r := range p.Spec.Egress {
		peers = append(peers, r.To...)
	}
	return peers
}

// namespaceLabels are those of a namespace. The one that every namespace has is known
// where they may not be read.
func (d *Doctor) namespaceLabels(ctx context.Context, name string) map[string]string {
	if n, err := d.view.Namespace(ctx, name); err == nil {
		return n.Labels
	}
	return map[string]string{corev1.LabelMetadataName: name}
}

// namespacesUnseen is why the labels of namespaces are not known, where one of the
// policies asks for labels that not every namespace has.
func (d *Doctor) namespacesUnseen(ctx context.Context, policies []networkingv1.NetworkPolicy, names ...string) error {
	if !slices.ContainsFunc(policies, asksForLabels) {
		return nil
	}
	for _, name := range distinct(names...) {
		if _, err := d.view.Namespace(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func asksForLabels(p networkingv1.NetworkPolicy) bool {
	return slices.ContainsFunc(peersOf(p), func(peer networkingv1.NetworkPolicyPeer) bool {
		if peer.NamespaceSelector == nil {
			return false
		}
		keys := slices.Collect(maps.Keys(peer.NamespaceSelector.MatchLabels))
		for _, e := range peer.NamespaceSelector.MatchExpressions {
			keys = append(keys, e.Key)
		}
		return slices.ContainsFunc(keys, func(key string) bool { return key != corev1.LabelMetadataName })
	})
}
