package doctor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// elsewhere is a node that nobody runs: pods on it have the status that a test writes.
const elsewhere = `
apiVersion: v1
kind: Node
metadata: {name: elsewhere}
---
`

// endpoint is a ConfigMap with one key, and one that no check is to touch.
func endpoint(value string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flts-config}\ndata: {MINIO_ENDPOINT: \"" + value + "\", BUCKET_DATASET: kept}\n---\n"
}

func service(name, spec string) string {
	return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}\nspec: " + spec + "\n---\n"
}

var store = service("store", `{selector: {app: store}, ports: [{name: api, port: 9000}, {name: console, port: 9001}]}`)

const storePod = elsewhere + `
apiVersion: v1
kind: Pod
metadata: {name: store-0, labels: {app: store}}
spec: {nodeName: elsewhere, containers: [{name: minio, image: minio, ports: [{containerPort: 9000}]}]}
---
`

// podIs writes what the kubelet would, and waits until the Service knows it.
func podIs(pod, ip, ready string) func(kubetest.Namespace) {
	return func(ns kubetest.Namespace) {
		ns.Status("pod", pod, `{"phase": "Running", "podIP": "`+ip+`", "podIPs": [{"ip": "`+ip+`"}], "conditions": [{"type": "Ready", "status": "`+map[string]string{"true": "True", "false": "False"}[ready]+`", "reason": "ByTest"}]}`)
		ns.Eventually(ip+" "+ready, "get", "endpointslices", "-o", "jsonpath={.items[*].endpoints[?(@.addresses[0]==\""+ip+"\")].addresses[0]} {.items[*].endpoints[?(@.addresses[0]==\""+ip+"\")].conditions.ready}")
	}
}

// in makes objects in another namespace, PREFIX-NS.
func in(prefix string, ns kubetest.Namespace, objects string) {
	other := ns
	other.Name = prefix + "-" + ns.Name
	ns.Kubectl("create", "namespace", other.Name)
	require.NoError(ns.T, ns.Cluster.Apply(ns.T.Context(), other.Name, ns.In(objects)))
}

func fromPod(o *doctor.Options) { o.Contract.FromPod = true }

