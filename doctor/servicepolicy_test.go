package doctor_test

import (
	"strings"
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// task is a pod that reads the configuration.
const task = elsewhere + `
apiVersion: v1
kind: Pod
metadata: {name: train, labels: {role: train}}
spec: {nodeName: elsewhere, containers: [{name: main, image: task, envFrom: [{configMapRef: {name: flts-config}}]}]}
---
`

// policy is a network policy of all pods.
func policy(name, spec string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name + "}\nspec: " + spec + "\n---\n"
}

func TestServicePolicy(t *testing.T) {
	t.Parallel()
	way := store + storePod + task
	for _, s := range []scenario{
		{
			name: "no policies", objects: endpoint("store:9000") + way,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "no network policies in NS"}},
		},
		{
			name: "ingress of others", objects: endpoint("store:9000") + way + policy("web", `{podSelector: {matchLabels: {app: web}}}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 seen, and none stands in the way of pod train"}},
		},
		{
			name: "ingress from nobody", objects: endpoint("store:9000") + way + policy("closed", `{podSelector: {}}`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K14", Detail: "network policy NS/closed (ingress) may keep pod train from Service store", Evidence: []string{"NS/closed (ingress) admits nobody, or only other ports"}, Hint: "kubectl -n NS describe networkpolicy closed   (it admits nobody, or only other ports)"}},
		},
		{
			name: "ingress from some", objects: endpoint("store:9000") + way + policy("some", `{podSelector: {matchLabels: {app: store}}, ingress: [{from: [{podSelector: {matchLabels: {s3-client: "true"}}}], ports: [{port: 9000}]}]}`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K14", Detail: "network policy NS/some (ingress) may keep pod train from Service store", Evidence: []string{"NS/some (ingress) admits pods with s3-client=true in NS"}, Hint: "kubectl -n NS describe networkpolicy some   (it admits pods with s3-client=true in NS)"}},
		},
		{
			name: "ingress from us", objects: endpoint("store:9000") + way + policy("closed", `{podSelector: {}}`) + policy("us", `{podSelector: {matchLabels: {app: store}}, ingress: [{from: [{podSelector: {matchLabels: {role: train}}}], ports: [{port: 9000}]}]}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "2 seen, and none stands in the way of pod train"}},
		},
		{
			name: "egress to nothing", objects: endpoint("store:9000") + way + policy("quiet", `{podSelector: {}, policyTypes: [Egress]}`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K14", Detail: "network policy NS/quiet (egress) may keep pod train from Service store", Evidence: []string{"NS/quiet (egress) admits nobody, or only other ports"}, Hint: "kubectl -n NS describe networkpolicy quiet   (it admits nobody, or only other ports)"}},
		},
		{
			name: "no pod reads the configuration yet", objects: endpoint("store:9000") + store + storePod + policy("some", `{podSelector: {matchLabels: {app: store}}, ingress: [{from: [{podSelector: {matchLabels: {s3-client: "true"}}}]}]}`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K14", Detail: "network policy NS/some (ingress) may keep a pod with the label pipelines.kubeflow.org/v2_component=true from Service store", Evidence: []string{"NS/some (ingress) admits pods with s3-client=true in NS"}, Hint: "kubectl -n NS describe networkpolicy some   (it admits pods with s3-client=true in NS)"}},
		},
		{
			name: "some of our pods", objects: endpoint("store:9000") + way + strings.ReplaceAll(task, "train", "predict") + policy("train", `{podSelector: {matchLabels: {app: store}}, ingress: [{from: [{podSelector: {matchLabels: {role: train}}}]}]}`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K14", Detail: "network policy NS/train (ingress) may keep 1 of 2 pods from Service store", Evidence: []string{"NS/train (ingress) admits pods with role=train in NS"}, Hint: "kubectl -n NS describe networkpolicy train   (it admits pods with role=train in NS)"}},
		},
		{
			name: "in another namespace", objects: endpoint("store.other-NS:9000") + task,
			prepare: func(ns kubetest.Namespace) {
				in("other", ns, store+storePod+policy("own", `{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}`))
			},
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K14", Detail: "network policy other-NS/own (ingress) may keep pod train from Service store", Evidence: []string{"other-NS/own (ingress) admits all pods in other-NS"}, Hint: "kubectl -n other-NS describe networkpolicy own   (it admits all pods in other-NS)"}},
		},
		{
			name: "in another namespace that lets us in", objects: endpoint("store.other-NS:9000") + task,
			prepare: func(ns kubetest.Namespace) {
				in("other", ns, store+storePod+policy("own", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NS}}}]}]}`))
			},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 seen, and none stands in the way of pod train"}},
		},
		{
			name: "addresses outside", objects: endpoint("store:9000") + task + policy("own", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}]}]}`) + atAddress("192.0.2.7"),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 seen, and none stands in the way of pod train"}},
		},
		{
			name: "addresses that are excepted", objects: endpoint("store:9000") + task + policy("own", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}]}]}`) + atAddress("192.0.2.200"),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K14", Detail: "network policy NS/own (egress) may keep pod train from Service store", Evidence: []string{"NS/own (egress) admits 192.0.2.0/24"}, Hint: "kubectl -n NS describe networkpolicy own   (it admits 192.0.2.0/24)"}},
		},
		{
			name: "nothing behind it", objects: endpoint("store:9000") + store + task + policy("closed", `{podSelector: {}}`),
			want: []checklist.Finding{{State: checklist.Skip, Detail: "no pods are behind the Service"}},
		},
		{
			name: "an alias", objects: endpoint("store:9000") + service("store", `{type: ExternalName, externalName: s3.example.com}`),
			want: []checklist.Finding{{State: checklist.Skip, Detail: "an alias: where it leads is not looked at"}},
		},
		{
			name: "policies may not be read", objects: endpoint("store:9000") + way + policy("closed", `{podSelector: {}}`),
			as:   "- {apiGroups: [\"\"], resources: [configmaps, secrets, services, pods], verbs: [get, list]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list networkpolicies.networking.k8s.io in NS", Hint: "kubectl -n NS auth can-i list networkpolicies.networking.k8s.io"}},
		},
		{
			name: "namespaces may not be read", objects: endpoint("store:9000") + way + policy("own", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ml}}}]}]}`),
			as:   "- {apiGroups: [\"\", networking.k8s.io], resources: [configmaps, secrets, services, pods, networkpolicies], verbs: [get, list]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get namespaces NS", Hint: "kubectl auth can-i get namespaces/NS"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"service.minio.policy"}
			s.run(t)
		})
	}
}

