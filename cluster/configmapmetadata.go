package cluster

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ConfigMapMetadata is a ConfigMap without its values, for who needs only to know that it
// is there.
func (v *View) ConfigMapMetadata(ctx context.Context, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	return v.metadataOf(ctx, configMaps, namespace, name)
}