func TestServiceExists(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "there", objects: endpoint("store:9000") + store,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "MINIO_ENDPOINT is Service store in NS", Evidence: []string{"MINIO_ENDPOINT: host store, port 9000 (ConfigMap flts-config)"}}},
		},
		{
			name: "there, by its full name", objects: endpoint("store.NS.svc.cluster.local.:9000") + store,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "MINIO_ENDPOINT is Service store in NS", Evidence: []string{"MINIO_ENDPOINT: host store.NS.svc.cluster.local, port 9000 (ConfigMap flts-config)"}}},
		},
		{
			name: "there, by a pod of it", objects: endpoint("store-0.store.NS.svc:9000") + service("store", `{clusterIP: None, selector: {app: store}, ports: [{port: 9000}]}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "MINIO_ENDPOINT is Service store in NS, headless", Evidence: []string{"MINIO_ENDPOINT: host store-0.store.NS.svc, port 9000 (ConfigMap flts-config)"}}},
		},
		{
			name: "the default", objects: service("minio-service", `{ports: [{port: 9000}]}`), options: fromPod,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "MINIO_ENDPOINT is Service minio-service in NS", Evidence: []string{"MINIO_ENDPOINT: host minio-service.NS.svc.cluster.local, port 9000 (default)"}}},
		},
		{
			name: "nowhere", objects: endpoint("nowhere-NS:9000"),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K01", Detail: "there is no Service nowhere-NS in NS", Evidence: []string{"MINIO_ENDPOINT: host nowhere-NS, port 9000 (ConfigMap flts-config)"}, Hint: "kubectl get services -A | grep -i nowhere"}},
		},
		{
			name: "in another namespace", objects: endpoint("store-NS:9000"), mends: true,
			prepare: func(ns kubetest.Namespace) {
				in("other", ns, service("store-NS", `{ports: [{port: 9000}]}`))
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-D02", Detail: "there is no Service store-NS in NS, there is one in other-NS", Evidence: []string{"MINIO_ENDPOINT: host store-NS, port 9000 (ConfigMap flts-config)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store-NS.other-NS.svc.cluster.local:9000"}}'`}},
		},
		{
			name: "in another namespace, as a URL", mends: true,
			objects: `{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {AWS_ENDPOINT_URL_S3: "https://store-NS.nosuch.svc.cluster.local:9000", BUCKET_DATASET: kept}}`,
			prepare: func(ns kubetest.Namespace) {
				in("other", ns, service("store-NS", `{ports: [{port: 9000}]}`))
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-D02", Detail: "there is no Service store-NS in nosuch, there is one in other-NS", Evidence: []string{"MINIO_ENDPOINT: host store-NS.nosuch.svc.cluster.local, port 9000 (ConfigMap flts-config AWS_ENDPOINT_URL_S3)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"AWS_ENDPOINT_URL_S3":"https://store-NS.other-NS.svc.cluster.local:9000"}}'`}},
		},
		{
			name: "in another namespace than the one that is not there", objects: endpoint("store-NS.nosuch:9000"), mends: true,
			prepare: func(ns kubetest.Namespace) { in("other", ns, service("store-NS", `{ports: [{port: 9000}]}`)) },
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-D02",
				Detail:   "there is no namespace nosuch, and a Service store-NS in other-NS: unless store-NS.nosuch is a host outside, that is meant",
				Evidence: []string{"MINIO_ENDPOINT: host store-NS.nosuch, port 9000 (ConfigMap flts-config)"},
				Hint:     `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store-NS.other-NS.svc.cluster.local:9000"}}'`,
			}},
		},
		{
			name: "two labels, and namespaces may not be read", objects: endpoint("store.NS:9000"),
			as: "- {apiGroups: [\"\"], resources: [configmaps, secrets, services], verbs: [get, list]}",
			want: []checklist.Finding{{
				State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get namespaces NS", Hint: "kubectl auth can-i get namespaces/NS",
			}},
		},
		{
			name: "in two other namespaces", objects: endpoint("store-NS:9000"),
			prepare: func(ns kubetest.Namespace) {
				in("another", ns, service("store-NS", `{ports: [{port: 9000}]}`))
				in("other", ns, service("store-NS", `{ports: [{port: 9000}]}`))
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-D02", Detail: "there is no Service store-NS in NS, there is one in another-NS, other-NS", Evidence: []string{"MINIO_ENDPOINT: host store-NS, port 9000 (ConfigMap flts-config)"}, Hint: "kubectl get services -A | grep -w store-NS"}},
		},
		{
			name: "SeaweedFS instead", objects: endpoint("minio-service:9000") + service("seaweedfs", `{ports: [{port: 9000}]}`),
			as: "- {apiGroups: [\"\"], resources: [configmaps, secrets, services], verbs: [get, list]}", mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-D03", Detail: "there is no Service minio-service in NS, there is a seaweedfs in NS", Evidence: []string{"MINIO_ENDPOINT: host minio-service, port 9000 (ConfigMap flts-config)", "may not list services in all namespaces; looked in: NS"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"seaweedfs.NS.svc.cluster.local:9000"}}'`}},
		},
		{
			name: "nearly its name", objects: endpoint("store-NS:9000") + service("store-NS-service", `{ports: [{port: 80, targetPort: 9000}]}`), mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K01", Detail: "there is no Service store-NS in NS, there is store-NS-service", Evidence: []string{"MINIO_ENDPOINT: host store-NS, port 9000 (ConfigMap flts-config)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store-NS-service.NS.svc.cluster.local:80"}}'`}},
		},
		{
			name: "nearly its name, in a ConfigMap that may not change", objects: endpoint("store-NS:9000") + service("store-NS-service", `{ports: [{port: 9000}]}`), prepare: func(ns kubetest.Namespace) {
				ns.Kubectl("patch", "configmap", "flts-config", "-p", `{"immutable":true}`)
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K01", Detail: "there is no Service store-NS in NS, there is store-NS-service", Evidence: []string{"MINIO_ENDPOINT: host store-NS, port 9000 (ConfigMap flts-config)"}, Hint: "set MINIO_ENDPOINT=store-NS-service.NS.svc.cluster.local:9000"}},
		},
		{
			name: "outside", objects: endpoint("s3.eu-central-1.amazonaws.com:443"),
			want: []checklist.Finding{{State: checklist.Skip, Detail: "s3.eu-central-1.amazonaws.com is no Service of this cluster: flts-run check looks at it, from where it runs"}},
		},
		{
			name: "outside, with two labels", objects: endpoint("example.com:443"),
			want: []checklist.Finding{{State: checklist.Skip, Detail: "example.com is no Service of this cluster: flts-run check looks at it, from where it runs"}},
		},
		{
			name: "the pod itself", objects: endpoint("localhost:9000"),
			want: []checklist.Finding{{State: checklist.Skip, Detail: "localhost is the pod itself: flts-run check looks at it, from where it runs"}},
		},
		{
			name: "an address outside", objects: endpoint("203.0.113.7:9000"),
			want: []checklist.Finding{{State: checklist.Skip, Detail: "203.0.113.7 is no Service of this cluster: flts-run check looks at it, from where it runs"}},
		},
		{
			name: "the address of a Service", objects: store, mends: true,
			prepare: func(ns kubetest.Namespace) {
				ns.Apply(endpoint(ns.Kubectl("get", "service", "store", "-o", "jsonpath={.spec.clusterIP}") + ":9000"))
			},
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-C03", Detail: "MINIO_ENDPOINT is the address of Service store in NS, which changes when that is made again", Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store.NS.svc.cluster.local:9000"}}'`}},
		},
		{
			name: "in another namespace, in an address with a login", only: []string{"service.mlflow.exists"},
			objects: `{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {MLFLOW_TRACKING_URI: "http://ann:s3same-open@mlflow-NS:5000/path"}}`,
			prepare: func(ns kubetest.Namespace) {
				in("other", ns, service("mlflow-NS", `{ports: [{port: 5000}]}`))
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-D02", Detail: "there is no Service mlflow-NS in NS, there is one in other-NS", Evidence: []string{"MLFLOW_TRACKING_URI: host mlflow-NS, port 5000 (ConfigMap flts-config)"}, Hint: "set host and port of MLFLOW_TRACKING_URI to those of the Service mlflow-NS in other-NS"}},
		},
		{
			name: "in another namespace, as a URL with a path", only: []string{"service.mlflow.exists"}, mends: true,
			objects: `{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {MLFLOW_TRACKING_URI: "http://mlflow-NS:80/path"}}`,
			prepare: func(ns kubetest.Namespace) {
				in("other", ns, service("mlflow-NS", `{ports: [{port: 5000}]}`))
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-D02", Detail: "there is no Service mlflow-NS in NS, there is one in other-NS", Evidence: []string{"MLFLOW_TRACKING_URI: host mlflow-NS, port 80 (ConfigMap flts-config)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MLFLOW_TRACKING_URI":"http://mlflow-NS.other-NS.svc.cluster.local:5000/path"}}'`}},
		},
		{
			name: "without a ConfigMap", only: []string{"service.mlflow.exists"}, options: func(o *doctor.Options) { o.Contract.Key("MLFLOW_TRACKING_URI").Default = "http://mlflows:5000" },
			objects: service("mlflow", `{ports: [{port: 5000}]}`),
			want:    []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K01", Detail: "there is no Service mlflows in NS, there is mlflow", Evidence: []string{"MLFLOW_TRACKING_URI: host mlflows, port 5000 (default)"}, Hint: "set MLFLOW_TRACKING_URI=http://mlflow.NS.svc.cluster.local:5000"}},
		},
		{
			name: "no value", options: func(o *doctor.Options) { o.Contract.Key("MINIO_ENDPOINT").Default = "" },
			want: []checklist.Finding{{State: checklist.Skip, Detail: "MINIO_ENDPOINT has no value"}},
		},
		{
			name: "no address", objects: endpoint("http://store:9000"),
			want: []checklist.Finding{{State: checklist.Unknown, Detail: "the value of MINIO_ENDPOINT is no address", Hint: "kubectl -n NS get configmap flts-config -o yaml"}},
		},
		{
			name: "the ConfigMap may not be read", objects: endpoint("store:9000") + store, as: "- {apiGroups: [\"\"], resources: [secrets, services], verbs: [get, list]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get configmaps flts-config in NS", Hint: "kubectl -n NS auth can-i get configmaps/flts-config"}},
		},
		{
			name: "the Secret may not be read, and may hold it", objects: store, as: "- {apiGroups: [\"\"], resources: [configmaps, services], verbs: [get, list]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get secrets flts-secrets in NS", Hint: "kubectl -n NS auth can-i get secrets/flts-secrets"}},
		},
		{
			name: "Services may not be read", objects: endpoint("store:9000") + store, as: "- {apiGroups: [\"\"], resources: [configmaps, secrets], verbs: [get]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get services store in NS", Hint: "kubectl -n NS auth can-i get services/store"}},
		},
		{
			name: "nothing may be read", objects: endpoint("store:9000") + store, as: " ",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get configmaps flts-config in NS", Hint: "kubectl -n NS auth can-i get configmaps/flts-config"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			if s.only == nil {
				s.only = []string{"service.minio.exists"}
			}
			s.run(t)
		})
	}
}

