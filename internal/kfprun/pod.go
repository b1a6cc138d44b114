package kfprun

import (
	"maps"
	"path/filepath"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// launcherDir is where the init container of KFP copies the launcher to.
	launcherDir = "/kfp-launcher"
	// metadataDir stands for the ML Metadata server.
	metadataDir = "/mlmd"
	// ServiceAccount is whose name pods run under. It must be able to read the Secret
	// mlpipeline-minio-artifact, where the launcher finds the keys of the store.
	ServiceAccount = "pipeline-runner"
)

// pod is what is the same for all tasks, and the environment of the container.
func (w *walk) pod(execution string, c container) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name:   w.run.ID + "-" + execution,
			Labels: map[string]string{"pipeline/runid": w.run.ID, "pipelines.kubeflow.org/v2_component": "true"},
		},
		Spec: corev1.PodSpec{
			RestartPolicy:      corev1.RestartPolicyNever,
			ServiceAccountName: ServiceAccount,
			Containers:         []corev1.Container{{Name: "main", Image: c.Image}},
		},
	}
	main := &pod.Spec.Containers[0]
	environ := maps.Clone(w.Image.Environ)
	if environ == nil {
		environ = map[string]string{}
	}
	for _, v := range c.Env { // that of the image is beaten
		environ[v.Name] = v.Value
	}
	for _, name := range slices.Sorted(maps.Keys(environ)) {
		main.Env = append(main.Env, corev1.EnvVar{Name: name, Value: environ[name]})
	}
	addVariable(main, "KFP_POD_NAME", &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}})
	addVariable(main, "KFP_POD_UID", &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.uid"}})
	addHostPath(&pod.Spec, filepath.Dir(w.Launcher), launcherDir, true)
	addHostPath(&pod.Spec, filepath.Join(w.Metadata, w.run.ID), metadataDir, false)
	for to, from := range w.Image.Mounts {
		addHostPath(&pod.Spec, from, to, true)
	}
	for name, path := range map[string]string{"gcs-scratch": "/gcs", "s3-scratch": "/s3", "minio-scratch": "/minio", "dot-local-scratch": "/.local", "dot-cache-scratch": "/.cache", "dot-config-scratch": "/.config"} {
		addVolume(&pod.Spec, name, path, corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}})
	}
	return pod
}
