package doctor

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
)

// stuck is why a pod does not go on.
type stuck struct {
	reason    string // Kubernetes' word: "ImagePullBackOff"
	message   string // what the kubelet or the scheduler said, in one line
	container string // "" is the pod as a whole
	said      string // what flts-run left in the container that ended last
	missing   bool   // the ConfigMap, Secret or key is not there that it refers to
}

// text says it in one line, flts-run's own words first.
func (s stuck) text() string {
	var parts []string
	for _, part := range []string{s.said, s.reason, s.message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, ": ")
	if s.container != "" {
		text = "container " + s.container + ": " + text
	}
	return text
}

// waitsFor are the reasons for which a container waits that do not pass by themselves.
var waitsFor = []string{
	"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreStartHookError", "PostStartHookError", "PreCreateHookError",
	"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed",
	"CrashLoopBackOff",
}

// holds are the reasons of events that keep a pod from its first container.
var holds = []string{"FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedScheduling", "FailedCreatePodSandBox", "FailedCreatePodContainer", "NetworkNotReady"}

// isWaiting reports whether a pod has not started all of its containers.
func isWaiting(p *corev1.Pod) bool {
	if p.Status.Phase == "" || p.Status.Phase == corev1.PodPending {
		return true
	}
	return slices.ContainsFunc(containerStates(p), func(s corev1.ContainerStatus) bool { return s.State.Waiting != nil })
}

func containerStates(p *corev1.Pod) []corev1.ContainerStatus {
	return slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses)
}

// stuckOn finds why a pod does not go on, from its status and its newest event; false
// where nothing says that it does not.
func stuckOn(p *corev1.Pod, newest *corev1.Event) (stuck, bool) {
	for _, s := range containerStates(p) {
		if w := s.State.Waiting; w != nil && slices.Contains(waitsFor, w.Reason) {
			found := stuck{reason: w.Reason, message: oneLine(w.Message), container: s.Name, said: verdictOf(s)}
			if w.Reason == "CrashLoopBackOff" {
				found.message = lastEnd(s)
			}
			found.missing = isMissing(found.message)
			return found, true
		}
	}
	if p.Status.Phase != "" && p.Status.Phase != corev1.PodPending {
		return stuck{}, false
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason != "" {
			return stuck{reason: c.Reason, message: oneLine(c.Message)}, true
		}
	}
	if newest != nil && (newest.Reason != "FailedScheduling" || p.Spec.NodeName == "") {
		message := oneLine(newest.Message)
		return stuck{reason: newest.Reason, message: message, missing: isMissing(message)}, true
	}
	return stuck{}, false
}

// lastEnd is how a container ended that is started again and again.
func lastEnd(s corev1.ContainerStatus) string {
	t := s.LastTerminationState.Terminated
	if t == nil {
		return ""
	}
	text := fmt.Sprintf("ended with status %d", t.ExitCode)
	if t.Reason != "" && t.Reason != "Error" {
		text += " (" + oneLine(t.Reason) + ")"
	}
	return text
}

// verdictOf is what flts-run wrote about the last end of a container. What a task
// wrote there is the task's, and may be anything.
func verdictOf(s corev1.ContainerStatus) string {
	t := s.LastTerminationState.Terminated
	if t == nil {
		return ""
	}
	first, _, _ := strings.Cut(t.Message, "\n")
	if !strings.HasPrefix(first, "flts-run: ") {
		return ""
	}
	return oneLine(first)
}

// isMissing tells the kubelet's words for a reference to what is not there: those of
// the environment, and those of a volume.
func isMissing(message string) bool {
	for _, kind := range []string{"configmap ", "secret "} {
		if _, after, ok := strings.Cut(message, kind+`"`); ok && strings.Contains(after, `" not found`) {
			return true
		}
	}
	return strings.HasPrefix(message, "couldn't find key ") || strings.Contains(message, "references non-existent secret key") || strings.Contains(message, "references non-existent config key")
}

// maxMessage is how much of a message is said, in bytes.
const maxMessage = 240

// oneLine is a message of the cluster as one line that a terminal shows.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if len(text) <= maxMessage {
		return text
	}
	cut := maxMessage
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