// Who may see nothing is told nothing.
func TestNothingMayBeSeen(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "nothing", objects: endpoint("store:9000") + store + storePod, as: " ",
			want: []checklist.Finding{
				{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get configmaps flts-config in NS", Hint: "kubectl -n NS auth can-i get configmaps/flts-config"},
				{State: checklist.Skip, Detail: "needs service.minio.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs service.minio.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs service.minio.exists, which could not look"},
				{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get configmaps flts-config in NS", Hint: "kubectl -n NS auth can-i get configmaps/flts-config"},
				{State: checklist.Skip, Detail: "needs service.mlflow.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs service.mlflow.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs service.mlflow.exists, which could not look"},
				{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get configmaps flts-config in NS", Hint: "kubectl -n NS auth can-i get configmaps/flts-config"},
				{State: checklist.Skip, Detail: "needs service.gateway.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs service.gateway.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs service.gateway.exists, which could not look"},
				{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list networkpolicies.networking.k8s.io in NS", Hint: "kubectl -n NS auth can-i list networkpolicies.networking.k8s.io"},
				{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list serviceaccounts in NS", Hint: "kubectl -n NS auth can-i list serviceaccounts"},
				{State: checklist.Skip, Detail: "needs account.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs account.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs account.exists, which could not look"},
				{State: checklist.Skip, Detail: "needs account.exists, which could not look"},
			},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"service.*", "egress.*", "account.*"}
			s.run(t)
		})
	}
}

func TestServicePort(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "there", objects: endpoint("store:9000") + store,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "port 9000 (api) of Service store"}},
		},
		{
			name: "of the scheme", objects: endpoint("store") + service("store", `{ports: [{port: 80}]}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "port 80 of Service store"}},
		},
		{
			name: "that of the pods", objects: endpoint("store:9000") + service("store", `{ports: [{name: s3, port: 80, targetPort: 9000}, {name: other, port: 81}]}`), mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K40", Detail: "Service store has no port 9000, it has 80 (s3), 81 (other); 9000 is the port of its pods", Evidence: []string{"MINIO_ENDPOINT: host store, port 9000 (ConfigMap flts-config)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store.NS.svc.cluster.local:80"}}'`}},
		},
		{
			name: "the only other", objects: endpoint("store:8333") + service("store", `{ports: [{port: 9000}]}`), mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K40", Detail: "Service store has no port 8333, it has 9000", Evidence: []string{"MINIO_ENDPOINT: host store, port 8333 (ConfigMap flts-config)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store.NS.svc.cluster.local:9000"}}'`}},
		},
		{
			name: "the usual", objects: endpoint("store:8333") + service("store", `{ports: [{name: a, port: 9000}, {name: b, port: 7000}]}`), mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K40", Detail: "Service store has no port 8333, it has 9000 (a), 7000 (b)", Evidence: []string{"MINIO_ENDPOINT: host store, port 8333 (ConfigMap flts-config)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store.NS.svc.cluster.local:9000"}}'`}},
		},
		{
			name: "nobody knows which", objects: endpoint("store:8333") + service("store", `{ports: [{name: a, port: 6000}, {name: b, port: 7000}]}`),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K40", Detail: "Service store has no port 8333, it has 6000 (a), 7000 (b)", Evidence: []string{"MINIO_ENDPOINT: host store, port 8333 (ConfigMap flts-config)"}, Hint: "kubectl -n NS get service store -o wide"}},
		},
		{
			name: "of UDP", objects: endpoint("store:9000") + service("store", `{ports: [{port: 9000, protocol: UDP}]}`),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K40", Detail: "Service store has no port 9000, it has 9000/UDP", Evidence: []string{"MINIO_ENDPOINT: host store, port 9000 (ConfigMap flts-config)"}, Hint: "kubectl -n NS get service store -o wide"}},
		},
		{
			name: "the console", objects: endpoint("store:9001") + store, mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-H01", Detail: "port 9001 (console) of Service store is the web console, not the API", Evidence: []string{"MINIO_ENDPOINT: host store, port 9001 (ConfigMap flts-config)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store.NS.svc.cluster.local:9000"}}'`}},
		},
		{
			name: "the console, alone", objects: endpoint("store:9090") + service("store", `{ports: [{name: http-console, port: 9090}]}`),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-H01", Detail: "port 9090 (http-console) of Service store is the web console, not the API", Evidence: []string{"MINIO_ENDPOINT: host store, port 9090 (ConfigMap flts-config)"}, Hint: "kubectl -n NS get service store -o wide"}},
		},
		{
			name: "9001 that is no console", objects: endpoint("store:9001") + service("store", `{ports: [{name: s3, port: 9001}, {name: x, port: 9000}]}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "port 9001 (s3) of Service store"}},
		},
		{
			name: "headless", objects: endpoint("store:80") + service("store", `{clusterIP: None, ports: [{port: 80, targetPort: 9000}]}`), mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K40", Detail: "Service store is headless, so that its port 80 is not translated: the pods listen on 9000", Evidence: []string{"MINIO_ENDPOINT: host store, port 80 (ConfigMap flts-config)"}, Hint: `kubectl -n NS patch configmap flts-config --type=merge -p '{"data":{"MINIO_ENDPOINT":"store.NS.svc.cluster.local:9000"}}'`}},
		},
		{
			name: "headless, without ports", objects: endpoint("store:9000") + service("store", `{clusterIP: None}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "headless, without a list of ports: those of its pods"}},
		},
		{
			name: "an alias", objects: endpoint("store:9000") + service("store", `{type: ExternalName, externalName: s3.example.com}`),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "an alias has the ports of what it stands for"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"service.minio.port"}
			s.run(t)
		})
	}
}

