package cluster_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/flts-run/flts-run/cluster"
)

// The task in namespace ml wants to port 9000 of the store in namespace data, but for
// what a row changes.
func TestBlocking(t *testing.T) {
	const ingress, egress = networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress
	outside := func(address string) func(*cluster.Traffic) {
		return func(t *cluster.Traffic) {
			t.To = cluster.Party{Outside: true, Addresses: []netip.Addr{netip.MustParseAddr(address)}}
		}
	}
	udp := func(t *cluster.Traffic) { t.Protocol, t.Port = corev1.ProtocolUDP, 53 }
	for name, c := range map[string]struct {
		direction networkingv1.PolicyType
		specs     []string // of policies p0, p1, …: a namespace and a spec
		change    func(*cluster.Traffic)
		want      []string
	}{
		"no policy":                             {ingress, nil, nil, nil},
		"of another namespace":                  {ingress, []string{`ml {podSelector: {}}`}, nil, nil},
		"of other pods":                         {ingress, []string{`data {podSelector: {matchLabels: {app: web}}}`}, nil, nil},
		"of all pods, no rule":                  {ingress, []string{`data {podSelector: {}}`}, nil, []string{"p0"}},
		"of our pods, no rule":                  {ingress, []string{`data {podSelector: {matchLabels: {app: store}}}`}, nil, []string{"p0"}},
		"by an expression":                      {ingress, []string{`data {podSelector: {matchExpressions: [{key: app, operator: In, values: [store, web]}]}}`}, nil, []string{"p0"}},
		"by an expression of others":            {ingress, []string{`data {podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}`}, nil, nil},
		"for egress alone":                      {ingress, []string{`data {podSelector: {}, policyTypes: [Egress]}`}, nil, nil},
		"a rule for everything":                 {ingress, []string{`data {podSelector: {}, ingress: [{}]}`}, nil, nil},
		"one of two admits":                     {ingress, []string{`data {podSelector: {}}`, `data {podSelector: {}, ingress: [{}]}`}, nil, nil},
		"neither of two admits":                 {ingress, []string{`data {podSelector: {}}`, `data {podSelector: {}, ingress: [{ports: [{port: 80}]}]}`}, nil, []string{"p0", "p1"}},
		"pods alone are of its own namespace":   {ingress, []string{`data {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}`}, nil, []string{"p0"}},
		"pods of its own namespace":             {ingress, []string{`data {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {role: train}}}]}]}`}, func(t *cluster.Traffic) { t.From.Namespace = "data" }, nil},
		"a namespace":                           {ingress, []string{`data {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ml}}}]}]}`}, nil, nil},
		"every namespace":                       {ingress, []string{`data {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}`}, nil, nil},
		"another namespace":                     {ingress, []string{`data {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: web}}}]}]}`}, nil, []string{"p0"}},
		"pods of a namespace":                   {ingress, []string{`data {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ml}}, podSelector: {matchLabels: {role: train}}}]}]}`}, nil, nil},
		"other pods of a namespace":             {ingress, []string{`data {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ml}}, podSelector: {matchLabels: {role: web}}}]}]}`}, nil, []string{"p0"}},
		"two peers are either":                  {ingress, []string{`data {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {role: train}}}, {namespaceSelector: {matchLabels: {team: ml}}}]}]}`}, nil, nil},
		"the port":                              {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{port: 9000}]}]}`}, nil, nil},
		"another port":                          {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{port: 9001}]}]}`}, nil, []string{"p0"}},
		"the port by name":                      {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{port: s3}]}]}`}, nil, nil},
		"another port by name":                  {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{port: console}]}]}`}, nil, []string{"p0"}},
		"a range with it":                       {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{port: 8000, endPort: 9000}]}]}`}, nil, nil},
		"a range without it":                    {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{port: 8000, endPort: 8999}]}]}`}, nil, []string{"p0"}},
		"all ports of TCP":                      {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{protocol: TCP}]}]}`}, nil, nil},
		"all ports of UDP":                      {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{protocol: UDP}]}]}`}, nil, []string{"p0"}},
		"TCP where UDP is wanted":               {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{port: 53}]}]}`}, udp, []string{"p0"}},
		"UDP":                                   {ingress, []string{`data {podSelector: {}, ingress: [{ports: [{port: 53, protocol: UDP}]}]}`}, udp, nil},
		"the peer of one rule, port of another": {ingress, []string{`data {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ml}}}], ports: [{port: 80}]}, {from: [{podSelector: {}}], ports: [{port: 9000}]}]}`}, nil, []string{"p0"}},
		"a block with our address":              {ingress, []string{`data {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]}`}, nil, nil},
		"a block but for our address":           {ingress, []string{`data {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/16, except: [10.1.2.0/24]}}]}]}`}, nil, []string{"p0"}},
		"a block of the other family":           {ingress, []string{`data {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}`}, nil, []string{"p0"}},
		"a block, and no address yet":           {ingress, []string{`data {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]}`}, func(t *cluster.Traffic) { t.From.Addresses = nil }, []string{"p0"}},
		"every address, and none yet":           {ingress, []string{`data {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}`}, func(t *cluster.Traffic) { t.From.Addresses = nil }, nil},
		"a pod on the network of its node":      {ingress, []string{`data {podSelector: {}}`}, func(t *cluster.Traffic) { t.To.Outside = true }, nil},
		"from the network of a node":            {ingress, []string{`data {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}`}, func(t *cluster.Traffic) { t.From.Outside = true }, []string{"p0"}},
		"egress, of the other side":             {egress, []string{`data {podSelector: {}, policyTypes: [Egress]}`}, nil, nil},
		"egress to nothing":                     {egress, []string{`ml {podSelector: {}, policyTypes: [Egress]}`}, nil, []string{"p0"}},
		"egress that is not spoken of":          {egress, []string{`ml {podSelector: {}}`}, nil, nil},
		"egress by its rules alone":             {egress, []string{`ml {podSelector: {}, egress: [{ports: [{port: 53, protocol: UDP}]}]}`}, nil, []string{"p0"}},
		"ingress beside egress rules":           {ingress, []string{`data {podSelector: {}, egress: [{}]}`}, nil, []string{"p0"}},
		"egress to everything":                  {egress, []string{`ml {podSelector: {}, policyTypes: [Egress], egress: [{}]}`}, nil, nil},
		"egress to a pod's port by name":        {egress, []string{`ml {podSelector: {}, egress: [{to: [{namespaceSelector: {matchLabels: {team: data}}, podSelector: {matchLabels: {app: store}}}], ports: [{port: s3}]}]}`}, nil, nil},
		"egress to an address":                  {egress, []string{`ml {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}`}, outside("192.0.2.9"), nil},
		"egress to another address":             {egress, []string{`ml {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}`}, outside("198.51.100.1"), []string{"p0"}},
		"egress to pods, and it is an address":  {egress, []string{`ml {podSelector: {}, egress: [{to: [{namespaceSelector: {}}]}]}`}, outside("192.0.2.9"), []string{"p0"}},
	} {
		t.Run(name, func(t *testing.T) {
			var policies []networkingv1.NetworkPolicy
			for i, text := range c.specs {
				namespace, spec, _ := strings.Cut(text, " ")
				p := networkingv1.NetworkPolicy{}
				p.Name, p.Namespace = "p"+string(rune('0'+i)), namespace
				require.NoError(t, yaml.UnmarshalStrict([]byte(spec), &p.Spec))
				policies = append(policies, p)
			}
			traffic := cluster.Traffic{
				From: cluster.Party{
					Namespace: "ml", NamespaceLabels: map[string]string{"team": "ml"}, Labels: map[string]string{"role": "train"},
					Addresses: []netip.Addr{netip.MustParseAddr("10.1.2.3")},
				},
				To: cluster.Party{
					Namespace: "data", NamespaceLabels: map[string]string{"team": "data"}, Labels: map[string]string{"app": "store"},
					Ports: []corev1.ContainerPort{{Name: "s3", ContainerPort: 9000}, {Name: "console", ContainerPort: 9001}},
				},
				Port: 9000, Protocol: corev1.ProtocolTCP,
			}
			if c.change != nil {
				c.change(&traffic)
			}
			var got []string
			for _, p := range cluster.Blocking(policies, traffic, c.direction) {
				got = append(got, p.Name)
			}
			require.Equal(t, c.want, got)
		})
	}
}
