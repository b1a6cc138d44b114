package cluster

import (
	"context"

	authorizationv1 "k8s.io/api/authorization/v1"
)

// question is whether somebody may do something.
type question struct{ who, verb, group, resource, subresource, namespace, name string }

// MayI asks the API whether we may do something to a resource, "secrets" or
// "endpointslices.discovery.k8s.io". Everybody may ask that about himself.
func (v *View) MayI(ctx context.Context, verb, group, resource, namespace, name string) (bool, error) {
	return v.may(ctx, question{"", verb, group, resource, "", namespace, name})
}

func (v *View) may(ctx context.Context, q question) (bool, error) {
	return v.questions.ask(q, func() (bool, error) {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: q.attributes()}}
		err := v.API.create(ctx, resourceOf("selfsubjectaccessreviews"), "", review)
		return review.Status.Allowed, err
	})
}

func (q question) attributes() *authorizationv1.ResourceAttributes {
	return &authorizationv1.ResourceAttributes{
		Verb: q.verb, Group: q.group, Resource: q.resource, Subresource: q.subresource, Namespace: q.namespace, Name: q.name,
	}
}

func resourceOf(review string) resource {
	return resource{authorizationv1.SchemeGroupVersion, review}
}
