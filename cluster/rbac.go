package cluster

import (
	"context"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	clusterRoles        = resource{rbacv1.SchemeGroupVersion, "clusterroles"}
	clusterRoleBindings = resource{rbacv1.SchemeGroupVersion, "clusterrolebindings"}
)

// byRoles is whether a service account may do something, out of roles and bindings.
// One that allows it decides, whatever could not be seen; that nothing allows it is
// known only when all was seen.
func (v *View) byRoles(ctx context.Context, a Account, r Right) (bool, error) {
	var unseen error
	for _, place := range r.places() {
		bound, err := v.boundTo(ctx, place, a)
		if err != nil {
			unseen = err
		}
		for _, ref := range bound {
			rules, err := v.rulesOf(ctx, place, ref)
			switch {
			case Is(err, NotFound): // a binding to a role that is not there gives nothing
			case err != nil:
				unseen = err
			case slices.ContainsFunc(rules, r.within):
				return true, nil
			}
		}
	}
	return false, unseen
}

// places are the namespaces whose bindings count; "" is the cluster, whose bindings
// count everywhere.
func (r Right) places() []string {
	if r.Namespace == "" {
		return []string{""}
	}
	return []string{r.Namespace, ""}
}

// boundTo are the roles that a service account has there.
func (v *View) boundTo(ctx context.Context, namespace string, a Account) ([]rbacv1.RoleRef, error) {
	var bound []rbacv1.RoleRef
	if namespace == "" {
		bindings, err := all(ctx, v.API, &v.access.clusterBindings, clusterRoleBindings, "", metav1.ListOptions{}, func(l *rbacv1.ClusterRoleBindingList) []rbacv1.ClusterRoleBinding { return l.Items })
		for _, b := range bindings {
			if slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool { return a.is(s, "") }) {
				bound = append(bound, b.RoleRef)
			}
		}
		return bound, err
	}
	bindings, err := v.RoleBindings(ctx, namespace)
	for _, b := range bindings {
		if slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool { return a.is(s, namespace) }) {
			bound = append(bound, b.RoleRef)
		}
	}
	return bound, err
}

// is reports whether a subject of a binding in that namespace is the account, under
// its own name, as a user, or in one of its groups.
func (a Account) is(s rbacv1.Subject, namespace string) bool {
	switch s.Kind {
	case rbacv1.ServiceAccountKind:
		in := s.Namespace
		if in == "" {
			in = namespace
		}
		return s.Name == a.Name && in == a.Namespace
	case rbacv1.UserKind:
		return s.Name == a.User()
	case rbacv1.GroupKind:
		return slices.Contains(a.groups(), s.Name)
	}
	return false
}

func (v *View) rulesOf(ctx context.Context, namespace string, ref rbacv1.RoleRef) ([]rbacv1.PolicyRule, error) {
	if ref.Kind == "ClusterRole" {
		role, err := v.ClusterRole(ctx, ref.Name)
		if err != nil {
			return nil, err
		}
		return role.Rules, nil
	}
	return v.access.rules.ask(object{"roles", namespace, ref.Name}, func() ([]rbacv1.PolicyRule, error) {
		role := &rbacv1.Role{}
		err := v.API.get(ctx, roles, namespace, ref.Name, role)
		return role.Rules, err
	})
}

// within reports whether a rule of RBAC allows it. The names of resources in a rule
// narrow it: without a name, such a rule allows nothing.
func (r Right) within(rule rbacv1.PolicyRule) bool {
	has := func(list []string, wanted string) bool {
		return slices.Contains(list, "*") || slices.Contains(list, wanted)
	}
	resource := r.Resource
	if r.Subresource != "" {
		resource += "/" + r.Subresource
	}
	isResource := has(rule.Resources, resource) || r.Subresource != "" && slices.Contains(rule.Resources, "*/"+r.Subresource)
	isName := len(rule.ResourceNames) == 0 || slices.Contains(rule.ResourceNames, r.Name)
	return has(rule.Verbs, r.Verb) && has(rule.APIGroups, r.Group) && isResource && isName
}
