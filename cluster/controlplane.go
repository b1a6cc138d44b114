package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// controlPlane is the namespace of the cluster's own pods.
const controlPlane = "kube-system"

// APIServers are the pods in which the API server runs, as kubeadm and those like it
// start it. Where the provider of the cluster runs it, there are none to be seen, and
// that is no error.
func (v *View) APIServers(ctx context.Context) ([]corev1.Pod, error) {
	const label = "component=kube-apiserver"
	return v.pods.ask(object{label, controlPlane, ""}, func() ([]corev1.Pod, error) {
		o := metav1.ListOptions{LabelSelector: label}
		return list(ctx, v.API, pods, controlPlane, o, func(l *corev1.PodList) []corev1.Pod { return l.Items })
	})
}
