package cluster

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	quantities "k8s.io/apimachinery/pkg/api/resource"
)

// podField is a field of the pod as fieldRef gives it. What the kubelet learns when it
// starts the pod is known once that is in the status.
func podField(pod *corev1.Pod, path string) (string, error) {
	if name, key, ok := subscripted(path); ok {
		switch name {
		case "metadata.labels":
			return pod.Labels[key], nil
		case "metadata.annotations":
			return pod.Annotations[key], nil
		}
	}
	text := ""
	switch path {
	case "metadata.name":
		return pod.Name, nil
	case "metadata.namespace":
		return pod.Namespace, nil
	case "metadata.uid":
		return string(pod.UID), nil
	case "metadata.labels":
		return fieldLines(pod.Labels), nil
	case "metadata.annotations":
		return "", &NotKnown{"the kubelet adds annotations of its own"}
	case "spec.nodeName":
		text = pod.Spec.NodeName
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "status.hostIP":
		text = pod.Status.HostIP
	case "status.podIP":
		text = pod.Status.PodIP
	case "status.hostIPs":
		text = joined(pod.Status.HostIPs, func(a corev1.HostIP) string { return a.IP })
	case "status.podIPs":
		text = joined(pod.Status.PodIPs, func(a corev1.PodIP) string { return a.IP })
	}
	if text == "" {
		return "", &NotKnown{"it is known once the pod is on a node"}
	}
	return text, nil
}

// subscripted splits metadata.labels['KEY'].
func subscripted(path string) (name, key string, ok bool) {
	inner, ok := strings.CutSuffix(path, "']")
	if !ok {
		return "", "", false
	}
	return strings.Cut(inner, "['")
}

func fieldLines(m map[string]string) string {
	lines := make([]string, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, fmt.Sprintf("%s=%q", name, m[name]))
	}
	return strings.Join(lines, "\n")
}

func joined[A any](list []A, text func(A) string) string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = text(a)
	}
	return strings.Join(texts, ",")
}

// resourceField is a request or a limit of a container as resourceFieldRef gives it,
// in units of the divisor, rounded up. A limit that is not set is that of the node.
func resourceField(pod *corev1.Pod, container string, ref *corev1.ResourceFieldSelector) (string, error) {
	if ref.ContainerName != "" {
		container = ref.ContainerName
	}
	c := ContainerOf(pod, container)
	if c == nil {
		return "", &NotKnown{"the pod has no container " + container}
	}
	list := c.Resources.Requests
	kind, name, _ := strings.Cut(ref.Resource, ".")
	if kind == "limits" {
		list = c.Resources.Limits
	}
	quantity, set := list[corev1.ResourceName(name)]
	if kind == "limits" && (!set || quantity.IsZero()) {
		return "", &NotKnown{"no limit is set, so it is that of the node"}
	}
	divisor := ref.Divisor
	if divisor.IsZero() {
		divisor = quantities.MustParse("1")
	}
	value, unit := quantity.Value(), divisor.Value()
	if name == string(corev1.ResourceCPU) {
		value, unit = quantity.MilliValue(), divisor.MilliValue()
	}
	return strconv.FormatInt(int64(math.Ceil(float64(value)/float64(unit))), 10), nil
}

// ContainerOf returns the container of that name, one of the init containers too; nil
// when there is none.
func ContainerOf(pod *corev1.Pod, name string) *corev1.Container {
	for _, list := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}
