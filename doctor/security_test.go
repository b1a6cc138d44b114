package doctor_test

import (
	"testing"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// careless is a namespace as tutorials leave it.
const careless = `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config}
data: {MINIO_ENDPOINT: "minio:9000", APP_ENV: production, batch.size: "32"}
---
apiVersion: v1
kind: Secret
metadata: {name: flts-secrets}
stringData: {MINIO_ACCESS_KEY: canary-access, MINIO_SECRET_KEY: canary-secret}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: train}
spec:
  replicas: 2
  selector: {matchLabels: {app: train}}
  template:
    metadata: {labels: {app: train, environment: dev}}
    spec:
      containers:
      - name: main
        image: train
        envFrom: [{configMapRef: {name: flts-config}}, {secretRef: {name: flts-secrets}}]
      volumes:
      - {name: login, secret: {secretName: flts-secrets}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: main
            image: nightly:latest
            securityContext: {privileged: true, runAsUser: 0}
            env: [{name: KEY, valueFrom: {secretKeyRef: {name: flts-secrets, key: MINIO_ACCESS_KEY}}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: nginx}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: everything}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
subjects: [{kind: ServiceAccount, name: default, namespace: NS}, {kind: User, name: somebody}]
`

// careful is one as the security checklist wants it.
const careful = `
apiVersion: v1
kind: ConfigMap
metadata: {name: flts-config, labels: {app.kubernetes.io/version: "7"}}
immutable: true
data: {MINIO_ENDPOINT: "minio:9000", APP_ENV: prod}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: train}
spec:
  replicas: 1
  selector: {matchLabels: {app: train}}
  template:
    metadata: {labels: {app: train}}
    spec:
      serviceAccountName: trainer
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: train:1.2
        envFrom: [{configMapRef: {name: flts-config}}]
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
      - name: linkerd-proxy
        image: proxy@sha256:0123456789012345678901234567890123456789012345678901234567890123
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
      volumes:
      - {name: login, secret: {secretName: flts-secrets, defaultMode: 0440}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: trainer}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: one}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [flts-secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: one}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: one}
subjects: [{kind: ServiceAccount, name: trainer, namespace: NS}]
`

// suppliedSecret makes the Secret as an operator does that keeps it in a vault.
func suppliedSecret(ns kubetest.Namespace) {
	ns.Kubectl("create", "secret", "generic", "flts-secrets", "--from-literal=MINIO_ACCESS_KEY=canary-access", "--from-literal=MINIO_SECRET_KEY=canary-secret")
	ns.Kubectl("label", "secret", "flts-secrets", "reconcile.external-secrets.io/managed=true")
}

// later is when what the test makes is a hundred days old.
func later(o *doctor.Options) {
	o.Now = func() time.Time { return now().Add(100*24*time.Hour + time.Minute) }
}

func TestSecurityOfACarelessNamespace(t *testing.T) {
	scenario{
		objects: careless, only: []string{"security.*"}, options: later, want: []checklist.Finding{
			{State: checklist.Unknown, Detail: "no pod of the API server is to be seen: where a provider runs it, ask its administrator", Hint: "kubectl -n kube-system get pods -l component=kube-apiserver"},
			{State: checklist.Warn, Code: "FLTS-K70", Detail: "flts-secrets comes from no secret manager that we know", Hint: "kubectl api-resources --api-group=external-secrets.io"},
			{State: checklist.Warn, Code: "FLTS-K71", Detail: "flts-secrets was last written 100 days ago, by kubectl", Hint: hint.PatchSecretOf("kubectl -n NS", "flts-secrets", "MINIO_ACCESS_KEY")},
			{State: checklist.Skip, Detail: "the Secret has no copy of a file, and repositories cannot be seen from here", Hint: "git log --all --oneline -G 'kind: *Secret'"},
			{State: checklist.Warn, Code: "FLTS-K72", Detail: "the Secret is in the environment of the task: 2 of 2 readers", Evidence: []string{"cronjob/nightly: container main: KEY", "deploy/train: container main: *"}, Hint: "kubectl explain pod.spec.volumes.secret"},
			{State: checklist.Warn, Code: "FLTS-S12", Detail: "every user of the container can read the Secret: 1 of 2 readers", Evidence: []string{"deploy/train: volume login has mode 0644"}, Hint: "kubectl explain pod.spec.volumes.secret.defaultMode"},
			{State: checklist.Warn, Code: "FLTS-K74", Detail: "dev and prod read the same objects", Evidence: []string{"dev: deploy/train", "prod: cronjob/nightly"}, Hint: "kubectl -n NS get deploy,sts,cronjob,pods -L environment"},
			{State: checklist.Warn, Code: "FLTS-K75", Detail: "runs as the service account default: 2 of 2 readers", Evidence: []string{"cronjob/nightly: service account default", "deploy/train: service account default"}, Hint: "kubectl -n NS get serviceaccounts"},
			{State: checklist.Warn, Code: "FLTS-K76", Detail: "1 RoleBinding lets service accounts read every Secret", Evidence: []string{"RoleBinding everything: default may get every Secret, by ClusterRole edit"}, Hint: "kubectl -n NS get rolebindings -o wide"},
			{State: checklist.Warn, Code: "FLTS-K77", Detail: "flts-config can be changed under running tasks", Hint: "kubectl explain configmap.immutable"},
			{State: checklist.Warn, Code: "FLTS-K78", Detail: "flts-config has no label that says which version it is", Hint: "kubectl -n NS label configmap flts-config app.kubernetes.io/version=VERSION"},
			{State: checklist.Warn, Code: "FLTS-K79", Detail: "1 key of flts-config without a description in the contract", Evidence: []string{"batch.size"}, Hint: "fltsctl doctor --contract FILE"},
			{State: checklist.Pass, Detail: "written last: ConfigMap flts-config by kubectl, Secret flts-secrets by kubectl"},
			{State: checklist.Unknown, Detail: "no pod of the API server is to be seen: where a provider runs it, ask its administrator", Hint: "kubectl -n kube-system get pods -l component=kube-apiserver"},
			{State: checklist.Warn, Code: "FLTS-K81", Detail: "may run as root: 2 of 2 readers", Evidence: []string{"cronjob/nightly: container main: runAsUser is 0", "deploy/train: container main: neither runAsNonRoot nor runAsUser is set"}, Hint: "kubectl label --dry-run=server --overwrite namespace NS pod-security.kubernetes.io/enforce=restricted"},
			{State: checklist.Warn, Code: "FLTS-K82", Detail: "can write to the root file system: 2 of 2 readers", Evidence: []string{"cronjob/nightly: container main: readOnlyRootFilesystem is not set", "deploy/train: container main: readOnlyRootFilesystem is not set"}, Hint: "kubectl label --dry-run=server --overwrite namespace NS pod-security.kubernetes.io/enforce=restricted"},
			{State: checklist.Warn, Code: "FLTS-K83", Detail: "keeps capabilities: 2 of 2 readers", Evidence: []string{"cronjob/nightly: container main: capabilities.drop has no ALL", "deploy/train: container main: capabilities.drop has no ALL"}, Hint: "kubectl label --dry-run=server --overwrite namespace NS pod-security.kubernetes.io/enforce=restricted"},
			{State: checklist.Warn, Code: "FLTS-K84", Detail: "can gain privileges: 2 of 2 readers", Evidence: []string{"cronjob/nightly: container main: privileged", "deploy/train: container main: allowPrivilegeEscalation is not false"}, Hint: "kubectl label --dry-run=server --overwrite namespace NS pod-security.kubernetes.io/enforce=restricted"},
			{State: checklist.Warn, Code: "FLTS-K85", Detail: "the image may be another one tomorrow: 2 of 2 readers", Evidence: []string{"cronjob/nightly: container main: nightly:latest", "deploy/train: container main: train"}, Hint: `kubectl -n NS get pods -o jsonpath='{range .items[*]}{.metadata.name} {.status.containerStatuses[*].imageID}{"\n"}{end}'`},
			{State: checklist.Warn, Code: "FLTS-K86", Detail: "can be reached from anywhere: 2 of 2 readers", Evidence: []string{"cronjob/nightly: no NetworkPolicy of type Ingress selects it", "deploy/train: no NetworkPolicy of type Ingress selects it"}, Hint: "kubectl -n NS describe networkpolicies"},
			{State: checklist.Warn, Code: "FLTS-K87", Detail: "may send anything anywhere: 2 of 2 readers", Evidence: []string{"cronjob/nightly: no NetworkPolicy of type Egress selects it", "deploy/train: no NetworkPolicy of type Egress selects it"}, Hint: "kubectl -n NS describe networkpolicies"},
			{State: checklist.Warn, Code: "FLTS-K88", Detail: "is in no service mesh: 2 of 2 readers", Evidence: []string{"cronjob/nightly: no proxy of a mesh, and none is injected", "deploy/train: no proxy of a mesh, and none is injected"}, Hint: "kubectl get namespace NS --show-labels"},
			{State: checklist.Skip, Detail: "what people do cannot be seen in a cluster", Hint: "kubectl -n NS auth can-i --list"},
			{State: checklist.Skip, Detail: "there is no place in a cluster for it", Hint: "kubectl -n NS get rolebindings -o wide"},
			{State: checklist.Skip, Detail: "the alerts live outside of the cluster", Hint: `kubectl get --raw /metrics | grep '^authentication_attempts{result="failure"}'`},
			{State: checklist.Skip, Detail: "what people do cannot be seen in a cluster", Hint: "fltsctl doctor -n NS --checklist security -o markdown"},
			{State: checklist.Skip, Detail: "the results of a scan are not in the cluster", Hint: `kubectl -n NS get pods -o jsonpath='{range .items[*].spec.containers[*]}{.image}{"\n"}{end}' | sort -u | xargs -n 1 trivy image`},
		},
	}.run(t)
}

func TestSecurityOfACarefulNamespace(t *testing.T) {
	scenario{
		objects: careful, prepare: suppliedSecret, only: []string{"security.*"}, want: []checklist.Finding{
			{State: checklist.Unknown, Detail: "no pod of the API server is to be seen: where a provider runs it, ask its administrator", Hint: "kubectl -n kube-system get pods -l component=kube-apiserver"},
			{State: checklist.Pass, Detail: "flts-secrets comes from External Secrets Operator"},
			{State: checklist.Pass, Detail: "flts-secrets was last written 0 days ago, by kubectl-create"},
			{State: checklist.Skip, Detail: "the Secret has no copy of a file, and repositories cannot be seen from here", Hint: "git log --all --oneline -G 'kind: *Secret'"},
			{State: checklist.Pass, Detail: "no task has the Secret in its environment (1 reader)"},
			{State: checklist.Pass, Detail: "the Secret is mounted for its user alone, or not at all (1 reader)"},
			{State: checklist.Pass, Detail: "prod alone reads them"},
			{State: checklist.Pass, Detail: "no task runs as the service account default (1 reader)"},
			{State: checklist.Pass, Detail: "1 RoleBinding of service accounts, none for every Secret"},
			{State: checklist.Pass, Detail: "flts-config is immutable"},
			{State: checklist.Pass, Detail: `flts-config has app.kubernetes.io/version "7"`},
			{State: checklist.Pass, Detail: "2 keys of flts-config, all described"},
			{State: checklist.Pass, Detail: "written last: ConfigMap flts-config by kubectl, Secret flts-secrets by kubectl-create"},
			{State: checklist.Unknown, Detail: "no pod of the API server is to be seen: where a provider runs it, ask its administrator", Hint: "kubectl -n kube-system get pods -l component=kube-apiserver"},
			{State: checklist.Pass, Detail: "no task runs as root (1 reader)"},
			{State: checklist.Pass, Detail: "every root file system is read-only (1 reader)"},
			{State: checklist.Pass, Detail: "every container drops all capabilities (1 reader)"},
			{State: checklist.Pass, Detail: "no container can gain privileges (1 reader)"},
			{State: checklist.Pass, Detail: "every image has a version (1 reader)"},
			{State: checklist.Pass, Detail: "policies say who may reach the tasks (1 reader)"},
			{State: checklist.Pass, Detail: "policies say what the tasks may reach (1 reader)"},
			{State: checklist.Pass, Detail: "every reader is in a service mesh (1 reader)"},
			{State: checklist.Skip, Detail: "what people do cannot be seen in a cluster", Hint: "kubectl -n NS auth can-i --list"},
			{State: checklist.Skip, Detail: "there is no place in a cluster for it", Hint: "kubectl -n NS get rolebindings -o wide"},
			{State: checklist.Skip, Detail: "the alerts live outside of the cluster", Hint: `kubectl get --raw /metrics | grep '^authentication_attempts{result="failure"}'`},
			{State: checklist.Skip, Detail: "what people do cannot be seen in a cluster", Hint: "fltsctl doctor -n NS --checklist security -o markdown"},
			{State: checklist.Skip, Detail: "the results of a scan are not in the cluster", Hint: `kubectl -n NS get pods -o jsonpath='{range .items[*].spec.containers[*]}{.image}{"\n"}{end}' | sort -u | xargs -n 1 trivy image`},
		},
	}.run(t)
}
