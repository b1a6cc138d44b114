package doctor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// What is computed from roles and bindings is what the API says when it is asked, and
// it is asked: the two views differ in what they may do.
func TestRightsComputedAreThoseOfTheAPI(t *testing.T) {
	ns := kubetest.New(t)
	ns.Apply(runner + `
apiVersion: v1
kind: ServiceAccount
metadata: {name: other}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: nodes-of-NS}
rules: [{apiGroups: [""], resources: [nodes], verbs: [get, list]}, {apiGroups: [""], resources: [secrets], resourceNames: [wide], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: nodes-of-NS}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: nodes-of-NS}
subjects: [{kind: ServiceAccount, name: pipeline-runner, namespace: NS}, {kind: Group, apiGroup: rbac.authorization.k8s.io, name: "system:serviceaccounts:NS"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: gone}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: no-such-role}
subjects: [{kind: ServiceAccount, name: other, namespace: NS}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: odd}
rules:
- {apiGroups: [""], resources: ["*/log", pods], verbs: [get]}
- {apiGroups: [apps], resources: ["*"], verbs: [list]}
- {apiGroups: ["*"], resources: [configmaps], verbs: ["*"]}
- {apiGroups: [""], resources: [secrets], resourceNames: [flts-secrets], verbs: [get, list]}
- {apiGroups: [""], resources: [pods/exec], verbs: [create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: odd}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: odd}
subjects: [{kind: ServiceAccount, name: pipeline-runner}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: "system:serviceaccount:NS:other"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reads-roles-of-NS}
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings, clusterroles, clusterrolebindings], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reads-roles-of-NS}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reads-roles-of-NS}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: examiner-NS}]
`)
	view := func(kubeconfig string) *cluster.View {
		api, err := cluster.Open(kubetest.Config(t, kubeconfig))
		require.NoError(t, err)
		return cluster.NewView(api)
	}
	asks, reads := view(ns.Admin()), view(ns.Reader("examiner", ""))
	may, err := reads.MayI(t.Context(), "create", "authorization.k8s.io", "localsubjectaccessreviews", ns.Name, "")
	require.NoError(t, err)
	require.False(t, may, "both would ask")

	objects := []cluster.Right{
		{Resource: "configmaps"},
		{Resource: "configmaps", Name: "flts-config"},
		{Resource: "secrets"},
		{Resource: "secrets", Name: "flts-secrets"},
		{Resource: "secrets", Name: "wide"},
		{Resource: "secrets", Name: "other"},
		{Resource: "pods"},
		{Resource: "pods", Subresource: "log"},
		{Resource: "pods", Subresource: "exec"},
		{Resource: "pods", Subresource: "status"},
		{Resource: "nodes"},
		{Group: "apps", Resource: "deployments"},
		{Group: "apps", Resource: "deployments", Subresource: "scale"},
		{Group: "batch", Resource: "jobs"},
		{Group: "authorization.k8s.io", Resource: "selfsubjectaccessreviews"}, // of the group system:authenticated
		{Group: "*", Resource: "*"},
	}
	allowed := 0
	for _, name := range []string{"pipeline-runner", "other", "default"} {
		for _, namespace := range []string{ns.Name, "kube-system", ""} {
			for _, verb := range []string{"get", "list", "watch", "create", "*"} {
				for _, r := range objects {
					r.Verb, r.Namespace = verb, namespace
					account := cluster.Account{Namespace: ns.Name, Name: name}
					want, err := asks.MayAccount(t.Context(), account, r)
					require.NoError(t, err)
					got, err := reads.MayAccount(t.Context(), account, r)
					require.NoError(t, err)
					require.Equal(t, want, got, "%s %+v", name, r)
					if want {
						allowed++
					}
				}
			}
		}
	}
	require.Greater(t, allowed, 50, "a comparison of refusals is none")
}
