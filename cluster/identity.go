package cluster

import (
	"context"

	authenticationv1 "k8s.io/api/authentication/v1"
)

var selfSubjectReviews = resource{authenticationv1.SchemeGroupVersion, "selfsubjectreviews"}

// WhoAmI is who the API takes us for. Everybody who is known may ask; Kubernetes
// answers since 1.28.
func (v *View) WhoAmI(ctx context.Context) (authenticationv1.UserInfo, error) {
	return v.identity.ask(struct{}{}, func() (authenticationv1.UserInfo, error) {
		review := &authenticationv1.SelfSubjectReview{}
		err := v.API.create(ctx, selfSubjectReviews, "", review)
		return review.Status.UserInfo, err
	})
}
