package doctor_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// apiServer makes a pod as kubeadm does for the API server, and takes it away after
// the test: the namespace is everybody's.
func apiServer(t *testing.T, words string) func(kubetest.Namespace) {
	return func(ns kubetest.Namespace) {
		file := filepath.Join(t.TempDir(), "pod.yaml")
		require.NoError(t, os.WriteFile(file, []byte(ns.In(`
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver-NS, namespace: kube-system, labels: {component: kube-apiserver}}
spec: {containers: [{name: kube-apiserver, image: kube-apiserver, command: [kube-apiserver, `+words+`]}]}
`)), 0o600))
		_, err := ns.Cluster.Kubectl(t.Context(), ns.Admin(), "", "create", "-f", file)
		require.NoError(t, err)
		t.Cleanup(func() {
			ctx := context.WithoutCancel(t.Context())
			_, err := ns.Cluster.Kubectl(ctx, ns.Admin(), "", "delete", "-f", file, "--force")
			require.NoError(t, err)
		})
	}
}

func TestSecurityOfTheAPIServer(t *testing.T) {
	scenario{prepare: apiServer(t, "--encryption-provider-config=/etc/enc.yaml, --audit-webhook-config-file=/etc/audit.yaml"), only: []string{"security.encryption", "security.auditlog"}, want: []checklist.Finding{
		{State: checklist.Pass, Detail: "1 API server with --encryption-provider-config: what its file says is not to be seen"},
		{State: checklist.Pass, Detail: "1 API server with --audit-log-path or --audit-webhook-config-file: what its file says is not to be seen"},
	}}.run(t)
}

func TestSecurityOfAnAPIServerWithoutFlags(t *testing.T) {
	scenario{prepare: apiServer(t, "--secure-port=6443, --audit-log-path="), only: []string{"security.encryption", "security.auditlog"}, want: []checklist.Finding{
		{State: checklist.Warn, Code: "FLTS-K89", Detail: "1 of 1 API server without --encryption-provider-config", Evidence: []string{"kube-apiserver-NS"}, Hint: "kubectl -n kube-system get pods -l component=kube-apiserver -o yaml"},
		{State: checklist.Warn, Code: "FLTS-K89", Detail: "1 of 1 API server without --audit-log-path or --audit-webhook-config-file", Evidence: []string{"kube-apiserver-NS"}, Hint: "kubectl -n kube-system get pods -l component=kube-apiserver -o yaml"},
	}}.run(t)
}

// A copy of the Secret that kubectl apply left is a finding, and is in none.
func TestSecurityOfASecretInAFile(t *testing.T) {
	scenario{prepare: func(ns kubetest.Namespace) {
		applied(t, ns, "{apiVersion: v1, kind: Secret, metadata: {name: flts-secrets}, stringData: {MINIO_SECRET_KEY: canary-secret}}")
	}, only: []string{"security.git", "security.external"}, want: []checklist.Finding{
		{State: checklist.Warn, Code: "FLTS-K70", Detail: "flts-secrets comes from no secret manager that we know", Hint: "kubectl api-resources --api-group=external-secrets.io"},
		{State: checklist.Warn, Code: "FLTS-K73", Detail: "flts-secrets was made by kubectl apply of a file, and has a copy of it in an annotation", Hint: "git log --all --oneline -G 'kind: *Secret'"},
	}}.run(t)
}

// applied is what "kubectl apply -f FILE" made.
func applied(t *testing.T, ns kubetest.Namespace, object string) {
	file := filepath.Join(t.TempDir(), "object.yaml")
	require.NoError(t, os.WriteFile(file, []byte(object), 0o600))
	ns.Kubectl("apply", "-f", file)
}

func TestSecurityOfAChangeByHand(t *testing.T) {
	const object = "{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {MINIO_ENDPOINT: 'minio:9000', GATEWAY_URL: 'http://gateway'}}"
	scenario{prepare: func(ns kubetest.Namespace) {
		applied(t, ns, object)
		ns.Kubectl("patch", "configmap", "flts-config", "--type=merge", "-p", `{"data":{"MINIO_ENDPOINT":"other:9000"}}`)
	}, only: []string{"security.changes"}, want: []checklist.Finding{
		{State: checklist.Warn, Code: "FLTS-K80", Detail: "1 change by hand", Evidence: []string{"ConfigMap flts-config, made by kubectl-client-side-apply: MINIO_ENDPOINT by kubectl-patch"}, Hint: "kubectl -n NS get configmap flts-config -o jsonpath='{.metadata.managedFields}'"},
	}}.run(t)
}

