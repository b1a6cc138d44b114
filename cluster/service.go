package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
)

// Service reads one Service. Services with a namespace of "" lists those of the whole
// cluster.
func (v *View) Service(ctx context.Context, namespace, name string) (*corev1.Service, error) {
	return v.ones.ask(object{"", namespace, name}, func() (*corev1.Service, error) {
		s := &corev1.Service{}
		return s, v.API.get(ctx, services, namespace, name, s)
	})
}
