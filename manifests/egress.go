package manifests

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/servicehost"
	"github.com/flts-run/flts-run/resolve"
)

// Egress says what a network policy cannot know: it has no names of hosts or Services,
// only pods, addresses and the ports of pods. A service of the contract is known by its
// name, and the API of Kubernetes as APIServer.
type Egress struct {
	Tasks map[string]string // labels of the pods of the tasks; nil is those of Kubeflow Pipelines
	KFP   string            // the namespace of Kubeflow Pipelines, where nil Tasks is meant

	CIDRs map[string][]netip.Prefix    // where it is, for what is outside of the cluster
	Ports map[string]int32             // of the pods, where that is not the port of the Service
	Pods  map[string]map[string]string // labels of the pods behind it
}

// APIServer is the API of Kubernetes among the names of an Egress.
const APIServer = "kubernetes"

// policyName is that of the policy.
const policyName = "flts-egress"

// taskLabel is on the pods of Kubeflow Pipelines that run a component.
const taskLabel = "pipelines.kubeflow.org/v2_component"

// nodeDNS is where the name server of a node listens that caches for its pods, which is
// in the network of the node.
var nodeDNS = netip.MustParsePrefix("169.254.20.10/32")

// anywhere is every address, of both families.
var anywhere = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// way is one rule, with what it is for.
type way struct {
	about string
	rule  networkingv1.NetworkPolicyEgressRule
}

func (b *builder) addEgress() {
	b.judgeEgressNames()
	tasks, isKFP := b.Egress.Tasks, b.Egress.Tasks == nil
	if isKFP {
		tasks = map[string]string{taskLabel: "true"}
	}
	ways := []way{wayToDNS()}
	for _, s := range b.Contract.Services {
		if to, ok := b.wayTo(s); ok {
			ways = append(ways, to)
		}
	}
	if isKFP {
		ways = append(ways, b.waysOfKFP()...)
	}
	p := &networkingv1.NetworkPolicy{
		TypeMeta: typeMeta("networking.k8s.io/v1", "NetworkPolicy"), ObjectMeta: b.meta(policyName),
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: tasks}, PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		},
	}
	c := comments{"": "These ways, and no other, for the pods of the tasks. A policy has no names of hosts: where\nfltsctl cannot know the addresses, a rule is wider than it need be, and says so."}
	for i, w := range ways {
		p.Spec.Egress = append(p.Spec.Egress, w.rule)
		c[fmt.Sprintf("/spec/egress/%d", i)] = w.about
	}
	b.add(Object{Part: Policies, Kind: p.Kind, Name: p.Name}, p, c)
}

// judgeEgressNames refuses names that are no service.
func (b *builder) judgeEgressNames() {
	known := append(b.Contract.ServiceNames(), APIServer)
	said := slices.Concat(slices.Collect(maps.Keys(b.Egress.CIDRs)), slices.Collect(maps.Keys(b.Egress.Ports)), slices.Collect(maps.Keys(b.Egress.Pods)))
	slices.Sort(said)
	for _, name := range slices.Compact(said) {
		if !slices.Contains(known, name) {
			b.fault(fmt.Sprintf("no service %q in the contract", name), near.DidYouMean(name, known, "they are "+strings.Join(known, ", ")))
		}
	}
}

// wayTo is the way to a service, if a task has one to go.
func (b *builder) wayTo(s *resolve.Service) (way, bool) {
	_, hasCIDR := b.Egress.CIDRs[s.Name]
	asked := hasCIDR || b.Egress.Pods[s.Name] != nil || b.Egress.Ports[s.Name] != 0
	endpoint := b.Values.Text(s.Endpoint)
	if endpoint == "" || s.Check == resolve.Off && !asked {
		return way{}, false
	}
	host, ok := servicehost.Read(endpoint, b.Values.Text(s.Secure) == "true")
	if !ok || host.IsLocal() {
		return way{}, false
	}
	host.Place(b.Namespace)
	peers, why := b.peersOf(s.Name, host)
	port := host.Port
	if p := b.Egress.Ports[s.Name]; p != 0 {
		port = p
	}
	about := fmt.Sprintf("%s: %s = %s", s.Name, s.Endpoint, b.Values.Get(s.Endpoint).Value)
	if why != "" {
		about += "\n" + why
	}
	return way{about, networkingv1.NetworkPolicyEgressRule{To: peers, Ports: ports(corev1.ProtocolTCP, port)}}, true
}

