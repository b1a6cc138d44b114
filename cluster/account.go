package cluster

import (
	"context"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Account is a service account.
type Account struct{ Namespace, Name string }

// User is the name under which the API knows the account.
func (a Account) User() string { return "system:serviceaccount:" + a.Namespace + ":" + a.Name }

// groups are those that every service account is in.
func (a Account) groups() []string {
	return []string{"system:serviceaccounts", "system:serviceaccounts:" + a.Namespace, "system:authenticated"}
}

// Right is something that may be done. Without a Name it is about all of a resource;
// without a Namespace, about all of the cluster.
type Right struct{ Verb, Group, Resource, Subresource, Namespace, Name string }

// access is what was seen of who may do what.
type access struct {
	clusterBindings once[object, []rbacv1.ClusterRoleBinding]
	rules           once[object, []rbacv1.PolicyRule]
	answers         once[accountRight, bool]
	ofType          once[object, []metav1.PartialObjectMetadata]
}

type accountRight struct {
	Account
	Right
}

// MayAccount is whether a service account may do something. The API is asked where it
// lets us ask that about others; else roles and bindings are read. The error is that
// neither could be done.
func (v *View) MayAccount(ctx context.Context, a Account, r Right) (bool, error) {
	return v.access.answers.ask(accountRight{a, r}, func() (bool, error) {
		allowed, err := v.review(ctx, a, r)
		if Is(err, Denied) {
			return v.byRoles(ctx, a, r)
		}
		return allowed, err
	})
}

// review asks the API, in the namespace where that is allowed, which needs fewer
// rights, else in the cluster.
func (v *View) review(ctx context.Context, a Account, r Right) (bool, error) {
	spec := authorizationv1.SubjectAccessReviewSpec{
		User: a.User(), Groups: a.groups(),
		ResourceAttributes: question{"", r.Verb, r.Group, r.Resource, r.Subresource, r.Namespace, r.Name}.attributes(),
	}
	if r.Namespace != "" {
		local := &authorizationv1.LocalSubjectAccessReview{ObjectMeta: metav1.ObjectMeta{Namespace: r.Namespace}, Spec: spec}
		err := v.API.create(ctx, resourceOf("localsubjectaccessreviews"), r.Namespace, local)
		if !Is(err, Denied) {
			return local.Status.Allowed, err
		}
	}
	whole := &authorizationv1.SubjectAccessReview{Spec: spec}
	err := v.API.create(ctx, resourceOf("subjectaccessreviews"), "", whole)
	return whole.Status.Allowed, err
}

// SecretsOfType lists the metadata of the Secrets of a namespace that are of a type,
// which a Secret's metadata does not tell.
func (v *View) SecretsOfType(ctx context.Context, namespace string, t corev1.SecretType) ([]metav1.PartialObjectMetadata, error) {
	return v.access.ofType.ask(object{"", namespace, string(t)}, func() ([]metav1.PartialObjectMetadata, error) {
		return v.API.names(ctx, secrets, namespace, metav1.ListOptions{FieldSelector: "type=" + string(t)})
	})
}
