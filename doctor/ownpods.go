package doctor

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/cluster"
)

// ownPods are the pods of the namespace that read the ConfigMap or the Secret of the
// contract, whatever has become of them.
func (d *Doctor) ownPods(ctx context.Context) ([]corev1.Pod, error) {
	all, err := d.view.Pods(ctx, d.Namespace)
	if err != nil {
		return nil, err
	}
	var own []corev1.Pod
	for i := range all {
		if d.reads(&all[i].Spec, "") {
			own = append(own, all[i])
		}
	}
	return own, nil
}

// reads reports whether a pod spec names one of the objects: in that container or,
// without a name, anywhere.
func (d *Doctor) reads(spec *corev1.PodSpec, container string) bool {
	return slices.ContainsFunc(cluster.References(spec), func(r cluster.Reference) bool {
		return d.ours(r) && (container == "" || r.Container == container)
	})
}
