package cluster

import (
	"context"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ClusterRole reads a ClusterRole.
func (v *View) ClusterRole(ctx context.Context, name string) (*rbacv1.ClusterRole, error) {
	return v.clusterRoles.ask(object{name: name}, func() (*rbacv1.ClusterRole, error) {
		r := &rbacv1.ClusterRole{}
		return r, v.API.get(ctx, clusterRoles, "", name, r)
	})
}

// Roles lists those of a namespace.
func (v *View) Roles(ctx context.Context, namespace string) ([]rbacv1.Role, error) {
	return all(ctx, v.API, &v.roles, roles, namespace, metav1.ListOptions{}, func(l *rbacv1.RoleList) []rbacv1.Role { return l.Items })
}

// RoleBindings lists those of a namespace.
func (v *View) RoleBindings(ctx context.Context, namespace string) ([]rbacv1.RoleBinding, error) {
	return all(ctx, v.API, &v.bindings, roleBindings, namespace, metav1.ListOptions{}, func(l *rbacv1.RoleBindingList) []rbacv1.RoleBinding { return l.Items })
}
