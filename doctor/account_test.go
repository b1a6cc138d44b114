package doctor_test

import (
	"strings"
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
)

const runner = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: pipeline-runner}
---
`

// component is a pod of Kubeflow Pipelines that reads the configuration.
const component = elsewhere + runner + `
apiVersion: v1
kind: Pod
metadata: {name: train, labels: {pipelines.kubeflow.org/v2_component: "true"}}
spec: {serviceAccountName: pipeline-runner, nodeName: elsewhere, containers: [{name: main, image: task, env: [{name: K, valueFrom: {secretKeyRef: {name: flts-secrets, key: K}}}]}]}
---
`

// bound gives the pipeline-runner rights, a YAML list of rules.
func bound(rules string) string {
	return `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: runner}
rules: ` + rules + `
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: runner}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: runner}
subjects: [{kind: ServiceAccount, name: pipeline-runner, namespace: NS}]
---
`
}

const (
	readsBoth = `[{apiGroups: [""], resources: [configmaps], verbs: [get, list, watch]}, {apiGroups: [""], resources: [secrets], resourceNames: [flts-secrets, mlpipeline-minio-artifact], verbs: [get]}]`

	// What an examiner needs to see the account itself, and to read what it may.
	seesAccount = "- {apiGroups: [\"\"], resources: [pods, serviceaccounts], verbs: [list]}\n"
	seesRoles   = seesAccount + "- {apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: [get, list]}\n"
	mayAsk      = seesAccount + "- {apiGroups: [authorization.k8s.io], resources: [localsubjectaccessreviews], verbs: [create]}\n"
)

func named(name string) func(*doctor.Options) {
	return func(o *doctor.Options) { o.ServiceAccount = name }
}

func TestAccountExists(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "of the namespace",
			want: []checklist.Finding{{State: checklist.Pass, Detail: "service account default: the usual one"}},
		},
		{
			name: "of Kubeflow Pipelines", objects: runner,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "service account pipeline-runner: the usual one"}},
		},
		{
			name: "of the pods", objects: component + strings.Replace(component, "name: train", "name: predict", 1) + strings.Replace(task, "name: train", "name: other", 1),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "service account pipeline-runner: that of 2 of 3 pods that read the configuration"}},
		},
		{
			name: "as asked for", objects: runner, options: named("pipeline-runner"),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "service account pipeline-runner: as asked for"}},
		},
		{
			name: "gone", options: named("pipeline-runner"), mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K15", Detail: "there is no service account pipeline-runner in NS (as asked for)", Hint: "kubectl -n NS create serviceaccount pipeline-runner"}},
		},
		{
			name: "may not be read", as: "- {apiGroups: [\"\"], resources: [pods], verbs: [list]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list serviceaccounts in NS", Hint: "kubectl -n NS auth can-i list serviceaccounts"}},
		},
		{
			name: "pods may not be read", as: "- {apiGroups: [\"\"], resources: [serviceaccounts], verbs: [list]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list pods in NS", Hint: "kubectl -n NS auth can-i list pods"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"account.exists"}
			s.run(t)
		})
	}
}

// An account that was named is looked at without its pods, as far as that goes.
func TestAccountWithoutItsPods(t *testing.T) {
	const noPods = "- {apiGroups: [\"\"], resources: [serviceaccounts], verbs: [list]}"
	unseen := checklist.Finding{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list pods in NS", Hint: "kubectl -n NS auth can-i list pods"}
	scenario{
		as: noPods, options: named("default"), only: []string{"account.*"},
		want: []checklist.Finding{
			{State: checklist.Pass, Detail: "service account default: as asked for"},
			unseen, unseen,
			{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list clusterrolebindings.rbac.authorization.k8s.io", Hint: "kubectl auth can-i list clusterrolebindings.rbac.authorization.k8s.io --all-namespaces"},
			unseen,
		},
	}.run(t)
}

func TestAccountToken(t *testing.T) {
	const off = "\nautomountServiceAccountToken: false\n---\n"
	for _, s := range []scenario{
		{
			name: "mounted", objects: component,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 pods of components get it"}},
		},
		{
			name: "off, and needed", objects: strings.TrimSuffix(runner, "---\n") + strings.TrimPrefix(off, "\n"), mends: true,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K15", Detail: "service account pipeline-runner has automountServiceAccountToken: false, and the launcher of Kubeflow Pipelines needs its token", Hint: `kubectl -n NS patch serviceaccount pipeline-runner --type=merge -p '{"automountServiceAccountToken":true}'`}},
		},
		{
			name: "off, and needed by a pod", objects: strings.Replace(component, "{name: pipeline-runner}\n---\n", "{name: pipeline-runner}"+off, 1), mends: true,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K15", Detail: "service account pipeline-runner has automountServiceAccountToken: false, and the launcher of Kubeflow Pipelines needs its token", Evidence: []string{"train"}, Hint: `kubectl -n NS patch serviceaccount pipeline-runner --type=merge -p '{"automountServiceAccountToken":true}'`}},
		},
		{
			name: "off, and the pod says otherwise", objects: strings.Replace(strings.Replace(component, "{name: pipeline-runner}\n---\n", "{name: pipeline-runner}"+off, 1), "nodeName", "automountServiceAccountToken: true, nodeName", 1),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 pods of components get it"}},
		},
		{
			name: "off in the pod", objects: strings.Replace(component, "nodeName", "automountServiceAccountToken: false, nodeName", 1),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K15", Detail: "automountServiceAccountToken is false in pod train, and the launcher of Kubeflow Pipelines needs the token", Hint: "kubectl -n NS get pod train -o yaml   (spec.automountServiceAccountToken, of the pod's template)"}},
		},
		{
			name: "off in the pod, which asks for one", objects: strings.Replace(component, "nodeName", "automountServiceAccountToken: false, volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: token}}]}}], nodeName", 1),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 pods of components get it"}},
		},
		{
			name: "off, and not needed", prepare: func(ns kubetest.Namespace) {
				ns.Kubectl("patch", "serviceaccount", "default", "-p", `{"automountServiceAccountToken":false}`)
			},
			want: []checklist.Finding{{State: checklist.Pass, Detail: "not mounted, and nothing was seen that needs it"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"account.token"}
			s.run(t)
		})
	}
}

func TestAccountRights(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "enough", objects: runner + bound(readsBoth),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "pipeline-runner may get,list,watch configmaps, get secrets/flts-secrets, get secrets/mlpipeline-minio-artifact"}},
		},
		{
			name: "none", objects: runner, mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K60", Detail: "service account pipeline-runner may not get,list,watch configmaps, nor get secrets/flts-secrets, nor get secrets/mlpipeline-minio-artifact", Hint: "kubectl -n NS create role pipeline-runner-reads-configmaps --verb=get,list,watch --resource=configmaps --dry-run=client -o yaml | kubectl -n NS auth reconcile -f -"}},
		},
		{
			name: "no secrets", objects: runner + bound(`[{apiGroups: [""], resources: [configmaps], verbs: ["*"]}]`), mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K60", Detail: "service account pipeline-runner may not get secrets/flts-secrets, nor get secrets/mlpipeline-minio-artifact", Hint: "kubectl -n NS create role pipeline-runner-reads-secrets --verb=get --resource=secrets --resource-name=flts-secrets --resource-name=mlpipeline-minio-artifact --dry-run=client -o yaml | kubectl -n NS auth reconcile -f -"}},
		},
		{
			name: "one secret of two", objects: runner + bound(strings.Replace(readsBoth, "flts-secrets, ", "", 1)), mends: true,
			want: []checklist.Finding{{State: checklist.Fail, Code: "FLTS-K60", Detail: "service account pipeline-runner may not get secrets/flts-secrets", Hint: "kubectl -n NS create role pipeline-runner-reads-secrets --verb=get --resource=secrets --resource-name=flts-secrets --dry-run=client -o yaml | kubectl -n NS auth reconcile -f -"}},
		},
		{
			name: "no platform",
			want: []checklist.Finding{{State: checklist.Skip, Detail: "no component of Kubeflow Pipelines was seen; others need no rights to get a ConfigMap or a Secret"}},
		},
		{
			name: "asked in the namespace", objects: runner + bound(readsBoth), as: mayAsk,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "pipeline-runner may get,list,watch configmaps, get secrets/flts-secrets, get secrets/mlpipeline-minio-artifact"}},
		},
		{
			name: "read from roles", objects: runner + bound(readsBoth), as: seesRoles,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "pipeline-runner may get,list,watch configmaps, get secrets/flts-secrets, get secrets/mlpipeline-minio-artifact"}},
		},
		{
			name: "not in the roles that are seen", objects: runner, as: seesRoles,
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list clusterrolebindings.rbac.authorization.k8s.io", Hint: "kubectl auth can-i list clusterrolebindings.rbac.authorization.k8s.io --all-namespaces"}},
		},
		{
			name: "neither asked nor read", objects: runner + bound(readsBoth), as: seesAccount,
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list clusterrolebindings.rbac.authorization.k8s.io", Hint: "kubectl auth can-i list clusterrolebindings.rbac.authorization.k8s.io --all-namespaces"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"account.rights"}
			s.run(t)
		})
	}
}

func TestAccountExcess(t *testing.T) {
	for _, s := range []scenario{
		{
			name: "none", objects: runner + bound(readsBoth),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "pipeline-runner may neither read all secrets nor enter pods"}},
		},
		{
			name: "all secrets", objects: runner + bound(`[{apiGroups: [""], resources: [secrets], verbs: [get, list]}]`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K61", Detail: "service account pipeline-runner may do more than a component needs: get secrets in NS, list secrets in NS", Evidence: []string{"get secrets in NS", "list secrets in NS"}, Hint: "kubectl get rolebindings,clusterrolebindings -A -o wide | grep -w pipeline-runner"}},
		},
		{
			name: "everything", objects: runner + bound(`[{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K61", Detail: "service account pipeline-runner may do more than a component needs: * * in NS", Evidence: []string{"* * in NS"}, Hint: "kubectl get rolebindings,clusterrolebindings -A -o wide | grep -w pipeline-runner"}},
		},
		{
			name: "into pods", objects: runner + bound(`[{apiGroups: [""], resources: [pods/exec], verbs: [create]}]`),
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K61", Detail: "service account pipeline-runner may do more than a component needs: create pods/exec in NS", Evidence: []string{"create pods/exec in NS"}, Hint: "kubectl get rolebindings,clusterrolebindings -A -o wide | grep -w pipeline-runner"}},
		},
		{
			name: "administrator", objects: runner + `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: runner-of-NS}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: pipeline-runner, namespace: NS}]
`,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K61", Detail: "service account pipeline-runner may do more than a component needs: * * in all namespaces", Evidence: []string{"* * in all namespaces"}, Hint: "kubectl get rolebindings,clusterrolebindings -A -o wide | grep -w pipeline-runner"}},
		},
		{
			name: "seen in roles", objects: runner + bound(`[{apiGroups: [""], resources: [secrets], verbs: [list]}]`), as: seesRoles,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K61", Detail: "service account pipeline-runner may do more than a component needs: list secrets in NS", Evidence: []string{"list secrets in NS"}, Hint: "kubectl get rolebindings,clusterrolebindings -A -o wide | grep -w pipeline-runner"}},
		},
		{
			name: "not seen", objects: runner + bound(readsBoth), as: seesRoles,
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list clusterrolebindings.rbac.authorization.k8s.io", Hint: "kubectl auth can-i list clusterrolebindings.rbac.authorization.k8s.io --all-namespaces"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"account.excess"}
			s.run(t)
		})
	}
}