// peersOf are who may be at the other end, and what is to be known about that.
func (b *builder) peersOf(name string, host servicehost.Host) (peers []networkingv1.NetworkPolicyPeer, why string) {
	if list := b.Egress.CIDRs[name]; list != nil {
		return blocks(list), ""
	}
	switch {
	case host.IP.IsValid():
		return blocks([]netip.Prefix{netip.PrefixFrom(host.IP, host.IP.BitLen())}), "If that is the address of a Service, name the Service: a policy sees the pods behind it."
	case host.Service == "":
		return blocks(anywhere), fmt.Sprintf("A name outside of the cluster: its port at every address. --cidr %s=CIDR narrows it.", name)
	}
	peer := inNamespace(host.Namespace)
	if labels := b.Egress.Pods[name]; labels != nil {
		peer.PodSelector = &metav1.LabelSelector{MatchLabels: labels}
	}
	peers = []networkingv1.NetworkPolicyPeer{peer}
	if host.Unsure {
		peers = append(peers, blocks(anywhere)...)
		why = fmt.Sprintf("Service %s in namespace %s, or a name outside of the cluster: both are open. --cidr %s=CIDR, or\nthe whole name %s.svc.cluster.local, settles it.", host.Service, host.Namespace, name, host.Host)
	} else if b.Egress.Ports[name] == 0 {
		why = fmt.Sprintf("The port is that of the pods: where targetPort of Service %s differs, --port %s=PORT.", host.Service, name)
	}
	return peers, why
}

func wayToDNS() way {
	server := inNamespace("kube-system")
	server.PodSelector = &metav1.LabelSelector{MatchLabels: map[string]string{"k8s-app": "kube-dns"}}
	return way{"The name server, and the cache for it that a node may have.", networkingv1.NetworkPolicyEgressRule{
		To:    append([]networkingv1.NetworkPolicyPeer{server}, blocks([]netip.Prefix{nodeDNS})...),
		Ports: append(ports(corev1.ProtocolUDP, 53), ports(corev1.ProtocolTCP, 53)...),
	}}
}

// waysOfKFP are what the launcher around a task needs.
func (b *builder) waysOfKFP() []way {
	api := way{"The API of Kubernetes, which the launcher and Argo's executor ask: it is no pod.", networkingv1.NetworkPolicyEgressRule{
		To: blocks(anywhere), Ports: ports(corev1.ProtocolTCP, 443, 6443),
	}}
	if list := b.Egress.CIDRs[APIServer]; list != nil {
		api.rule.To = blocks(list)
	} else {
		api.about += " Its ports at\nevery address, so https is open everywhere: --cidr " + APIServer + "=CIDR narrows it."
	}
	if port := b.Egress.Ports[APIServer]; port != 0 {
		api.rule.Ports = ports(corev1.ProtocolTCP, port)
	}
	return []way{
		{"Kubeflow Pipelines: its API, metadata and store, whose ports differ between versions.", networkingv1.NetworkPolicyEgressRule{
			To: []networkingv1.NetworkPolicyPeer{inNamespace(b.Egress.KFP)},
		}},
		api,
	}
}

func inNamespace(name string) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: name}}}
}

func blocks(list []netip.Prefix) []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	for _, p := range list {
		peers = append(peers, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: p.String()}})
	}
	return peers
}

func ports(protocol corev1.Protocol, numbers ...int32) []networkingv1.NetworkPolicyPort {
	var list []networkingv1.NetworkPolicyPort
	for _, n := range numbers {
		port := intstr.FromInt32(n)
		list = append(list, networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: &port})
	}
	return list
}
