package doctor

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/cluster"
)

// podsOf are the pods that a Service selects.
func podsOf(svc *corev1.Service, all []corev1.Pod) []corev1.Pod {
	var pods []corev1.Pod
	for _, p := range all {
		if len(svc.Spec.Selector) > 0 && unmatched(svc.Spec.Selector, p.Labels) == 0 && !cluster.HasEnded(&p) {
			pods = append(pods, p)
		}
	}
	return pods
}

// unmatched counts the labels of a selector that are not there.
func unmatched(selector, labels map[string]string) int {
	n := 0
	for key, value := range selector {
		if given, ok := labels[key]; !ok || given != value {
			n++
		}
	}
	return n
}

// whyNotReady is the reason, in the words of Kubernetes and without what programs
// wrote themselves.
func whyNotReady(p corev1.Pod) string {
	if p.DeletionTimestamp != nil {
		return "it is being deleted"
	}
	for _, c := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "" && c.State.Waiting.Reason != "PodInitializing":
			return fmt.Sprintf("container %s waits: %s%s", c.Name, c.State.Waiting.Reason, restarts(c))
		case c.State.Terminated != nil && c.State.Terminated.ExitCode != 0:
			return fmt.Sprintf("container %s ended with status %d", c.Name, c.State.Terminated.ExitCode)
		}
	}
	for _, c := range p.Status.Conditions {
		switch {
		case c.Status == corev1.ConditionTrue:
		case c.Type == corev1.PodScheduled:
			return "no node takes it" + inBrackets(c.Reason)
		case c.Type == corev1.PodReady:
			return "it is " + string(p.Status.Phase) + inBrackets(c.Reason) + restarts(p.Status.ContainerStatuses...)
		}
	}
	if p.Spec.NodeName == "" {
		return "no node has taken it yet"
	}
	return "it is " + string(p.Status.Phase)
}

func inBrackets(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

func restarts(of ...corev1.ContainerStatus) string {
	n := int32(0)
	for _, c := range of {
		n += c.RestartCount
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d restarts", n)
}