func TestServiceReady(t *testing.T) {
	t.Parallel()
	waiting := func(reason string) func(kubetest.Namespace) {
		return func(ns kubetest.Namespace) {
			ns.Status("pod", "store-0", `{"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "False"}], "containerStatuses": [{"name": "minio", "image": "minio", "imageID": "", "ready": false, "restartCount": 4, "state": {"waiting": {"reason": "`+reason+`"}}}]}`)
		}
	}
	const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: minio}
spec:
  replicas: 1
  selector: {matchLabels: {app: store-server, tier: data}}
  template:
    metadata: {labels: {app: store-server, tier: data}}
    spec: {containers: [{name: minio, image: minio}]}
---
`
	for _, s := range []scenario{
		{
			name: "ready", objects: endpoint("store:9000") + store + storePod, prepare: podIs("store-0", "10.244.1.1", "true"),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 ready"}},
		},
		{
			name: "one of two", objects: endpoint("store:9000") + store + storePod + strings.ReplaceAll(storePod, "store-0", "store-1"),
			prepare: func(ns kubetest.Namespace) {
				podIs("store-0", "10.244.1.2", "true")(ns)
				podIs("store-1", "10.244.1.3", "false")(ns)
			},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 2 ready"}},
		},
		{
			name: "not ready", objects: endpoint("store:9000") + store + storePod, prepare: podIs("store-0", "10.244.1.4", "false"),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "the pod behind Service store is not ready: it is Running (ByTest)", Evidence: []string{"store-0: it is Running (ByTest)"}, Hint: "kubectl -n NS describe pod store-0"}},
		},
		{
			name: "not ready, and published", objects: endpoint("store:9000") + service("store", `{publishNotReadyAddresses: true, selector: {app: store}, ports: [{port: 9000}]}`) + storePod,
			prepare: func(ns kubetest.Namespace) {
				ns.Status("pod", "store-0", `{"phase": "Running", "podIP": "10.244.1.5", "podIPs": [{"ip": "10.244.1.5"}], "conditions": [{"type": "Ready", "status": "False"}]}`)
				ns.Eventually("true false", "get", "endpointslices", "-o", "jsonpath={.items[*].endpoints[*].conditions.ready} {.items[*].endpoints[*].conditions.serving}")
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "the pod behind Service store is not ready: it is Running", Evidence: []string{"store-0: it is Running"}, Hint: "kubectl -n NS describe pod store-0"}},
		},
		{
			name: "no image", objects: endpoint("store:9000") + store + storePod, prepare: waiting("ImagePullBackOff"),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "the pod behind Service store is not ready: container minio waits: ImagePullBackOff, 4 restarts", Evidence: []string{"store-0: container minio waits: ImagePullBackOff, 4 restarts"}, Hint: "kubectl -n NS describe pod store-0"}},
		},
		{
			name: "no node", objects: endpoint("store:9000") + store + strings.ReplaceAll(storePod, "nodeName: elsewhere, ", ""),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "the pod behind Service store is not ready: no node has taken it yet", Evidence: []string{"store-0: no node has taken it yet"}, Hint: "kubectl -n NS describe pod store-0"}},
		},
		{
			name: "no node takes it", objects: endpoint("store:9000") + store + strings.ReplaceAll(storePod, "nodeName: elsewhere, ", ""), prepare: func(ns kubetest.Namespace) {
				ns.Status("pod", "store-0", `{"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes are available"}]}`)
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "the pod behind Service store is not ready: no node takes it (Unschedulable)", Evidence: []string{"store-0: no node takes it (Unschedulable)"}, Hint: "kubectl -n NS describe pod store-0"}},
		},
		{
			name: "one pod of a headless Service", objects: endpoint("store-0.store.NS.svc:9000") + service("store", `{clusterIP: None, selector: {app: store}, ports: [{port: 9000}]}`) + strings.Replace(storePod, "nodeName", "hostname: store-0, subdomain: store, nodeName", 1), prepare: podIs("store-0", "10.244.1.6", "true"),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 ready"}},
		},
		{
			name: "another pod of a headless Service", objects: endpoint("store-1.store.NS.svc:9000") + service("store", `{clusterIP: None, selector: {app: store}, ports: [{port: 9000}]}`) + strings.Replace(storePod, "nodeName", "hostname: store-0, subdomain: store, nodeName", 1), prepare: podIs("store-0", "10.244.1.7", "true"),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "no pod of Service store has the host name store-1", Hint: "kubectl -n NS get endpointslices -l kubernetes.io/service-name=store"}},
		},
		{
			name: "other labels", objects: endpoint("store:9000") + store + elsewhere + strings.Replace(deployment, "containers", "nodeName: elsewhere, containers", 1), mends: true,
			prepare: func(ns kubetest.Namespace) {
				ns.Eventually("Pending", "get", "pods", "-o", "jsonpath={.items[*].status.phase}")
				ns.Status("pod", strings.TrimSpace(strings.TrimPrefix(ns.Kubectl("get", "pods", "-o", "name"), "pod/")), `{"phase": "Running", "podIP": "10.244.1.8", "podIPs": [{"ip": "10.244.1.8"}], "conditions": [{"type": "Ready", "status": "True"}]}`)
			},
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K41", Detail: "no pod in NS has the labels that Service store selects, app=store; deployment minio has others", Evidence: []string{"deployment minio has app=store-server,tier=data"}, Hint: `kubectl -n NS patch service store --type=merge -p '{"spec":{"selector":{"app":"store-server"}}}'`}},
		},
		{
			name: "a label too many", objects: endpoint("store:9000") + service("store", `{selector: {app: store, release: ml}, ports: [{port: 9000}]}`) + storePod,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K41", Detail: "no pod in NS has the labels that Service store selects, app=store,release=ml; pod store-0 has others", Evidence: []string{"pod store-0 has app=store"}, Hint: "kubectl -n NS edit service store   (spec.selector)"}},
		},
		{
			name: "nothing like it", objects: endpoint("store:9000") + store,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K41", Detail: "no pod in NS has the labels that Service store selects, app=store", Hint: "kubectl -n NS get pods --show-labels"}},
		},
		{
			name: "scaled to nothing", objects: endpoint("store:9000") + strings.Replace(store, "app: store", "app: store-server", 1) + strings.Replace(deployment, "replicas: 1", "replicas: 0", 1),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "Service store has no pods: deployment minio is scaled to 0", Hint: "kubectl -n NS scale deployment minio --replicas=1"}},
		},
		{
			name: "paused", objects: endpoint("store:9000") + strings.Replace(store, "app: store", "app: store-server", 1) + strings.Replace(deployment, "replicas: 1", "paused: true", 1),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "Service store has no pods: deployment minio makes none", Hint: "kubectl -n NS describe deployment minio"}},
		},
		{
			name: "other labels, and workloads may not be read", objects: endpoint("store:9000") + store + strings.ReplaceAll(storePod, "app: store", "app: storage"),
			as: "- {apiGroups: [\"\", discovery.k8s.io], resources: [configmaps, secrets, services, endpointslices, pods], verbs: [get, list]}",
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-K41", Detail: "no pod in NS has the labels that Service store selects, app=store",
				Evidence: []string{"may not list deployments.apps in NS", "may not list statefulsets.apps in NS"},
				Hint:     "kubectl -n NS get pods --show-labels",
			}},
		},
		{
			name: "no selector", objects: endpoint("store:9000") + service("store", `{ports: [{port: 9000}]}`),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "Service store has no selector, and nobody gave it endpoints", Hint: "kubectl -n NS get endpointslices -l kubernetes.io/service-name=store"}},
		},
		{
			name: "no selector, and addresses", objects: endpoint("store:9000") + service("store", `{ports: [{port: 9000}]}`) + `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: store, labels: {kubernetes.io/service-name: store}}
