package cluster

import (
	"crypto/rand"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	quantity "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Template is a pod as its author wrote it, and the object it was taken from. Without an
// Owner it was made up.
type Template struct {
	Owner       *metav1.OwnerReference
	Labels      map[string]string
	Annotations map[string]string
	Spec        corev1.PodSpec
}

// temporaryLabel marks the pods that RunPod made, so that one that stayed can be found.
const temporaryLabel = "flts.io/short-lived"

// neverReady is a gate that nobody opens.
const neverReady = "flts.io/gets-no-traffic"

// Temporary is the pod that runs a command in the place of a container of a template:
// it is where the component would be for the network, for RBAC and for the mounts, and
// does nothing of its work. RunPod runs it.
//
// NetworkPolicies select by labels, and so it keeps them. Who else selects by them must
// leave it alone. A Service does, because the pod is never ready. Whatever adopts
// pods does, because the pod has a controller already: the object that the template
// is of, which is none that looks for pods of its own, and with which it would go.
//
// Of the init containers it has those that keep wants.
func Temporary(namespace string, t Template, container string, command []string, keep func(corev1.Container) bool) *corev1.Pod {
	spec := t.Spec
	at := max(0, slices.IndexFunc(spec.Containers, func(c corev1.Container) bool { return c.Name == container }))
	// What a pod needs to be where the component is. No priority: it must push nobody
	// out. No affinity to other pods: there may be no second place for it.
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "flts-check-" + strings.ToLower(rand.Text()[:10]), Namespace: namespace,
			Labels: keptLabels(t.Labels), Annotations: keptAnnotations(t.Annotations),
		},
		Spec: corev1.PodSpec{
			Containers:                   []corev1.Container{inPlaceOf(spec.Containers[at], command)},
			Volumes:                      keptVolumes(spec.Volumes),
			ServiceAccountName:           spec.ServiceAccountName,
			AutomountServiceAccountToken: spec.AutomountServiceAccountToken,
			ImagePullSecrets:             spec.ImagePullSecrets,
			SecurityContext:              spec.SecurityContext,
			NodeSelector:                 spec.NodeSelector,
			Tolerations:                  spec.Tolerations,
			SchedulerName:                spec.SchedulerName,
			RuntimeClassName:             spec.RuntimeClassName,
			HostNetwork:                  spec.HostNetwork,
			HostAliases:                  spec.HostAliases,
			DNSPolicy:                    spec.DNSPolicy,
			DNSConfig:                    spec.DNSConfig,
			EnableServiceLinks:           spec.EnableServiceLinks,

			RestartPolicy:  corev1.RestartPolicyNever,
			ReadinessGates: []corev1.PodReadinessGate{{ConditionType: neverReady}},
		},
	}
	if spec.Affinity != nil {
		pod.Spec.Affinity = &corev1.Affinity{NodeAffinity: spec.Affinity.NodeAffinity}
	}
	for _, c := range spec.InitContainers {
		if keep(c) {
			kept := inPlaceOf(c, c.Command)
			kept.Args = c.Args
			pod.Spec.InitContainers = append(pod.Spec.InitContainers, kept)
		}
	}
	if t.Owner != nil {
		owner, yes := *t.Owner, true
		owner.Controller, owner.BlockOwnerDeletion = &yes, nil
		pod.OwnerReferences = []metav1.OwnerReference{owner}
	}
	return pod
}

// inPlaceOf is a container without ports, probes and hooks, that asks for little.
func inPlaceOf(c corev1.Container, command []string) corev1.Container {
	return corev1.Container{
		Name: c.Name, Image: c.Image, ImagePullPolicy: c.ImagePullPolicy, WorkingDir: c.WorkingDir,
		Env: c.Env, EnvFrom: c.EnvFrom, VolumeMounts: c.VolumeMounts, SecurityContext: c.SecurityContext,
		Command: command,
		// A quota may want them to be there. A GPU is for who computes.
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: quantity.MustParse("10m"), corev1.ResourceMemory: quantity.MustParse("32Mi")},
			Limits:   corev1.ResourceList{corev1.ResourceCPU: quantity.MustParse("500m"), corev1.ResourceMemory: quantity.MustParse("256Mi")},
		},
	}
}

// keptLabels are those that its author gave a pod; controllers give others, to find it
// again.
func keptLabels(all map[string]string) map[string]string {
	kept := map[string]string{temporaryLabel: "true"}
	for name, value := range all {
		domain, _ := path.Split(name)
		switch {
		case domain == "batch.kubernetes.io/", domain == "statefulset.kubernetes.io/", domain == "apps.kubernetes.io/":
		case slices.Contains([]string{"pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid", "job-name"}, name):
		default:
			kept[name] = value
		}
	}
	return kept
}

// injectors are whose annotations decide what is put into a pod, or who it is.
var injectors = []string{
	"istio.io/", "linkerd.io/", "vault.hashicorp.com/", "iam.amazonaws.com/", "eks.amazonaws.com/", "azure.workload.identity/", "iam.gke.io/",
}

// keptAnnotations are those of injectors, but for what they noted when they were done:
// with that they would not begin again.
func keptAnnotations(all map[string]string) map[string]string {
	kept := map[string]string{}
	for name, value := range all {
		domain, rest := path.Split(name)
		injects := slices.ContainsFunc(injectors, func(i string) bool { return domain == i || strings.HasSuffix(domain, "."+i) })
		if injects && !strings.HasSuffix(rest, "status") {
			kept[name] = value
		}
	}
	return kept
}

// keptVolumes are all, but that disks are empty ones: no configuration is there, and
// some can be mounted but once.
func keptVolumes(all []corev1.Volume) []corev1.Volume {
	kept := slices.Clone(all)
	for i, v := range kept {
		if v.PersistentVolumeClaim != nil || v.Ephemeral != nil {
			kept[i].VolumeSource = corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
		}
	}
	return kept
}

// IsTemporary reports whether a pod is one of those.
func IsTemporary(pod *corev1.Pod) bool { return pod.Labels[temporaryLabel] != "" }
