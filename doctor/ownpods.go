package doctor

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// ownPods are the pods of the namespace that read the ConfigMap or the Secret of the
// contract, whatever has become of them.
func (d *Doctor) ownPods(ctx context.Context) ([]corev1.Pod, error) {
	all, err := d.view.Pods(ctx, d.Namespace)
	if err != nil {
		return nil, err
	}
	var own []corev1.Pod
	for _, p := range all {
		if d.reads(p.Spec) {
			own = append(own, p)
		}
	}
	return own, nil
}

// reads reports whether a container of a pod, or a volume, names one of the objects.
func (d *Doctor) reads(spec corev1.PodSpec) bool {
	return slices.ContainsFunc(slices.Concat(spec.InitContainers, spec.Containers), d.containerReads) ||
		slices.ContainsFunc(spec.Volumes, d.volumeReads)
}

func (d *Doctor) containerReads(c corev1.Container) bool {
	for _, from := range c.EnvFrom {
		if from.ConfigMapRef != nil && from.ConfigMapRef.Name == d.ConfigMap || from.SecretRef != nil && from.SecretRef.Name == d.Secret {
			return true
		}
	}
	for _, e := range c.Env {
		if v := e.ValueFrom; v != nil && (v.ConfigMapKeyRef != nil && v.ConfigMapKeyRef.Name == d.ConfigMap || v.SecretKeyRef != nil && v.SecretKeyRef.Name == d.Secret) {
			return true
		}
	}
	return false
}

func (d *Doctor) volumeReads(v corev1.Volume) bool {
	if v.ConfigMap != nil && v.ConfigMap.Name == d.ConfigMap || v.Secret != nil && v.Secret.SecretName == d.Secret {
		return true
	}
	return v.Projected != nil && slices.ContainsFunc(v.Projected.Sources, func(p corev1.VolumeProjection) bool {
		return p.ConfigMap != nil && p.ConfigMap.Name == d.ConfigMap || p.Secret != nil && p.Secret.Name == d.Secret
	})
}
