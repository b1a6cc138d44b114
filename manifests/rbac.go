package manifests

import (
	rbacv1 "k8s.io/api/rbac/v1"
)

// argoReports is how the executor of Argo Workflows, below Kubeflow Pipelines, hands on
// what came of a task, with the account of the task.
var argoReports = rbacv1.PolicyRule{APIGroups: []string{"argoproj.io"}, Resources: []string{"workflowtaskresults"}, Verbs: []string{"create", "patch"}}

// addRoles adds the rights of the account of the runs, and those of others.
func (b *builder) addRoles() {
	runs := Grant{
		Name: b.Account, About: "What a task of Kubeflow Pipelines needs, and no more. Under another platform it needs no rights:\nthe kubelet hands the ConfigMap and the Secret over.",
		Rules: append(b.Rights(b.made.Secret), argoReports), To: b.subject(),
	}
	for _, g := range append([]Grant{runs}, b.Grants...) {
		role := &rbacv1.Role{TypeMeta: typeMeta("rbac.authorization.k8s.io/v1", "Role"), ObjectMeta: b.meta(g.Name), Rules: g.Rules}
		b.add(Object{Part: Roles, Kind: role.Kind, Name: role.Name}, role, comments{"": g.About})
		binding := &rbacv1.RoleBinding{
			TypeMeta: typeMeta("rbac.authorization.k8s.io/v1", "RoleBinding"), ObjectMeta: b.meta(g.Name),
			Subjects: []rbacv1.Subject{g.To}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: role.Kind, Name: role.Name},
		}
		b.add(Object{Part: Roles, Kind: binding.Kind, Name: binding.Name}, binding, comments{})
	}
}
