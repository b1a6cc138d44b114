package main

import (
	"context"
	"strings"

	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// agent is the user as which KFP's persistence agent reports, who may everything.
const agent = "system:serviceaccount:" + namespace + ":ml-pipeline-persistenceagent"

// ownNamespace lets a user use the namespace of that name and no other.
type ownNamespace struct{}

func (ownNamespace) Create(_ context.Context, review *authorization.SubjectAccessReview, _ metav1.CreateOptions) (*authorization.SubjectAccessReview, error) {
	answer := review.DeepCopy()
	user := review.Spec.User
	answer.Status.Allowed = user == agent || user == review.Spec.ResourceAttributes.Namespace
	if !answer.Status.Allowed {
		answer.Status.Reason = "no role binding gives it"
	}
	return answer, nil
}

// tokens knows "token-of-USER" as the token of that user, and no other.
type tokens struct{}

func (tokens) Create(_ context.Context, review *authentication.TokenReview, _ metav1.CreateOptions) (*authentication.TokenReview, error) {
	answer := review.DeepCopy()
	user, known := strings.CutPrefix(review.Spec.Token, "token-of-")
	if !known {
		answer.Status.Error = "the token has expired"
		return answer, nil
	}
	answer.Status = authentication.TokenReviewStatus{
		Authenticated: true,
		User:          authentication.UserInfo{Username: user},
		Audiences:     review.Spec.Audiences,
	}
	return answer, nil
}
