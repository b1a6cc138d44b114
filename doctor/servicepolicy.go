package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

// end is one end of a connection, with the name that a person knows it by.
type end struct {
	name string
	cluster.Party
	port int32
}

func (d *Doctor) servicePolicy(ctx context.Context, s *resolve.Service) checklist.Finding {
	a, svc, f := d.located(ctx, s)
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
	return d.judgePolicies(ctx, policies, from, to, svc)
}

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

func distinct(names ...string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

// judgePolicies looks at each way from a component to a pod. That a policy does not
// admit it is only ever a "may": what enforces policies is not seen.
func (d *Doctor) judgePolicies(ctx context.Context, policies []networkingv1.NetworkPolicy, from, to []end, svc *corev1.Service) checklist.Finding {
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
	if err := d.namespacesUnseen(ctx, blocking, d.Namespace, svc.Namespace); err != nil {
		return d.couldNotLook(err)
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

func said(from []end) string {
	if len(from) == 1 {
		return from[0].name
	}
	return fmt.Sprintf("%d pods", len(from))
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

// namespaceLabels are those of a namespace. The one that every namespace has is known
// where they may not be read.
func (d *Doctor) namespaceLabels(ctx context.Context, name string) map[string]string {
	if n, err := d.view.Namespace(ctx, name); err == nil {
		return n.Labels
	}
	return map[string]string{corev1.LabelMetadataName: name}
}

// namespacesUnseen is why the labels of namespaces are not known, where one of the
// policies asks for some: they may be what admits us.
func (d *Doctor) namespacesUnseen(ctx context.Context, policies map[string]networkingv1.NetworkPolicy, names ...string) error {
	for _, p := range policies {
		if !slices.ContainsFunc(peersOf(p), func(peer networkingv1.NetworkPolicyPeer) bool { return peer.NamespaceSelector != nil }) {
			continue
		}
		for _, name := range distinct(names...) {
			if _, err := d.view.Namespace(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// egressDNS looks at the way to the name server, without which no Service has an
// address. An answer that is long comes over TCP.
func (d *Doctor) egressDNS(ctx context.Context) checklist.Finding {
	const system = "kube-system"
	policies, err := d.policiesOf(ctx, d.Namespace)
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case len(policies) == 0:
		return pass("no network policies in " + d.Namespace)
	}
	from, err := d.components(ctx)
	if err != nil {
		return d.couldNotLook(err)
	}
	server := cluster.Party{
		Namespace: system, NamespaceLabels: d.namespaceLabels(ctx, system), Labels: map[string]string{"k8s-app": "kube-dns"},
		Ports: []corev1.ContainerPort{{Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolUDP}, {Name: "dns-tcp", ContainerPort: 53, Protocol: corev1.ProtocolTCP}},
	}
	blocking, closed := map[string]networkingv1.NetworkPolicy{}, map[string]bool{}
	for _, f := range from {
		for _, protocol := range []corev1.Protocol{corev1.ProtocolUDP, corev1.ProtocolTCP} {
			traffic := cluster.Traffic{From: f.Party, To: server, Port: 53, Protocol: protocol}
			for _, p := range cluster.Blocking(policies, traffic, networkingv1.PolicyTypeEgress) {
				blocking[p.Name], closed[string(protocol)] = p, true
			}
		}
	}
	if len(blocking) == 0 {
		return pass(fmt.Sprintf("%d seen, and none stands in the way of %s", len(policies), said(from)))
	}
	if err := d.namespacesUnseen(ctx, blocking, system); err != nil {
		return d.couldNotLook(err)
	}
	names, protocols := slices.Sorted(maps.Keys(blocking)), slices.Sorted(maps.Keys(closed))
	f := warn(codeDNSMayBlock, fmt.Sprintf("network policy %s may keep %s from the name server (port 53, %s)",
		enumerated(names, itself), said(from), strings.Join(protocols, " and ")))
	f = hinted(f, d.kubectl(d.Namespace)+" describe networkpolicy "+hint.ShellWord(names[0])+"   (a policy that opens port 53 beside it is in the fix plan)")
	var fixes []checklist.Command
	for _, n := range names {
		fixes = append(fixes, d.openDNS(blocking[n]))
	}
	return mended(f, fixes...)
}

// openDNS adds a policy that opens the way to the name server, for the pods that this
// one selects and no others: a pod that no policy selects may go everywhere, and must
// not be selected by ours first.
func (d *Doctor) openDNS(p networkingv1.NetworkPolicy) checklist.Command {
	text, _ := json.Marshal(map[string]any{
		"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": map[string]string{"name": p.Name + "-dns"},
		"spec": map[string]any{
			"podSelector": p.Spec.PodSelector, "policyTypes": []string{"Egress"},
			"egress": []any{map[string]any{
				"to": []any{map[string]any{
					"namespaceSelector": map[string]any{"matchLabels": map[string]string{corev1.LabelMetadataName: "kube-system"}},
					"podSelector":       map[string]any{"matchLabels": map[string]string{"k8s-app": "kube-dns"}},
				}},
				"ports": []any{map[string]any{"port": 53, "protocol": "UDP"}, map[string]any{"port": 53, "protocol": "TCP"}},
			}},
		},
	})
	return checklist.Command{Line: "printf %s " + hint.ShellWord(string(text)) + " | " + d.kubectl(d.Namespace) + " create -f -"}
}
