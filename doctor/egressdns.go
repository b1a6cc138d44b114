package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

// egressDNS looks at the way to the name server, without which no Service has an
// address. An answer that is long comes over TCP.
func (d *Doctor) egressDNS(ctx context.Context) checklist.Finding {
	const system = "kube-system"
	all, err := d.policiesOf(ctx, d.Namespace)
	if err != nil {
		return d.couldNotLook(err)
	}
	var policies []networkingv1.NetworkPolicy
	for _, p := range all {
		if slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress) {
			policies = append(policies, p)
		}
	}
	if len(policies) == 0 {
		return pass("no network policies for egress in " + d.Namespace)
	}
	from, err := d.components(ctx)
	if err != nil {
		return d.couldNotLook(err)
	}
	if err := d.namespacesUnseen(ctx, policies, system); err != nil {
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