// given is a Service without a selector, of an address that somebody wrote down.
func atAddress(address string) string {
	return `
apiVersion: v1
kind: Service
metadata: {name: store}
spec: {ports: [{port: 9000}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: store, labels: {kubernetes.io/service-name: store}}
addressType: IPv4
ports: [{port: 9000}]
endpoints: [{addresses: [` + address + `]}]
`
}

func TestEgressDNS(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "no policies", objects: task,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "no network policies for egress in NS"}},
		},
		{
			name: "ingress alone", objects: task + policy("closed", `{podSelector: {}}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "no network policies for egress in NS"}},
		},
		{
			name: "closed", objects: task + policy("quiet", `{podSelector: {}, policyTypes: [Egress]}`), mends: true,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K43", Detail: "network policy quiet may keep pod train from the name server (port 53, TCP and UDP)", Hint: "kubectl -n NS describe networkpolicy quiet   (a policy that opens port 53 beside it is in the fix plan)"}},
		},
		{
			name: "UDP alone", objects: task + policy("udp", `{podSelector: {matchLabels: {role: train}}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}]}]}`), mends: true,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K43", Detail: "network policy udp may keep pod train from the name server (port 53, TCP)", Hint: "kubectl -n NS describe networkpolicy udp   (a policy that opens port 53 beside it is in the fix plan)"}},
		},
		{
			name: "open", objects: task + policy("quiet", `{podSelector: {}, policyTypes: [Egress]}`) + policy("dns", `{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 53}]}]}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "2 seen, and none stands in the way of pod train"}},
		},
		{
			name: "by the server's name", objects: task + policy("dns", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}], ports: [{port: dns, protocol: UDP}, {port: dns-tcp}]}]}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 seen, and none stands in the way of pod train"}},
		},
		{
			name: "for others", objects: task + policy("quiet", `{podSelector: {matchLabels: {role: serve}}, policyTypes: [Egress]}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 seen, and none stands in the way of pod train"}},
		},
		{
			name: "no pod yet", objects: policy("quiet", `{podSelector: {}, policyTypes: [Egress]}`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K43", Detail: "network policy quiet may keep a pod with the label pipelines.kubeflow.org/v2_component=true from the name server (port 53, TCP and UDP)", Hint: "kubectl -n NS describe networkpolicy quiet   (a policy that opens port 53 beside it is in the fix plan)"}},
		},
		{
			name:    "namespaces may not be read, and their labels count",
			objects: task + policy("quiet", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [web]}]}}]}]}`),
			as:      "- {apiGroups: [\"\", networking.k8s.io], resources: [pods, networkpolicies], verbs: [list]}",
			want: []checklist.Finding{{
				State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get namespaces kube-system", Hint: "kubectl auth can-i get namespaces/kube-system",
			}},
		},
		{
			name: "may not be read", objects: task, as: " ",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list networkpolicies.networking.k8s.io in NS", Hint: "kubectl -n NS auth can-i list networkpolicies.networking.k8s.io"}},
		},
		{
			name: "namespaces may not be read", objects: task + policy("quiet", `{podSelector: {}, policyTypes: [Egress]}`), as: "- {apiGroups: [\"\", networking.k8s.io], resources: [pods, networkpolicies], verbs: [list]}",
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K43", Detail: "network policy quiet may keep pod train from the name server (port 53, TCP and UDP)", Hint: "kubectl -n NS describe networkpolicy quiet   (a policy that opens port 53 beside it is in the fix plan)"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"egress.dns"}
			s.run(t)
		})
	}
}