func TestSecurityOfAConfigMapThatIsKeptByHand(t *testing.T) {
	scenario{prepare: func(ns kubetest.Namespace) {
		ns.Kubectl("create", "configmap", "flts-config", "--field-manager=kubectl-edit", "--from-literal=MINIO_ENDPOINT=minio:9000")
	}, only: []string{"security.changes", "security.immutable"}, want: []checklist.Finding{
		{State: checklist.Skip, Detail: "APP_ENV is not prod"},
		{State: checklist.Pass, Detail: "written last: ConfigMap flts-config by kubectl-edit"},
	}}.run(t)
}

// istio makes it possible to write rules in that version of Istio's API.
func istio(t *testing.T, version string) {
	ns := kubetest.New(t)
	ns.Apply(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: peerauthentications.security.istio.io}
spec:
  group: security.istio.io
  names: {kind: PeerAuthentication, plural: peerauthentications, singular: peerauthentication}
  scope: Namespaced
  versions:
  - {name: ` + version + `, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
`)
	ns.Kubectl("wait", "--for=condition=Established", "crd/peerauthentications.security.istio.io")
	t.Cleanup(func() {
		_, err := ns.Cluster.Kubectl(context.WithoutCancel(t.Context()), ns.Admin(), "", "delete", "crd", "peerauthentications.security.istio.io")
		require.NoError(t, err)
	})
}

const inIstio = `
apiVersion: v1
kind: Pod
metadata: {name: train, labels: {sidecar.istio.io/inject: "true"}}
spec: {containers: [{name: main, image: train, envFrom: [{configMapRef: {name: flts-config}}]}]}
`

func peerAuthentication(mode string) string {
	return "\n---\n{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: rule}, spec: {mtls: {mode: " + mode + "}}}"
}

func TestSecurityInAMesh(t *testing.T) {
	mesh := []string{"security.mesh"}
	scenario{name: "no rules can be made", objects: inIstio, only: mesh, want: []checklist.Finding{
		{State: checklist.Warn, Code: "FLTS-K88", Detail: "no PeerAuthentication says STRICT: what is not encrypted is accepted", Hint: "kubectl get peerauthentications -A"},
	}}.run(t)
	istio(t, "v1")
	for _, s := range []scenario{
		{name: "no rule", objects: inIstio, want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K88", Detail: "no PeerAuthentication says STRICT: what is not encrypted is accepted", Hint: "kubectl get peerauthentications -A"}}},
		{name: "strict", objects: inIstio + peerAuthentication("STRICT"), want: []checklist.Finding{{State: checklist.Pass, Detail: "every reader is in a service mesh (1 reader), and PeerAuthentication rule is STRICT"}}},
		{name: "permissive", objects: inIstio + peerAuthentication("PERMISSIVE"), want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K88", Detail: "PeerAuthentication rule in NS is PERMISSIVE: what is not encrypted is accepted", Hint: "kubectl -n NS get peerauthentications"}}},
		{name: "by the namespace", objects: strings.Replace(inIstio, `sidecar.istio.io/inject: "true"`, "app: train", 1) + peerAuthentication("STRICT"), prepare: func(ns kubetest.Namespace) {
			ns.Kubectl("label", "namespace", ns.Name, "istio-injection=enabled")
		}, want: []checklist.Finding{{State: checklist.Pass, Detail: "every reader is in a service mesh (1 reader), and PeerAuthentication rule is STRICT"}}},
		{name: "may not see the rules", objects: inIstio, as: canList, want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list peerauthentications.security.istio.io in NS", Hint: "kubectl -n NS auth can-i list peerauthentications.security.istio.io"}}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = mesh
			s.run(t)
		})
	}
}

func TestSecurityInAnOlderMesh(t *testing.T) {
	istio(t, "v1beta1")
	scenario{objects: inIstio + strings.Replace(peerAuthentication("STRICT"), "/v1,", "/v1beta1,", 1), only: []string{"security.mesh"}, want: []checklist.Finding{
		{State: checklist.Pass, Detail: "every reader is in a service mesh (1 reader), and PeerAuthentication rule is STRICT"},
	}}.run(t)
}

// canList is a user who may see workloads and the ConfigMap, and nothing else.
const canList = `
- {apiGroups: [""], resources: [pods], verbs: [list]}
- {apiGroups: [""], resources: [configmaps, namespaces], verbs: [get]}
- {apiGroups: [apps], resources: [deployments, statefulsets], verbs: [list]}
- {apiGroups: [batch], resources: [jobs, cronjobs], verbs: [list]}
`

// Who may see nothing hears nothing that he could rely on.
func TestSecurityWithoutPermission(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(careless)
	v := scenario{only: []string{"security.*"}}.examine(t, ns, ns.Reader("examiner", ""))
	require.Equal(t, checklist.Counts{Unknown: 22, Skipped: 5, Passed: 1}, v.Counts(), checklist.Table(v))
	for _, r := range v.Results[1:] {
		if r.State == checklist.Unknown {
			require.Equal(t, "FLTS-K09", r.Code, r.ID)
		}
	}
}

// No value of a Secret, and no copy that kubectl left of one, is in any form of the
// report.
func TestSecurityHoldsNoValue(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(careless)
	ns.Kubectl("delete", "secret", "flts-secrets")
	applied(t, ns, "{apiVersion: v1, kind: Secret, metadata: {name: flts-secrets}, stringData: {MINIO_ACCESS_KEY: canary-access, MINIO_SECRET_KEY: canary+secret/}}")
	v := scenario{only: []string{"security.*"}, options: later}.examine(t, ns, ns.Admin())
	doc, err := json.Marshal(v)
	require.NoError(t, err)
	for _, report := range []string{string(doc), checklist.Table(v), checklist.Short(v), checklist.JUnit(v), checklist.Markdown(v), doctor.Plan(v).Script()} {
		require.NotEmpty(t, report)
		for _, secret := range []string{"canary-access", "canary+secret/"} {
			raw := []byte(secret)
			for _, form := range []string{secret, base64.StdEncoding.EncodeToString(raw), hex.EncodeToString(raw), url.QueryEscape(secret)} {
				require.NotContains(t, report, form)
			}
		}
	}
}

// Who may see pods alone hears what is wrong with them, and of nothing that it is
// right.
func TestSecurityWithHalfThePermission(t *testing.T) {
	scenario{
		objects: inIstio, as: `- {apiGroups: [""], resources: [pods], verbs: [list]}`,
		only: []string{"security.mounted", "security.nonroot"}, want: []checklist.Finding{
			{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list deployments.apps in NS", Hint: "kubectl -n NS auth can-i list deployments.apps"},
			{State: checklist.Warn, Code: "FLTS-K81", Detail: "may run as root: 1 of 1 reader", Evidence: []string{"pod/train: container main: neither runAsNonRoot nor runAsUser is set"}, Hint: "kubectl label --dry-run=server --overwrite namespace NS pod-security.kubernetes.io/enforce=restricted"},
		},
	}.run(t)
}

// Where there is nothing to look at, nothing is said to be right.
func TestSecurityOfNothing(t *testing.T) {
	ns := kubetest.New(t)
	v := scenario{only: []string{"security.*"}}.examine(t, ns, ns.Admin())
	var passed []string
	for _, r := range v.Results {
		if r.State == checklist.Pass {
			passed = append(passed, r.ID)
		}
	}
	require.Equal(t, []string{"api.reach", "security.rbac"}, passed)
	require.Equal(t, checklist.Counts{Unknown: 2, Skipped: 24, Passed: 2}, v.Counts(), checklist.Table(v))
}

// Whoever made them, the forms in which a pod has a Secret are seen.
func TestSecurityOfOtherForms(t *testing.T) {
	scenario{
		objects: `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config, labels: {version: v3}}
data: {MINIO_ENDPOINT: "minio:9000"}
---
apiVersion: v1
kind: Pod
metadata: {name: single, annotations: {vault.hashicorp.com/agent-inject: "true"}}
spec:
  initContainers: [{name: before, image: "busybox:1", env: [{name: APP_ENV, value: staging}, {name: A, valueFrom: {secretKeyRef: {name: flts-secrets, key: A}}}]}]
  containers: [{name: main, image: "train@sha256:0123456789012345678901234567890123456789012345678901234567890123"}]
  volumes:
  - {name: items, secret: {secretName: flts-secrets, defaultMode: 0400, items: [{key: A, path: a}, {key: B, path: b, mode: 0604}]}}
  - {name: both, projected: {defaultMode: 0440, sources: [{secret: {name: other}}, {secret: {name: flts-secrets}}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  serviceName: store
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store, environment: staging}}
    spec:
      containers: [{name: main, image: "host:5000/store"}]
      volumes: [{name: config, projected: {sources: [{configMap: {name: flts-config}}]}}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec:
      hostNetwork: true
      restartPolicy: Never
      containers: [{name: main, image: "once:1", securityContext: {capabilities: {drop: [ALL], add: [SYS_ADMIN]}}, env: [{name: M, valueFrom: {configMapKeyRef: {name: flts-config, key: MINIO_ENDPOINT}}}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open}
spec: {podSelector: {}, ingress: [{}], egress: [{}], policyTypes: [Ingress, Egress]}
---
apiVersion: v1
kind: Pod
metadata: {name: ended}
spec: {containers: [{name: main, image: old, envFrom: [{secretRef: {name: flts-secrets}}]}]}
`, prepare: func(ns kubetest.Namespace) { ns.Status("pod", "ended", `{"phase":"Succeeded"}`) },
		only: []string{"security.external", "security.mounted", "security.modes", "security.environments", "security.versioned", "security.capabilities", "security.context", "security.digest", "security.ingress", "security.egress"}, want: []checklist.Finding{
			{State: checklist.Pass, Detail: "the Vault agent puts secrets into pod/single"},
			{State: checklist.Warn, Code: "FLTS-K72", Detail: "the Secret is in the environment of the task: 1 of 3 readers", Evidence: []string{"pod/single: container before: A"}, Hint: "kubectl explain pod.spec.volumes.secret"},
			{State: checklist.Warn, Code: "FLTS-S12", Detail: "every user of the container can read the Secret: 1 of 3 readers", Evidence: []string{"pod/single: volume items has mode 0604"}, Hint: "kubectl explain pod.spec.volumes.secret.defaultMode"},
			{State: checklist.Pass, Detail: "staging alone reads them"},
			{State: checklist.Pass, Detail: `flts-config has version "v3"`},
			{State: checklist.Warn, Code: "FLTS-K83", Detail: "keeps capabilities: 3 of 3 readers", Evidence: []string{"job/once: container main: capabilities.add has SYS_ADMIN", "pod/single: container before: capabilities.drop has no ALL", "pod/single: container main: capabilities.drop has no ALL", "sts/store: container main: capabilities.drop has no ALL"}, Hint: "kubectl label --dry-run=server --overwrite namespace NS pod-security.kubernetes.io/enforce=restricted"},
			{State: checklist.Warn, Code: "FLTS-K84", Detail: "can gain privileges: 3 of 3 readers", Evidence: []string{"job/once: container main: shares the node's network, processes or IPC", "pod/single: container before: allowPrivilegeEscalation is not false", "pod/single: container main: allowPrivilegeEscalation is not false", "sts/store: container main: allowPrivilegeEscalation is not false"}, Hint: "kubectl label --dry-run=server --overwrite namespace NS pod-security.kubernetes.io/enforce=restricted"},
			{State: checklist.Warn, Code: "FLTS-K85", Detail: "the image may be another one tomorrow: 1 of 3 readers", Evidence: []string{"sts/store: container main: host:5000/store"}, Hint: `kubectl -n NS get pods -o jsonpath='{range .items[*]}{.metadata.name} {.status.containerStatuses[*].imageID}{"\n"}{end}'`},
			{State: checklist.Warn, Code: "FLTS-K86", Detail: "can be reached from anywhere: 3 of 3 readers", Evidence: []string{"job/once: NetworkPolicy open admits everything", "pod/single: NetworkPolicy open admits everything", "sts/store: NetworkPolicy open admits everything"}, Hint: "kubectl -n NS describe networkpolicies"},
			{State: checklist.Warn, Code: "FLTS-K87", Detail: "may send anything anywhere: 3 of 3 readers", Evidence: []string{"job/once: NetworkPolicy open admits everything", "pod/single: NetworkPolicy open admits everything", "sts/store: NetworkPolicy open admits everything"}, Hint: "kubectl -n NS describe networkpolicies"},
		},
	}.run(t)
}

func TestSecurityOfWhatHasEnded(t *testing.T) {
	scenario{objects: inIstio + `
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  suspend: true
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "once:1", envFrom: [{configMapRef: {name: flts-config}}]}]
`, prepare: func(ns kubetest.Namespace) {
		ns.Status("pod", "train", `{"phase":"Failed"}`)
		ns.Status("job", "once", `{"startTime":"2025-01-01T00:00:00Z","conditions":[{"type":"FailureTarget","status":"True"},{"type":"Failed","status":"True"}]}`)
	}, only: []string{"security.nonroot", "security.environments"}, want: []checklist.Finding{
		{State: checklist.Skip, Detail: "nothing that runs in NS reads flts-config or flts-secrets; 2 readers have ended"},
		{State: checklist.Skip, Detail: "nothing that runs in NS reads flts-config or flts-secrets; 2 readers have ended"},
	}}.run(t)
}
