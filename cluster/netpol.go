package cluster

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Party is one end of a connection, as network policies see it.
type Party struct {
	Namespace       string
	NamespaceLabels map[string]string
	Labels          map[string]string // of the pod
	Addresses       []netip.Addr      // none is a pod that does not exist yet
	Ports           []corev1.ContainerPort
	// Outside says that it is no pod of the cluster's network: a pod that has the
	// network of its node, or an address elsewhere. Only addresses name it.
	Outside bool
}

// Traffic is a connection that somebody wants to open.
type Traffic struct {
	From, To Party
	Port     int32 // of the pod that is reached, behind its Service
	Protocol corev1.Protocol
}

// Blocking are the policies that keep the traffic from the pods that it is for, or
// from leaving the pods that it comes from: those that select the pod for that
// direction, when none of them admits the traffic. None is that nothing stands in the
// way. Policies of other namespaces than the selected pod's are left out.
//
// It is what networking.k8s.io/v1 says and no more: whether the cluster's network
// enforces policies at all, and what policies of other kinds say, is not in there.
func Blocking(policies []networkingv1.NetworkPolicy, t Traffic, direction networkingv1.PolicyType) []networkingv1.NetworkPolicy {
	here, peer := t.To, t.From
	if direction == networkingv1.PolicyTypeEgress {
		here, peer = t.From, t.To
	}
	if here.Outside {
		return nil // a policy selects pods
	}
	var selecting []networkingv1.NetworkPolicy
	for _, p := range policies {
		if p.Namespace != here.Namespace || !slices.Contains(directions(p), direction) || !selects(&p.Spec.PodSelector, here.Labels) {
			continue
		}
		for _, r := range rulesOf(p, direction) {
			if r.admits(p.Namespace, peer, t) {
				return nil
			}
		}
		selecting = append(selecting, p)
	}
	return selecting
}

// directions are those for which a policy isolates its pods. One that does not say it
// is for ingress, and for egress when it has such rules.
func directions(p networkingv1.NetworkPolicy) []networkingv1.PolicyType {
	switch {
	case len(p.Spec.PolicyTypes) > 0:
		return p.Spec.PolicyTypes
	case len(p.Spec.Egress) > 0:
		return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	}
	return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
}

// policyRule is a rule of either direction: who may be at the other end, and which
// ports of the end that is reached. An empty list is everything.
type policyRule struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func rulesOf(p networkingv1.NetworkPolicy, direction networkingv1.PolicyType) []policyRule {
	var all []policyRule
	if direction == networkingv1.PolicyTypeEgress {
		for _, r := range p.Spec.Egress {
			all = append(all, policyRule{r.To, r.Ports})
		}
		return all
	}
	for _, r := range p.Spec.Ingress {
		all = append(all, policyRule{r.From, r.Ports})
	}
	return all
}

func (r policyRule) admits(namespace string, peer Party, t Traffic) bool {
	isPeer := len(r.peers) == 0 || slices.ContainsFunc(r.peers, func(p networkingv1.NetworkPolicyPeer) bool { return names(p, namespace, peer) })
	isPort := len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(p networkingv1.NetworkPolicyPort) bool { return opens(p, t) })
	return isPeer && isPort
}

// names reports whether a peer of a policy of that namespace is that party.
func names(p networkingv1.NetworkPolicyPeer, namespace string, party Party) bool {
	switch {
	case p.IPBlock != nil:
		return holds(*p.IPBlock, party.Addresses)
	case party.Outside:
		return false
	case p.NamespaceSelector == nil:
		return party.Namespace == namespace && selects(p.PodSelector, party.Labels)
	}
	return selects(p.NamespaceSelector, party.NamespaceLabels) && (p.PodSelector == nil || selects(p.PodSelector, party.Labels))
}

// holds reports whether a block has one of the addresses. A pod that has none yet is
// in the block that has all.
func holds(b networkingv1.IPBlock, addresses []netip.Addr) bool {
	in := func(block string, a netip.Addr) bool {
		prefix, err := netip.ParsePrefix(block)
		return err == nil && prefix.Contains(a.Unmap())
	}
	if len(addresses) == 0 {
		prefix, err := netip.ParsePrefix(b.CIDR)
		return err == nil && prefix.Bits() == 0 && len(b.Except) == 0
	}
	return slices.ContainsFunc(addresses, func(a netip.Addr) bool {
		return in(b.CIDR, a) && !slices.ContainsFunc(b.Except, func(block string) bool { return in(block, a) })
	})
}

// opens reports whether a port of a policy is that of the traffic. A name is that of a
// port of the pod that is reached.
func opens(p networkingv1.NetworkPolicyPort, t Traffic) bool {
	protocol := corev1.ProtocolTCP
	if p.Protocol != nil {
		protocol = *p.Protocol
	}
	switch {
	case protocol != t.Protocol:
		return false
	case p.Port == nil:
		return true
	case p.Port.StrVal != "":
		return slices.ContainsFunc(t.To.Ports, func(c corev1.ContainerPort) bool {
			return c.Name == p.Port.StrVal && c.ContainerPort == t.Port && protocolOf(c) == protocol
		})
	case p.EndPort != nil:
		return p.Port.IntVal <= t.Port && t.Port <= *p.EndPort
	}
	return p.Port.IntVal == t.Port
}

func protocolOf(c corev1.ContainerPort) corev1.Protocol {
	if c.Protocol == "" {
		return corev1.ProtocolTCP
	}
	return c.Protocol
}

// selects reports whether a selector has such labels; one that cannot be read selects
// nothing.
func selects(s *metav1.LabelSelector, of map[string]string) bool {
	selector, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && selector.Matches(labels.Set(of))
}