addressType: IPv4
ports: [{port: 9000}]
endpoints: [{addresses: [192.0.2.7]}]
`,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 ready"}},
		},
		{
			name: "a port by a name that no container has", objects: endpoint("store:9000") + service("store", `{selector: {app: store}, ports: [{port: 9000, targetPort: s3}]}`) + storePod, mends: true,
			prepare: podIs("store-0", "10.244.1.9", "true"),
			want:    []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K42", Detail: "port 9000 of Service store goes to the port named s3, and no container of its 1 ready pods has one of that name", Evidence: []string{"store-0"}, Hint: `kubectl -n NS patch service store --type=json -p '[{"op":"test","path":"/spec/ports/0/port","value":9000},{"op":"replace","path":"/spec/ports/0/targetPort","value":9000}]'`}},
		},
		{
			name: "an alias outside", objects: endpoint("store:9000") + service("store", `{type: ExternalName, externalName: s3.example.com}`),
			want: []checklist.Finding{{State: checklist.Skip, Detail: "Service store is an alias of s3.example.com, outside of this cluster: flts-run check looks at it"}},
		},
		{
			name: "an alias of nothing", objects: endpoint("store:9000") + service("store", `{type: ExternalName, externalName: minio.NS.svc.cluster.local}`),
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-D12", Detail: "Service store is an alias of minio.NS.svc.cluster.local, and there is no Service minio in NS", Hint: "kubectl -n NS edit service store   (spec.externalName)"}},
		},
		{
			name: "an alias inside", objects: endpoint("alias:9000") + service("alias", `{type: ExternalName, externalName: store.NS.svc.cluster.local}`) + store + storePod,
			prepare: podIs("store-0", "10.244.1.10", "true"),
			want:    []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 ready"}},
		},
		{
			name: "an alias of an alias", objects: endpoint("alias:9000") + service("alias", `{type: ExternalName, externalName: store.NS.svc.cluster.local}`) + service("store", `{type: ExternalName, externalName: s3.example.com}`),
			want: []checklist.Finding{{State: checklist.Unknown, Detail: "Service alias is an alias of store.NS.svc.cluster.local, which is an alias again: not followed", Hint: "kubectl -n NS get service store -o wide"}},
		},
		{
			name: "an alias with another port", objects: endpoint("alias:80") + service("alias", `{type: ExternalName, externalName: store.NS.svc.cluster.local}`) + store,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K40", Detail: "an alias of store.NS.svc.cluster.local: Service store has no port 80, it has 9000 (api), 9001 (console)", Hint: "kubectl -n NS get service store -o wide"}},
		},
		{
			name: "endpoints may not be read", objects: endpoint("store:9000") + store, as: "- {apiGroups: [\"\"], resources: [configmaps, secrets, services], verbs: [get, list]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list endpointslices.discovery.k8s.io in NS", Hint: "kubectl -n NS auth can-i list endpointslices.discovery.k8s.io"}},
		},
		{
			name: "pods may not be read", objects: endpoint("store:9000") + store + storePod, prepare: podIs("store-0", "10.244.1.11", "false"),
			as:   "- {apiGroups: [\"\", discovery.k8s.io], resources: [configmaps, secrets, services, endpointslices], verbs: [get, list]}",
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K02", Detail: "Service store has no ready endpoint", Evidence: []string{"why is not known: may not list pods in NS"}, Hint: "kubectl -n NS get endpointslices -l kubernetes.io/service-name=store"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"service.minio.ready"}
			s.run(t)
		})
	}
}
