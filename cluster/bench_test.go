package cluster_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/flts-run/flts-run/cluster"
)

// One op is 2,000 pods like those of Kubeflow Pipelines.
func BenchmarkReferences(b *testing.B) {
	spec := &corev1.PodSpec{}
	err := yaml.Unmarshal([]byte(`{initContainers: [{name: init}], containers: [{name: main, envFrom: [{configMapRef: {name: c}}, {secretRef: {name: s}}],
		env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: B, value: x}], volumeMounts: [{name: v, mountPath: /v}]}, {name: wait}],
		volumes: [{name: v, secret: {secretName: s}}, {name: t, projected: {sources: [{configMap: {name: r}}]}}]}`), spec)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for range 2000 {
			cluster.References(spec)
		}
	}
}
