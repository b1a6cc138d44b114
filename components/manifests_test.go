package components_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/internal/kubetest"
)

// The real API takes the manifests as kustomize writes them.
func TestManifestsAreAccepted(t *testing.T) {
	ns := kubetest.New(t)
	applied := ns.Kubectl("apply", "--server-side", "--dry-run=server", "--kustomize", "flts/manifests")
	require.ElementsMatch(t, []string{
		"job.batch/flts-check serverside-applied (server dry run)",
		"cronjob.batch/flts-predict serverside-applied (server dry run)",
	}, strings.Split(strings.TrimSpace(applied), "\n"))
}

// podOf is what a manifest starts, as the API filled it in.
func podOf(t *testing.T, ns kubetest.Namespace, kind string) corev1.PodSpec {
	t.Helper()
	var job struct {
		Spec struct {
			Template    corev1.PodTemplateSpec
			JobTemplate struct {
				Spec struct{ Template corev1.PodTemplateSpec }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(ns.Kubectl("get", kind, "--output=json")), &job))
	if len(job.Spec.Template.Spec.Containers) > 0 {
		return job.Spec.Template.Spec
	}
	return job.Spec.JobTemplate.Spec.Template.Spec
}

// What the image's comment promises: nobody in particular, a read-only root, no rights.
// The namespace enforces the strictest of Kubernetes' own standards.
func TestManifestsAreRestricted(t *testing.T) {
	ns := kubetest.New(t)
	ns.Kubectl("label", "namespace", ns.Name, "pod-security.kubernetes.io/enforce=restricted", "pod-security.kubernetes.io/warn=restricted")
	ns.Kubectl("apply", "--kustomize", "flts/manifests")
	for _, kind := range []string{"job/flts-check", "cronjob/flts-predict"} {
		pod := podOf(t, ns, kind)
		require.Len(t, pod.Containers, 1)
		require.Equal(t, "flts-components:1.0", pod.Containers[0].Image)
		require.True(t, *pod.Containers[0].SecurityContext.ReadOnlyRootFilesystem, kind)
		require.False(t, *pod.AutomountServiceAccountToken, kind)

		require.NoError(t, admits(t, ns, pod), kind)
		pod.SecurityContext.RunAsNonRoot = nil
		require.ErrorContains(t, admits(t, ns, pod), "violates PodSecurity", kind)
	}
}

// admits asks for the pod itself: of a Job the standard only warns.
func admits(t *testing.T, ns kubetest.Namespace, pod corev1.PodSpec) error {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "probe"}, "spec": pod,
	})
	require.NoError(t, err)
	_, err = ns.Cluster.Kubectl(t.Context(), ns.Admin(), string(text), "apply", "--namespace", ns.Name, "--dry-run=server", "--filename=-")
	return err
}
