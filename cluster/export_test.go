package cluster

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/flts-run/flts-run/internal/secret"
)

// Names lists the metadata of any resource.
func (v *View) Names(ctx context.Context, gvr schema.GroupVersionResource, namespace string) ([]metav1.PartialObjectMetadata, error) {
	return v.names(ctx, resource{gvr.GroupVersion(), gvr.Resource}, namespace)
}

// VersionOf reads what a server answered.
var VersionOf = versionOf

// Expand is expand with these variables.
func Expand(text string, variables map[string]string) string {
	expanded, _, _ := expand(text, func(name string) (EnvVar, bool) {
		text, have := variables[name]
		return EnvVar{Value: secret.New(text)}, have
	})
	return expanded
}