func TestPullSecrets(t *testing.T) {
	pulls := func(ns kubetest.Namespace) {
		ns.Kubectl("patch", "serviceaccount", "default", "-p", `{"imagePullSecrets":[{"name":"images"}]}`)
	}
	secret := func(name, kind, key, value string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata: {name: " + name + "}\ntype: " + kind + "\nstringData: {" + key + ": '" + value + "'}\n---\n"
	}
	login := secret("images", "kubernetes.io/dockerconfigjson", ".dockerconfigjson", `{"auths":{}}`)
	for _, s := range []scenario{
		{
			name: "none named",
			want: []checklist.Finding{{State: checklist.Pass, Detail: "neither default nor its 0 pods name any: images are pulled without a login"}},
		},
		{
			name: "there", objects: login, prepare: pulls,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 are there"}},
		},
		{
			name: "the old type", objects: secret("images", "kubernetes.io/dockercfg", ".dockercfg", `{}`), prepare: pulls,
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 of 1 are there"}},
		},
		{
			name: "gone", prepare: pulls,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K62", Detail: "1 of 1 pull secrets are not there: images", Hint: "kubectl -n NS create secret generic images --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=$HOME/.docker/config.json"}},
		},
		{
			name: "gone, of a pod", objects: login + strings.Replace(task, "nodeName", "imagePullSecrets: [{name: other}], nodeName", 1), prepare: pulls,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K62", Detail: "1 of 2 pull secrets are not there: other", Hint: "kubectl -n NS create secret generic other --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=$HOME/.docker/config.json"}},
		},
		{
			name: "another type", objects: secret("images", "Opaque", "password", "pass-word-pass"), prepare: pulls,
			want: []checklist.Finding{{State: checklist.Warn, Code: "FLTS-K63", Detail: "pull secret images is not of the type kubernetes.io/dockerconfigjson, and the kubelet passes over it", Hint: "kubectl -n NS get secret images -o jsonpath='{.type}'"}},
		},
		{
			name: "may not be read", objects: login, prepare: pulls, as: seesAccount,
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get secrets images in NS", Hint: "kubectl -n NS auth can-i get secrets/images"}},
		},
		{
			name: "types may not be read", objects: login, prepare: pulls, as: seesAccount + "- {apiGroups: [\"\"], resources: [secrets], verbs: [get]}",
			want: []checklist.Finding{{State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not list secrets in NS", Hint: "kubectl -n NS auth can-i list secrets"}},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.only = []string{"account.pullsecrets"}
			s.run(t)
		})
	}
}
