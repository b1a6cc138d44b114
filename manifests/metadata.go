package manifests

import (
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Labels that Kubernetes recommends.
const (
	instanceLabel = "app.kubernetes.io/instance"
	versionLabel  = "app.kubernetes.io/version"
)

// labelsOf are those of every object. The instance is the environment, where it is
// known.
func labelsOf(appEnv string) map[string]string {
	labels := map[string]string{
		"app.kubernetes.io/name":       "flts",
		"app.kubernetes.io/component":  "configuration",
		"app.kubernetes.io/managed-by": "fltsctl",
	}
	if appEnv != "" {
		labels[instanceLabel] = appEnv
	}
	return labels
}

func (b *builder) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: b.written(), Labels: maps.Clone(b.labels)}
}

// written is the namespace that objects name.
func (b *builder) written() string {
	if b.inTree {
		return ""
	}
	return b.Namespace
}

// versioned is the metadata of an object whose version is what it holds.
func (b *builder) versioned(name, version string) metav1.ObjectMeta {
	meta := b.meta(name)
	meta.Labels[versionLabel] = version
	return meta
}

func typeMeta(version, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: version, Kind: kind}
}
